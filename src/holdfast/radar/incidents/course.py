"""How one channel fails, comes back and is well again: decided purely."""

from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.channels.contract import Capability
from holdfast.radar.model import (
    CONFIRMED,
    FAILING,
    Component,
    IncidentState,
    State,
    UpdateKind,
    Verdict,
)
from holdfast.radar.titles import also_affected, incident_title, leading
from holdfast.radar.words import for_visitors

SETTLE_MS: Final = (10_000, 2 * 60_000, 5 * 60_000)
"""Every capability must have been proven up for so long: at first, and after one and more relapses. What
flaps stays one incident until it has been quiet."""
REOPEN_MS: Final = 5 * 60 * 1000
"""A relapse within this time after closing continues the same incident."""


class Face(msgspec.Struct, frozen=True):
    """A channel's failure domain, and what people call it inside a sentence."""

    domain: str
    place: str


class Step(msgspec.Struct, frozen=True):
    """A component as it shall be and the line that tells of it."""

    component: Component
    kind: UpdateKind
    text: str


def next_step(current: Component | None, verdicts: Sequence[Verdict], *, now: int, face: Face) -> Step | None:
    """What happens to a channel, if anything.

    ``current`` is the channel's newest component, closed or not; ``verdicts`` are all of the channel.
    """
    confirmed = [verdict for verdict in verdicts if verdict.state in CONFIRMED]
    if current is None or current.state is IncidentState.CLOSED:
        return _opened(current, confirmed, now, face) if confirmed else None
    ours = [verdict for verdict in verdicts if verdict.capability in current.capabilities]
    if confirmed:
        return _worsened(current, confirmed, now, face)
    if any(verdict.state in FAILING for verdict in ours):
        return _recovering(current, now)
    return _closed(current, ours, now)


def continues(closed: Component, now: int) -> bool:
    """Whether a failure now is a relapse of one that had seemed over."""
    return abs(now - (closed.closed_at or 0)) <= REOPEN_MS


def _opened(closed: Component | None, confirmed: Sequence[Verdict], now: int, face: Face) -> Step:
    if closed is not None and continues(closed, now):
        again = _failing(closed, confirmed, now, face)
        return Step(again, UpdateKind.OPENED, f"It has failed again: {again.title}.")
    best = leading(confirmed)
    component = Component(
        channel=best.channel,
        domain=face.domain,
        place=face.place,
        capabilities=ordered([verdict.capability for verdict in confirmed]),
        cause=best.cause,
        cause_since=now,
        title=incident_title(best, face.place),
        state=IncidentState.OPEN,
        onset_at=min(verdict.since for verdict in confirmed),
        joined_at=now,
        evidence=best.evidence,
    )
    return Step(component, UpdateKind.OPENED, _told(component))


def _failing(component: Component, confirmed: Sequence[Verdict], now: int, face: Face) -> Component:
    """Open, named after what fails now, with every capability that failed in its course."""
    best = leading(confirmed)
    relapsed = component.state is IncidentState.CLOSED
    return msgspec.structs.replace(
        component,
        domain=face.domain,
        place=face.place,
        capabilities=ordered([*component.capabilities, *(verdict.capability for verdict in confirmed)]),
        cause=best.cause,
        cause_since=component.cause_since if best.cause == component.cause else now,
        title=incident_title(best, face.place),
        evidence=best.evidence,
        state=IncidentState.OPEN,
        recovered_at=None,
        closed_at=None,
        relapses=component.relapses + relapsed,
    )


def ordered(capabilities: Sequence[Capability]) -> tuple[Capability, ...]:
    return tuple(capability for capability in Capability if capability in capabilities)


def _told(component: Component) -> str:
    """The line of the story; visitors of the status page read along."""
    return " ".join([f"{component.title}.", *for_visitors(component.evidence)])


def _worsened(current: Component, confirmed: Sequence[Verdict], now: int, face: Face) -> Step | None:
    """A relapse, a new capability, another cause or another name is news; fresh counts are not."""
    after = _failing(current, confirmed, now, face)
    if current.state is IncidentState.RECOVERING:
        return Step(after, UpdateKind.NOTE, f"It has failed again: {after.title}.")
    if (after.cause, after.title) != (current.cause, current.title):
        return Step(after, UpdateKind.NOTE, _told(after))
    gathered = [capability for capability in after.capabilities if capability not in current.capabilities]
    if gathered:
        return Step(after, UpdateKind.NOTE, also_affected(gathered))
    return None


def _recovering(current: Component, now: int) -> Step | None:
    if current.state is IncidentState.RECOVERING:
        return None
    after = msgspec.structs.replace(current, state=IncidentState.RECOVERING, recovered_at=now)
    return Step(after, UpdateKind.RECOVERING, "It is beginning to work again. We are making sure.")


def _closed(current: Component, ours: Sequence[Verdict], now: int) -> Step | None:
    """Only what is proven up counts, and only once it has stayed so."""
    if any(verdict.state not in (State.UP, State.SUSPECTED) for verdict in ours):
        return None
    settle_ms = SETTLE_MS[min(current.relapses, len(SETTLE_MS) - 1)]
    if not all(v.state is State.UP and abs(now - v.since) >= settle_ms for v in ours):
        return _recovering(current, now)
    after = msgspec.structs.replace(
        current, state=IncidentState.CLOSED, recovered_at=current.recovered_at or now, closed_at=now
    )
    return Step(after, UpdateKind.CLOSED, "It works again.")
