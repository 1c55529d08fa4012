"""Opening a hub's store for one command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import SystemRandom

from holdfast.app.hub import Hub, open_hub
from holdfast.channels.transport import HttpTransport
from holdfast.kernel import SystemClock
from holdfast.settings import Settings
from holdfast.storage import migrate


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Hub]:
    """The hub's units on its store, without running anything; beside a running hub it does no harm."""
    hub = open_hub(
        settings, clock=SystemClock(), random=SystemRandom(), transport=HttpTransport(), node="cli"
    )
    try:
        await migrate(hub.database, now_ms=hub.clock.now_ms())
        await hub.channels.load()
        yield hub
    finally:
        await hub.close()
