"""The hub's web face in one process with its platforms: the same application, asked without sockets."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry

from holdfast.app.announcements import weekly_of
from holdfast.app.desk import Desk, Shelf
from holdfast.app.hub import Hub
from holdfast.app.services import agents_of, direct_of
from holdfast.inbox import Access
from holdfast.inbox.access import Scope
from holdfast.members import Members
from holdfast.web.app import build_web
from holdfast.web.front import Front
from holdfast.web.services import ChannelFace, NodeView, WebServices

BUILT: Final = Path("no pages here")


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
    return build_web(
        WebServices(
            settings=hub.settings,
            database=hub.database,
            events=hub.events,
            spool=hub.spool,
            clock=hub.clock,
            ids=hub.ids,
            random_bytes=chance.randbytes,
            channels=hub.channels.adapters,
            faces=lambda: _faces(hub),
            conversations=hub.conversations,
            book=hub.book,
            work=hub.team.work,
            writing=hub.team.writing,
            rules=hub.team.rules,
            later=hub.team.later,
            changes=hub.team.changes,
            targets=hub.team.targets,
            outbox=hub.outbox,
            radar=hub.radar,
            access=_access(hub, chance),
            agents=agents_of(hub),
            members=members,
            media=hub.media,
            shelf=hub.shelf,
            direct=direct_of(hub),
            playbook=Shelf(hub.playbook, hub.database, hub.clock, hub.ids),
            channel_desk=Desk(hub.channels, hub.database, hub.clock, hub.ids),
            incident_desk=hub.incident_desk,
            steps=hub.steps,
            facts=hub.facts,
            figures=hub.figures,
            weekly=weekly_of(hub),
            nodes=_no_nodes,
            registry=CollectorRegistry(),
            built=BUILT,
        )
    )


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


async def _no_nodes() -> Sequence[NodeView]:
    return ()


def _access(hub: Hub, chance: random.Random) -> Access:
    return Access(database=hub.database, clock=hub.clock, ids=hub.ids, random_bytes=chance.randbytes)


def _faces(hub: Hub) -> dict[str, ChannelFace]:
    return {
        name: ChannelFace(id=name, platform=adapter.platform, name=hub.channels.name_of(name))
        for name, adapter in hub.channels.adapters().items()
    }
