"""What the web pages and the API are given of the hub."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry

from holdfast.app.alerting import send_test_alerts
from holdfast.app.announcements import maintenances_of, subscriptions_of, weekly_of
from holdfast.app.desk import Desk, Shelf
from holdfast.app.first_owner import first_owner_of
from holdfast.app.hub import Hub
from holdfast.app.members import member_desk_of
from holdfast.app.people import campaigns_of, erasing_of, reachability_of, taking_of
from holdfast.app.posts import posts_of
from holdfast.app.pushing import push_devices_of
from holdfast.app.roll import node_views
from holdfast.app.widgets import leads_of, setups_of
from holdfast.channels.contract import Adapter
from holdfast.inbox import Access
from holdfast.inbox.access import Agents, Passwords, RandomBytes
from holdfast.members import MemberDesk, Members
from holdfast.portal.direct import Direct
from holdfast.status.building import ChannelFace as PublicFace
from holdfast.status.tracker.publisher import TrackerPublisher
from holdfast.web.services import ChannelFace, NodeView, WebServices

BUILT: Final = Path(__file__).parent.parent / "web" / "built"


def direct_of(hub: Hub) -> Direct:
    return Direct(
        database=hub.database,
        events=hub.events,
        spool=hub.spool,
        clock=hub.clock,
        ids=hub.ids,
        business=hub.settings.hub.name,
        channels=lambda: [name for name in hub.channels.adapters() if name.startswith("direct:")],
    )


def tracker_of(hub: Hub) -> TrackerPublisher:
    return TrackerPublisher(
        database=hub.database,
        clock=hub.clock,
        settings=hub.settings,
        reports=hub.reports,
        channels=lambda: public_faces(hub),
        labels=hub.channels.platform_title,
    )


def services_of(
    hub: Hub, members: Members, tracker: TrackerPublisher | None = None, desk: MemberDesk | None = None
) -> WebServices:
    """Everything that a running hub has."""
    shown = tracker or tracker_of(hub)
    desk = desk or member_desk_of(hub, members)
    direct = direct_of(hub)
    direct.writing.judge = desk.safety.problem
    passwords = Passwords()
    entry = access(hub, passwords)
    return replace(
        bare_services(hub, members, entry, agents_of(hub, passwords), secrets.token_bytes),
        direct=direct,
        first_owner=first_owner_of(hub, entry),
        member_desk=desk,
        nodes=lambda: node_views(hub),
        reports=hub.reports,
        tracker=lambda: shown.current,
        maintenances=maintenances_of(hub),
        subscriptions=subscriptions_of(hub),
        posts=posts_of(hub),
        push=push_devices_of(hub),
        setups=setups_of(hub),
        leads=leads_of(hub, members),
        alert_test=lambda: send_test_alerts(hub.settings),
        erasing=erasing_of(hub, desk),
        taking=taking_of(hub, desk),
        reachability=reachability_of(hub),
        campaigns=campaigns_of(hub),
    )


def bare_services(
    hub: Hub, members: Members, entry: Access, agents: Agents, random_bytes: RandomBytes
) -> WebServices:
    """What cannot be left out; nobody knows of other nodes."""
    return WebServices(
        settings=hub.settings,
        database=hub.database,
        events=hub.events,
        spool=hub.spool,
        clock=hub.clock,
        ids=hub.ids,
        random_bytes=random_bytes,
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
        access=entry,
        agents=agents,
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


async def _no_nodes() -> Sequence[NodeView]:
    return ()


def access(hub: Hub, passwords: Passwords | None = None) -> Access:
    return Access(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        random_bytes=secrets.token_bytes,
        passwords=passwords,
    )


def agents_of(hub: Hub, passwords: Passwords | None = None) -> Agents:
    return Agents(
        database=hub.database,
        events=hub.events,
        clock=hub.clock,
        ids=hub.ids,
        random_bytes=secrets.token_bytes,
        passwords=passwords or Passwords(),
    )


def _faces(hub: Hub) -> dict[str, ChannelFace]:
    return {
        name: ChannelFace(
            id=name,
            platform=adapter.platform,
            name=hub.channels.name_of(name),
            webhook_url=hub.channels.settings_of(name).webhook_url,
            round_trip_with=hub.channels.settings_of(name).round_trip_with,
        )
        for name, adapter in hub.channels.adapters().items()
    }


def public_faces(hub: Hub) -> Sequence[PublicFace]:
    """What the status page may say of each channel."""
    return [
        PublicFace(
            id=name,
            platform=adapter.platform,
            name=hub.channels.name_of(name),
            public_address=hub.channels.settings_of(name).public_address,
            public_link=hub.channels.settings_of(name).public_link,
            shown_as=hub.channels.settings_of(name).public_name,
            group=hub.channels.settings_of(name).public_group,
        )
        for name, adapter in _in_order(hub)
    ]


def _in_order(hub: Hub) -> list[tuple[str, Adapter]]:
    """As the business puts its channels on its status page."""
    return sorted(
        hub.channels.adapters().items(), key=lambda each: hub.channels.settings_of(each[0]).public_order
    )
