"""From what the radar knows to what the public may see. Pure; evidence and people's names stay inside."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from holdfast.channels.contract import Capability
from holdfast.radar import Incident, Verdict
from holdfast.radar.titles import listed
from holdfast.status.maintenance import Maintenance, Outage, Phase, is_excused, without_maintenance
from holdfast.status.snapshot import (
    Component,
    IncidentUpdate,
    PublicIncident,
    PublicMaintenance,
    PublicPart,
    Snapshot,
    State,
    UptimeDay,
)
from holdfast.status.wording import DAY_MS, within

INCIDENT_DAYS: Final = 90
UPDATES_MAX: Final = 50
"""The newest lines of an incident that are shown."""

_LABELS: Final = {
    "instagram": "Instagram",
    "whatsapp": "WhatsApp",
    "messenger": "Messenger",
    "telegram": "Telegram",
    "sms": "SMS",
    "email": "Email",
    "direct": "Web chat",
}
_FELT: Final = frozenset({Capability.SEND, Capability.RECEIVE, Capability.SIGN_IN})
"""What a customer feels. That past messages cannot be read back is our trouble, not theirs."""
_WORST_FIRST: Final = (
    State.DOWN,
    State.PARTIAL,
    State.SUSPECTED,
    State.RECOVERING,
    State.UP,
    State.MAINTENANCE,
    State.UNKNOWN,
)


class ChannelFace(msgspec.Struct, frozen=True):
    """What people see of a channel: its account's name, what they would type to reach it and the link.

    ``shown_as`` is what the business itself calls it, ``group`` the heading it stands below.
    """

    id: str
    platform: str
    name: str
    public_address: str = ""
    public_link: str = ""
    shown_as: str = ""
    group: str = ""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What was read from the store in one view. ``uptime`` has the failing days by channel id."""

    verdicts: Sequence[Verdict] = ()
    incidents: Sequence[Incident] = ()
    uptime: dict[str, tuple[UptimeDay, ...]] = {}
    watched_since: int
    maintenances: Sequence[Maintenance] = ()


def build_snapshot(
    known: Known,
    faces: Sequence[ChannelFace],
    *,
    business: str,
    hub_started_at: int,
    now: int,
    hub_url: str = "",
    subscriptions: Sequence[str] = (),
) -> Snapshot:
    labels = _labels(faces)
    titles = _titles(known.incidents)
    uptime = without_maintenance(known.uptime, _outages(known.incidents), known.maintenances, now)
    known = msgspec.structs.replace(known, uptime=uptime)
    return Snapshot(
        business=business,
        written_at=now,
        hub_started_at=hub_started_at,
        watched_since=known.watched_since,
        components=tuple(
            _during_work(_component(face, labels[face.id], titles.get(face.id), known), known, now)
            for face in faces
        ),
        incidents=tuple(
            _public(incident, labels, known)
            for incident in known.incidents
            if concerns_public(incident, now) and not is_announced_work(incident, known.maintenances, now)
        ),
        chat_url=next((face.public_link for face in faces if face.platform == "direct"), ""),
        hub_url=hub_url,
        maintenances=tuple(_public_work(work, faces) for work in known.maintenances),
        subscriptions=tuple(subscriptions),
    )


def is_announced_work(incident: Incident, works: Sequence[Maintenance], now: int) -> bool:
    """Whether the public knows of it already as maintenance, so that it is not told a second time."""
    return is_excused(touched(incident), incident.onset_at, incident.closed_at or now, works)


def worst(verdicts: Sequence[Verdict]) -> tuple[State, int]:
    """The state that a customer feels and since when; not known only where nothing at all is known."""
    felt = [verdict for verdict in verdicts if verdict.capability in _FELT]
    if not felt:
        return State.UNKNOWN, 0
    leading = min(felt, key=lambda verdict: (_WORST_FIRST.index(State(verdict.state.value)), verdict.since))
    return State(leading.state.value), leading.since


def _labels(faces: Sequence[ChannelFace]) -> dict[str, str]:
    platforms = [face.platform for face in faces]
    return {
        face.id: face.shown_as
        or _label(face.platform, face.name if platforms.count(face.platform) > 1 else "")
        for face in faces
    }


def _label(platform: str, name: str) -> str:
    label = _LABELS.get(platform, platform)
    return f"{label} ({name})" if name else label


def _titles(incidents: Sequence[Incident]) -> dict[str, str]:
    """What each failing channel's part of an incident is called; a person's name for a whole goes before."""
    return {
        each.channel: incident.title if len(incident.components) == 1 else each.title
        for incident in incidents
        for each in incident.components
        if each.state != "closed"
    }


def _component(face: ChannelFace, label: str, title: str | None, known: Known) -> Component:
    state, since = _state(face, [verdict for verdict in known.verdicts if verdict.channel == face.id])
    return Component(
        id=face.id,
        platform=face.platform,
        label=label,
        name=face.name,
        address=face.public_address,
        link=face.public_link,
        state=state,
        since=since,
        sentence=_sentence(state, within(face.platform, label), title),
        days=known.uptime.get(face.id, ()),
        group=face.group,
    )


def _during_work(component: Component, known: Known, now: int) -> Component:
    """A channel that is being worked on says so, whatever is seen of it meanwhile."""
    active = [
        work for work in known.maintenances if work.phase(now) is Phase.ACTIVE and work.touches(component.id)
    ]
    if not active:
        return component
    work = min(active, key=lambda each: each.starts_at)
    return msgspec.structs.replace(
        component,
        state=State.MAINTENANCE,
        since=work.starts_at,
        sentence=f"{work.title.rstrip('.')}. We are working on it, as announced.",
    )


def _public_work(work: Maintenance, faces: Sequence[ChannelFace]) -> PublicMaintenance:
    return PublicMaintenance(
        id=work.id,
        title=work.title,
        text=work.text,
        components=tuple(face.id for face in faces if work.touches(face.id)),
        starts_at=work.starts_at,
        ends_at=work.ends_at,
        announced_at=work.announced_at,
        cancelled_at=work.cancelled_at,
    )


def _outages(incidents: Sequence[Incident]) -> list[Outage]:
    return [
        Outage(each.channel, each.onset_at, each.recovered_at or each.closed_at)
        for incident in incidents
        for each in incident.components
    ]


def _state(face: ChannelFace, verdicts: Sequence[Verdict]) -> tuple[State, int]:
    """Our own chat rests on the hub alone, and the hub that writes this is running."""
    state, since = worst(verdicts)
    if face.platform == "direct" and state is State.UNKNOWN:
        return State.UP, since
    return state, since


def _sentence(state: State, place: str, title: str | None) -> str:
    if title and state in {State.DOWN, State.PARTIAL}:
        return f"{title.rstrip('.')}."
    return {
        State.UP: "Messages are getting through.",
        State.SUSPECTED: f"We may have trouble with {place}. We are checking.",
        State.PARTIAL: "Some messages fail.",
        State.DOWN: "Messages are not getting through.",
        State.RECOVERING: "It is working again. We are making sure.",
        State.UNKNOWN: "We do not know yet.",
    }[state]


def concerns_public(incident: Incident, now: int) -> bool:
    """Whether customers feel it, and it is not long over."""
    if incident.merged_into or not _FELT.intersection(incident.capabilities):
        return False
    return incident.state != "closed" or (incident.closed_at or now) >= now - INCIDENT_DAYS * DAY_MS


def _public(incident: Incident, labels: Mapping[str, str], known: Known) -> PublicIncident:
    channels = touched(incident)
    ours = [verdict for verdict in known.verdicts if verdict.channel in channels]
    told = [update for update in incident.updates if update.public][-UPDATES_MAX:]
    return PublicIncident(
        id=incident.id,
        component=incident.channel,
        label=listed([labels.get(channel, channel) for channel in channels]),
        parts=tuple(
            PublicPart(each.channel, labels.get(each.channel, each.channel), each.state.value)
            for each in incident.components
        ),
        joined=_joined(incident.id, known.incidents),
        title=incident.title,
        state=incident.state.value,
        cause=incident.cause.value,
        partial=incident.state != "closed" and worst(ours)[0] is State.PARTIAL,
        onset_at=incident.onset_at,
        opened_at=incident.opened_at,
        recovered_at=incident.recovered_at,
        closed_at=incident.closed_at,
        updates=tuple(
            IncidentUpdate(id=line.id, at=line.at, kind=line.kind.value, text=line.text) for line in told
        ),
    )


def _joined(incident_id: str, incidents: Sequence[Incident]) -> tuple[str, ...]:
    """The incidents that go on in this one, directly or through another: their addresses have been told."""
    found: list[str] = []
    into = {incident_id}
    while into:
        into = {each.id for each in incidents if each.merged_into in into and each.id not in found}
        found += sorted(into)
    return tuple(found)


def touched(incident: Incident) -> list[str]:
    """The channels that it takes down, the first one first."""
    return [each.channel for each in incident.components] or [incident.channel]
