"""What an incident was, from facts alone: the account that is given when it is over."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from holdfast.incidents import store
from holdfast.outbox import incident_ledger
from holdfast.radar import Component, Incident, IncidentUpdate, UpdateKind, load_incident
from holdfast.storage import Tx

FOR_EVER: Final = 1 << 60
_DOUBT_WORDS: Final = {
    "sent": "found sent, or sent again and accepted",
    "delivered": "found delivered",
    "read": "found read",
    "superseded": "sent another way",
    "in_doubt": "still in doubt",
    "cancelled": "given up by a person",
    "failed": "refused in the end",
    "expired": "given up for their age",
}


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Messages, and people. ``held`` were to go out; what became of them adds up to it, ``lost`` included."""

    people: int
    reports: int
    received: int
    received_late: int
    read_back: int
    answered_automatically: int
    held: int
    sent_after_hold: int
    rerouted: int
    waiting: int
    in_doubt: int
    failed: int
    expired: int
    cancelled: int
    lost: int
    unreadable: int


class Doubt(msgspec.Struct, frozen=True):
    """Sends whose answer was lost, and what became of them."""

    outcome: str
    count: int


class Part(msgspec.Struct, frozen=True, kw_only=True):
    channel: str
    place: str
    title: str
    state: str
    onset_at: int
    recovered_at: int | None
    closed_at: int | None


class PostMortem(msgspec.Struct, frozen=True, kw_only=True):
    """Times are ms since the epoch, lengths ms. ``detected_after_ms``: from the first failing sign to the moment
    it was told; ``lasted_ms``: until it began to work again, or until now where it still fails.
    """

    incident_id: str
    title: str
    state: str
    cause: str
    onset_at: int
    opened_at: int
    recovered_at: int | None
    closed_at: int | None
    detected_after_ms: int
    detected_by: tuple[str, ...]
    lasted_ms: int
    parts: tuple[Part, ...]
    counts: Counts
    doubts: tuple[Doubt, ...]
    proof: str
    timeline: tuple[IncidentUpdate, ...]
    summary: str
    will_change: str


async def post_mortem(tx: Tx, incident_id: str, now: int) -> PostMortem:
    """The account of an incident as it stands; raises LookupError where there is none."""
    incident = await load_incident(tx, incident_id)
    if incident is None:
        raise LookupError(f"there is no incident {incident_id}")
    until = incident.closed_at or FOR_EVER
    ledger = await incident_ledger(tx, incident_id)
    return _told(
        incident,
        _counts(
            ledger,
            people=await store.people_touched(tx, incident_id, incident.onset_at, until),
            reports=await store.reports_of(tx, _platforms(incident), incident.onset_at, until),
        ),
        await store.doubts_of(tx, incident_id),
        now,
    )


def _told(incident: Incident, counts: Counts, doubts: Mapping[str, int], now: int) -> PostMortem:
    return PostMortem(
        incident_id=incident.id,
        title=incident.title,
        state=incident.state.value,
        cause=incident.cause.value,
        onset_at=incident.onset_at,
        opened_at=incident.opened_at,
        recovered_at=incident.recovered_at,
        closed_at=incident.closed_at,
        detected_after_ms=max(0, incident.opened_at - incident.onset_at),
        detected_by=_detected_by(incident),
        lasted_ms=max(0, (incident.recovered_at or incident.closed_at or now) - incident.onset_at),
        parts=tuple(_part(each) for each in incident.components),
        counts=counts,
        doubts=tuple(Doubt(_DOUBT_WORDS.get(state, state), count) for state, count in doubts.items()),
        proof=proof_of(counts),
        timeline=incident.updates,
        summary=incident.summary,
        will_change=incident.will_change,
    )


def _detected_by(incident: Incident) -> tuple[str, ...]:
    """The evidence that opened it: what was found later proves more, but was not what told."""
    opening = next((line.text for line in incident.updates if line.kind is UpdateKind.OPENED), "")
    return (opening,) if opening else incident.evidence


def _platforms(incident: Incident) -> list[str]:
    channels = [each.channel for each in incident.components] or [incident.channel]
    return sorted({channel.partition(":")[0] for channel in channels})


def _part(component: Component) -> Part:
    return Part(
        channel=component.channel,
        place=component.place or component.channel,
        title=component.title,
        state=component.state.value,
        onset_at=component.onset_at,
        recovered_at=component.recovered_at,
        closed_at=component.closed_at,
    )


def _counts(ledger: Mapping[str, Any], *, people: int, reports: int) -> Counts:
    named = {name: ledger[name] for name in Counts.__struct_fields__ if name in ledger}
    return Counts(**named, people=people, reports=reports)


def proof_of(counts: Counts) -> str:
    """The sum that shows what was lost, as anyone can check it."""
    became: Sequence[tuple[int, str]] = (
        (counts.sent_after_hold, "went out here"),
        (counts.rerouted, "went another way"),
        (counts.waiting, "wait"),
        (counts.in_doubt, "are in doubt"),
        (counts.failed, "were refused"),
        (counts.expired, "were too old"),
        (counts.cancelled, "were taken back"),
        (counts.lost, "lost"),
    )
    return f"{counts.held} to go out = " + " + ".join(f"{number} {what}" for number, what in became)
