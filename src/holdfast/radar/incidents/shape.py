"""An incident as its components make it: name, state, times. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from holdfast.radar.incidents.course import ordered
from holdfast.radar.incidents.grouping import OURS, failing, group_of
from holdfast.radar.model import Component, Incident, IncidentState
from holdfast.radar.titles import joint_title, place_name, retitled

SENTENCES_EACH: Final = 3
"""How many sentences of evidence each of several components contributes."""


def begun(component: Component, *, incident_id: str, opened_at: int) -> Incident:
    """An incident that one component opens."""
    incident = Incident(
        id=incident_id,
        channel=component.channel,
        capabilities=component.capabilities,
        cause=component.cause,
        title=component.title,
        state=component.state,
        onset_at=component.onset_at,
        opened_at=opened_at,
    )
    return shaped(incident, [component])


def shaped(incident: Incident, components: Sequence[Component]) -> Incident:
    """The incident with these components; a name that a person gave it stays."""
    if not components:
        raise ValueError("an incident has at least one component")
    gathered = sorted(components, key=lambda each: (each.joined_at, each.onset_at, each.channel))
    with_them = msgspec.structs.replace(incident, components=tuple(gathered))
    lead = _leading(with_them)
    state = _state(with_them)
    is_open = state is IncidentState.OPEN
    return msgspec.structs.replace(
        with_them,
        channel=incident.channel
        if incident.channel in {c.channel for c in gathered}
        else gathered[0].channel,
        capabilities=ordered([name for each in gathered for name in each.capabilities]),
        cause=lead.cause,
        title=incident.title if incident.titled_by else name_of(with_them),
        evidence=_evidence(with_them),
        state=state,
        onset_at=min(each.onset_at for each in gathered),
        recovered_at=None if is_open else _latest(each.recovered_at for each in gathered),
        closed_at=_latest(each.closed_at for each in gathered) if state is IncidentState.CLOSED else None,
    )


def _leading(incident: Incident) -> Component:
    """What still fails leads, the first one first."""
    return (failing(incident) or list(incident.components))[0]


def _state(incident: Incident) -> IncidentState:
    states = {each.state for each in incident.components}
    if incident.kept_by or IncidentState.OPEN in states:
        return IncidentState.OPEN
    return IncidentState.RECOVERING if IncidentState.RECOVERING in states else IncidentState.CLOSED


def name_of(incident: Incident) -> str:
    components = incident.components
    if len(components) == 1:
        return components[0].title
    lead = _leading(incident)
    platforms = {_platform(each) for each in components}
    if len(platforms) == 1 and lead.cause not in OURS:
        return retitled(lead.title, lead.place, _platform(lead))
    same = len({group_of(each) for each in components}) == 1
    return joint_title(_places(components), lead.cause, lead.domain if same else "")


def _places(components: Sequence[Component]) -> list[str]:
    """The platform where several of its accounts fail, else the account; each once."""
    platforms = [_platform(each) for each in components]
    names = [
        place_name(platform) if platforms.count(platform) > 1 else each.place or each.channel
        for platform, each in zip(platforms, components, strict=True)
    ]
    return list(dict.fromkeys(names))


def _platform(component: Component) -> str:
    return component.channel.partition(":")[0]


def _evidence(incident: Incident) -> tuple[str, ...]:
    telling = failing(incident) or list(incident.components)
    if len(telling) == 1:
        return telling[0].evidence
    return tuple(
        f"{each.place or each.channel}: {sentence}"
        for each in telling
        for sentence in each.evidence[:SENTENCES_EACH]
    )


def _latest(times: Iterable[int | None]) -> int | None:
    return max((time for time in times if time is not None), default=None)
