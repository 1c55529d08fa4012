"""Web push of a hub, wired together: devices everywhere, gathering and carrying on one node at a time."""

import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from holdfast.app.hub import Hub
from holdfast.app.loops import Loop
from holdfast.app.vault import open_vault
from holdfast.channels.outside import OutsideResolver
from holdfast.channels.transport import HttpTransport
from holdfast.push import BusinessLog, Carrier, Devices, Gatherer, MemberLog, PushKeys
from holdfast.push.sources import BUSINESS, POSTS


class Pushing:
    """``is_here``: whether a member has one of our pages in front of them."""

    def __init__(self, hub: Hub, devices: Devices, *, is_here: Callable[[str], bool]) -> None:
        settings = hub.settings.push
        self._hub = hub
        self._transport = (
            HttpTransport() if settings.inside_allowed else HttpTransport(resolver=OutsideResolver())
        )
        status_url = hub.settings.status_url
        business = BusinessLog(
            business=hub.settings.hub.name, posts_path=lambda body: _post_url(status_url, body)
        )
        members = MemberLog()
        self._gatherer = Gatherer(
            database=hub.database,
            events=hub.events,
            clock=hub.clock,
            sources=(business, members),
            life_ms=int(settings.life_hours * 3_600_000),
        )
        self._carrier = Carrier(
            database=hub.database,
            clock=hub.clock,
            keys=devices.keys,
            devices=devices,
            sources={BUSINESS: business, POSTS: business, "": members},
            transport=self._transport,
            random_bytes=secrets.token_bytes,
            is_here=is_here,
        )

    def loops(self) -> Mapping[str, Loop]:
        loops = {"gatherer": self._gatherer.run, "push": self._carrier.run}
        if self._hub.nodes is None:
            return loops
        return {"pushing": partial(self._hub.nodes.while_watching, loops)}

    async def close(self) -> None:
        await self._transport.close()


def push_devices_of(hub: Hub) -> Devices:
    seal = open_vault(hub.settings.hub.data_dir, hub.settings.hub.key)
    settings = hub.settings.push
    contact = settings.contact or hub.settings.public_url
    return Devices(
        database=hub.database,
        clock=hub.clock,
        seal=seal,
        keys=PushKeys(database=hub.database, clock=hub.clock, seal=seal, contact=contact),
        services=settings.services,
        inside_allowed=settings.inside_allowed,
    )


def _post_url(status_url: str, body: Mapping[str, Any]) -> str:
    return f"{status_url}{body.get('path', '')}"
