"""Which failures are one: those of one failure domain, and everything that our own connection takes down."""

from collections.abc import Iterable, Sequence
from typing import Final

from holdfast.radar.model import Cause, Component, Incident, IncidentState

TOGETHER_MS: Final = 10 * 60_000
"""Channels of one failure domain that begin to fail within this time of each other fail of one cause."""
DIFFERS_MS: Final = 60_000
"""A channel leaves an incident when its cause has been another one for so long: causes are found out one
channel after the other."""
APART_MS: Final = 30 * 60_000
"""A channel that has been well for so long while others of its incident still fail has an incident of its own."""

OURS: Final = frozenset({Cause.UPLINK, Cause.HUB})


def group_of(component: Component) -> str:
    """What a failure has in common with others: the same text means the same failure."""
    if component.cause in OURS:
        return f"cause:{component.cause.value}"
    if component.cause is Cause.PLATFORM:
        return f"domain:{component.domain or component.channel}"
    return f"channel:{component.channel}"


def home_of(component: Component, incidents: Iterable[Incident]) -> Incident | None:
    """The open incident that a failing component belongs to: the oldest of its kind, close in time."""
    fitting = [each for each in incidents if _fits(component, each)]
    return min(fitting, key=lambda each: (each.opened_at, each.id), default=None)


def _fits(component: Component, incident: Incident) -> bool:
    if incident.state is IncidentState.CLOSED:
        return False
    group = group_of(component)
    kin = [
        each for each in failing(incident) if each.channel != component.channel and group_of(each) == group
    ]
    if not kin:
        return False
    return component.cause in OURS or any(
        abs(component.onset_at - each.onset_at) <= TOGETHER_MS for each in kin
    )


def failing(incident: Incident) -> list[Component]:
    """The components that are not well again, the first one first."""
    return [each for each in incident.components if each.state is not IncidentState.CLOSED]


def strays(incident: Incident, now: int) -> list[Component]:
    """The components that fail of another cause than the leading one, and have for a while."""
    if not failing(incident):
        return []
    first, *others = failing(incident)
    return [
        each
        for each in others
        if not each.placed_by
        and group_of(each) != group_of(first)
        and now - each.cause_since >= DIFFERS_MS
        and now - first.cause_since >= DIFFERS_MS
    ]


def long_well(incident: Incident, now: int) -> list[Component]:
    """The components that have been well for long while others still fail."""
    if not failing(incident):
        return []
    return [
        each
        for each in incident.components
        if each.closed_at is not None and not each.placed_by and now - each.closed_at >= APART_MS
    ]


def may_be_moved(incident: Incident) -> bool:
    """Whether no person has put anything into it, opened it or named it."""
    decided = incident.titled_by or incident.kept_by
    return not decided and not any(each.placed_by for each in incident.components)


def to_merge(incidents: Sequence[Incident]) -> tuple[Incident, Incident] | None:
    """(the one that goes on, the one that joins it): two open incidents that have turned out to be one."""
    open_ones = sorted(
        (each for each in incidents if failing(each)), key=lambda each: (each.opened_at, each.id)
    )
    for number, later in enumerate(open_ones):
        if not may_be_moved(later) or len({group_of(each) for each in failing(later)}) != 1:
            continue
        first = failing(later)[0]
        home = home_of(first, open_ones[:number])
        if home is not None:
            return home, later
    return None
