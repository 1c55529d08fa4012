"""When an incident opens, changes, recovers and closes: decided purely, carried out by the radar."""

from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.channels.contract import Capability
from holdfast.radar.model import (
    CONFIRMED,
    FAILING,
    Incident,
    IncidentState,
    State,
    UpdateKind,
    Verdict,
)
from holdfast.radar.titles import also_affected, incident_title, leading

SETTLE_MS: Final = 10_000
"""Every capability must have been proven up for so long before an incident closes."""
REOPEN_MS: Final = 5 * 60 * 1000
"""A relapse within this time after closing continues the same incident."""


class Change(msgspec.Struct, frozen=True):
    """An incident as it shall be, the line that tells of it, and the event's kind."""

    incident: Incident
    update_kind: UpdateKind
    text: str
    event: str


def next_change(
    current: Incident | None, verdicts: Sequence[Verdict], *, now: int, place: str, new_id: str
) -> Change | None:
    """What happens to a channel's incident, if anything.

    ``current`` is the channel's newest incident, closed or not; ``verdicts`` are all of the channel.
    """
    confirmed = [verdict for verdict in verdicts if verdict.state in CONFIRMED]
    if current is None or current.state is IncidentState.CLOSED:
        return _open(current, confirmed, now, place, new_id) if confirmed else None
    ours = [verdict for verdict in verdicts if verdict.capability in current.capabilities]
    if confirmed:
        return _worsened(current, confirmed, place)
    if any(verdict.state in FAILING for verdict in ours):
        return _recovering(current, now)
    return _close(current, ours, now)


def _open(closed: Incident | None, confirmed: Sequence[Verdict], now: int, place: str, new_id: str) -> Change:
    if closed is not None and abs(now - (closed.closed_at or 0)) <= REOPEN_MS:
        again = _reopened(closed, confirmed, place)
        return Change(again, UpdateKind.OPENED, f"It has failed again: {again.title}.", "incident.opened")
    best = leading(confirmed)
    incident = Incident(
        id=new_id,
        channel=best.channel,
        capabilities=_ordered([verdict.capability for verdict in confirmed]),
        cause=best.cause,
        title=incident_title(best, place),
        state=IncidentState.OPEN,
        onset_at=min(verdict.since for verdict in confirmed),
        opened_at=now,
        evidence=best.evidence,
    )
    return Change(incident, UpdateKind.OPENED, _told(incident), "incident.opened")


def _reopened(incident: Incident, confirmed: Sequence[Verdict], place: str) -> Incident:
    """Open, named after what fails now, with every capability that failed in its course."""
    best = leading(confirmed)
    return msgspec.structs.replace(
        incident,
        capabilities=_ordered([*incident.capabilities, *(verdict.capability for verdict in confirmed)]),
        cause=best.cause,
        title=incident_title(best, place),
        evidence=best.evidence,
        state=IncidentState.OPEN,
        recovered_at=None,
        closed_at=None,
    )


def _ordered(capabilities: Sequence[Capability]) -> tuple[Capability, ...]:
    return tuple(capability for capability in Capability if capability in capabilities)


def _told(incident: Incident) -> str:
    return " ".join([f"{incident.title}.", *incident.evidence])


def _worsened(current: Incident, confirmed: Sequence[Verdict], place: str) -> Change | None:
    """A relapse, a new capability, another cause or another name is news; fresh counts are not."""
    relapsed = current.state is IncidentState.RECOVERING
    after = _reopened(current, confirmed, place)
    if relapsed:
        return Change(after, UpdateKind.NOTE, f"It has failed again: {after.title}.", "incident.updated")
    if (after.cause, after.title) != (current.cause, current.title):
        return Change(after, UpdateKind.NOTE, _told(after), "incident.updated")
    gathered = [capability for capability in after.capabilities if capability not in current.capabilities]
    if gathered:
        return Change(after, UpdateKind.NOTE, also_affected(gathered), "incident.updated")
    return None


def _recovering(current: Incident, now: int) -> Change | None:
    if current.state is IncidentState.RECOVERING:
        return None
    after = msgspec.structs.replace(current, state=IncidentState.RECOVERING, recovered_at=now)
    return Change(
        after, UpdateKind.RECOVERING, "It is beginning to work again. We are making sure.", "incident.updated"
    )


def _close(current: Incident, ours: Sequence[Verdict], now: int) -> Change | None:
    """Only what is proven up counts, and only once it has stayed so."""
    if any(verdict.state not in (State.UP, State.SUSPECTED) for verdict in ours):
        return None
    settled = all(v.state is State.UP and abs(now - v.since) >= SETTLE_MS for v in ours)
    if not settled:
        return _recovering(current, now)
    after = msgspec.structs.replace(
        current, state=IncidentState.CLOSED, recovered_at=current.recovered_at or now, closed_at=now
    )
    return Change(after, UpdateKind.CLOSED, "It works again.", "incident.closed")
