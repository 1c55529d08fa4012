"""The hub's web face in one process with its platforms: the same application, asked without sockets."""

import asyncio
import random
from typing import Any

from holdfast.app.hub import Hub
from holdfast.app.services import agents_of, bare_services
from holdfast.inbox import Access
from holdfast.inbox.access import Scope
from holdfast.members import Members
from holdfast.web.app import build_web
from holdfast.web.front import Front


def make_members(hub: Hub, chance: random.Random) -> Members:
    return Members(
        database=hub.database,
        events=hub.events,
        clock=hub.clock,
        ids=hub.ids,
        random_bytes=chance.randbytes,
        continue_link_hours=hub.settings.direct.continue_link_hours,
    )


def make_web(hub: Hub, members: Members, chance: random.Random) -> Front:
    return build_web(bare_services(hub, members, _access(hub, chance), agents_of(hub), chance.randbytes))


async def make_token(hub: Hub, chance: random.Random) -> str:
    """A token with which agents may read and write."""
    made = await _access(hub, chance).create_token("agents", [Scope.WRITE], "simulation")
    return made.token


async def keep_web(web: Front) -> None:
    """Let the web's own tasks run for as long as the process does."""
    begun = False

    async def receive() -> dict[str, Any]:
        nonlocal begun
        if begun:
            await asyncio.get_running_loop().create_future()
        begun = True
        return {"type": "lifespan.startup"}

    async def send(_: Any) -> None:
        """Nobody waits for it."""

    await web({"type": "lifespan"}, receive, send)


def _access(hub: Hub, chance: random.Random) -> Access:
    return Access(database=hub.database, clock=hub.clock, ids=hub.ids, random_bytes=chance.randbytes)
