"""How the chat on a website looks and what it asks, as agents set it."""

from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Final

from holdfast.conversations.store import audit
from holdfast.kernel import Clock, IdSource
from holdfast.storage import Database, StoreUnavailableError, Tx
from holdfast.widget import store
from holdfast.widget.checking import checked_setup
from holdfast.widget.model import Setup

FRESH_SECONDS: Final = 5.0
"""Every open widget asks once a minute; so long an answer is good for all of them."""
CHANNELS_MAX: Final = 100


class Setups:
    """``channels`` gives the ids of the channels there are."""

    def __init__(
        self, *, database: Database, clock: Clock, ids: IdSource, channels: Callable[[], Collection[str]]
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._channels = channels
        self._known: OrderedDict[str, tuple[float, Setup]] = OrderedDict()

    async def get(self, channel: str) -> Setup:
        """Of a channel such as ``direct:web``. Raises LookupError, StoreUnavailableError."""
        if not channel.startswith("direct:") or channel not in self._channels():
            raise LookupError(f"there is no chat {channel}")
        return await self._database.read(store.setup, channel)

    async def shown(self, channel: str) -> Setup:
        """What pages are told: may be some seconds old, and older while the store is away."""
        known = self._known.get(channel)
        if known is not None and self._clock.monotonic() - known[0] < FRESH_SECONDS:
            return known[1]
        try:
            found = await self._database.read(store.setup, channel)
        except StoreUnavailableError:
            return known[1] if known else Setup()
        self._known[channel] = (self._clock.monotonic(), found)
        while len(self._known) > CHANNELS_MAX:
            self._known.popitem(last=False)
        return found

    async def put(self, channel: str, setup: Setup, by: str) -> Setup:
        """Raises LookupError, WidgetRefusedError."""
        await self.get(channel)
        checked = checked_setup(setup)
        await self._database.write(self._put, channel, checked, by)
        self._known.pop(channel, None)
        return checked

    async def _put(self, tx: Tx, channel: str, setup: Setup, by: str) -> None:
        now = self._clock.now_ms()
        await store.set_up(tx, channel, setup, at=now, by=by)
        await audit(
            tx,
            entry_id=self._ids.new("aud"),
            at=now,
            who=by,
            action="widget.changed",
            subject=channel,
            detail=f"{len(setup.questions)} questions",
        )
