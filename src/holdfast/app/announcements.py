"""Subscribers and maintenance of a hub, wired together."""

import secrets
from collections.abc import Mapping
from functools import partial

from holdfast.app.hub import Hub
from holdfast.app.loops import Loop
from holdfast.app.vault import open_vault
from holdfast.channels.email import EmailAdapter
from holdfast.channels.outside import OutsideResolver
from holdfast.channels.transport import HttpTransport
from holdfast.figures.weekly import Weekly
from holdfast.figures.weekly.writing import Places as WeeklyPlaces
from holdfast.status.subscribers import Announcer, Kind, Places, Postman, Subscriptions
from holdfast.status.works import Maintenances


def maintenances_of(hub: Hub) -> Maintenances:
    return Maintenances(
        database=hub.database,
        events=hub.events,
        clock=hub.clock,
        ids=hub.ids,
        channels=lambda: hub.channels.adapters().keys(),
    )


def subscriptions_of(hub: Hub) -> Subscriptions:
    return Subscriptions(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        random_bytes=secrets.token_bytes,
        seal=open_vault(hub.settings.hub.data_dir, hub.settings.hub.key),
        channels=lambda: hub.channels.adapters().keys(),
        kinds=lambda: kinds_of(hub),
        inside_allowed=hub.settings.status.webhooks_inside,
    )


def kinds_of(hub: Hub) -> list[Kind]:
    """The ways in which subscribers can be told now."""
    return [Kind.EMAIL, Kind.WEBHOOK] if mailing_of(hub) is not None else [Kind.WEBHOOK]


def mailing_of(hub: Hub) -> EmailAdapter | None:
    """The email channel that notices leave by: the one of the settings, or the first one."""
    wanted = hub.settings.status.mail_channel
    for name, adapter in sorted(hub.channels.adapters().items()):
        if isinstance(adapter, EmailAdapter) and wanted in {"", name}:
            return adapter
    return None


def weekly_of(hub: Hub) -> Weekly:
    return Weekly(
        database=hub.database,
        clock=hub.clock,
        key=open_vault(hub.settings.hub.data_dir, hub.settings.hub.key).derived("weekly summary"),
        mailing=lambda: mailing_of(hub),
        places=WeeklyPlaces(hub.settings.hub.name, hub.settings.public_url),
    )


class Announcements:
    """What tells subscribers and, once a week, the team, on one node of the hub at a time."""

    def __init__(self, hub: Hub, subscriptions: Subscriptions) -> None:
        self._hub = hub
        inside = hub.settings.status.webhooks_inside
        self._transport = HttpTransport() if inside else HttpTransport(resolver=OutsideResolver())
        self._announcer = Announcer(database=hub.database, events=hub.events, clock=hub.clock)
        self._postman = Postman(
            database=hub.database,
            clock=hub.clock,
            secret_of=subscriptions.secret_of,
            mailing=lambda: mailing_of(hub),
            transport=self._transport,
            places=Places(hub.settings.hub.name, hub.settings.public_url, hub.settings.status_url),
            mails_per_second=hub.settings.status.mails_per_second,
        )
        self._weekly = weekly_of(hub)

    def loops(self) -> Mapping[str, Loop]:
        loops: dict[str, Loop] = {
            "announcer": self._announcer.run,
            "postman": self._postman.run,
            "weekly": self._weekly.run,
        }
        if self._hub.nodes is None:
            return loops
        return {"announcements": partial(self._hub.nodes.while_watching, loops)}

    async def close(self) -> None:
        await self._transport.close()
