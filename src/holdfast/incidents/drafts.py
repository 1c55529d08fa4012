"""What the public may be told of an incident, in plain words and from facts alone. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec

from holdfast.channels.contract import Capability
from holdfast.incidents.words import clock, counted, length
from holdfast.radar import Cause, Component, Incident, IncidentState, UpdateKind
from holdfast.radar.titles import listed

_BOTH: Final = frozenset({Capability.SEND, Capability.SIGN_IN})
_CAUSES: Final = {
    Cause.UPLINK: "It is our own connection to the internet; we are working on it.",
    Cause.HUB: "It is our own system; we are working on it.",
    Cause.TOKEN: "Our access there has to be renewed; we are working on it.",
    Cause.ACCOUNT: "Our account there is being refused; we are in touch with them.",
    Cause.SUBSCRIPTION: "They stopped passing messages on to us; we have asked for them again.",
}


class Stage(StrEnum):
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


_STAGES: Final = {
    IncidentState.OPEN: Stage.IDENTIFIED,
    IncidentState.RECOVERING: Stage.MONITORING,
    IncidentState.CLOSED: Stage.RESOLVED,
}


class Facts(msgspec.Struct, frozen=True):
    """``other_ways``: where else people reach the business now; empty where there is nowhere.
    ``ledger`` counts messages (see outbox.incident_ledger).
    """

    incident: Incident
    other_ways: str
    ledger: Mapping[str, Any]


def stage_of(incident: Incident) -> tuple[Stage, int]:
    """(what is to be told now, since when it is so in ms): the two name one draft."""
    stage = _STAGES[incident.state]
    if stage is Stage.MONITORING:
        return stage, incident.recovered_at or incident.opened_at
    if stage is Stage.RESOLVED:
        return stage, incident.closed_at or incident.opened_at
    opened = [line.at for line in incident.updates if line.kind is UpdateKind.OPENED]
    return stage, max(opened, default=incident.opened_at)


def write_draft(stage: Stage, facts: Facts) -> str:
    sentences = {
        Stage.IDENTIFIED: _identified,
        Stage.MONITORING: _monitoring,
        Stage.RESOLVED: _resolved,
    }[stage](facts)
    return " ".join(sentence for sentence in sentences if sentence)


def _identified(facts: Facts) -> list[str]:
    incident = facts.incident
    return [
        f"{incident.title.rstrip('.')} since {clock(incident.onset_at)}.",
        _CAUSES.get(incident.cause, ""),
        _felt(incident),
        _waiting(facts),
        f"You can reach us here in the meantime: {facts.other_ways}." if facts.other_ways else "",
    ]


def _felt(incident: Incident) -> str:
    """What a customer notices, by channel."""
    failing = [each for each in incident.components if each.state is not IncidentState.CLOSED]
    cannot_send = [_place(each) for each in failing if _BOTH & set(each.capabilities)]
    cannot_hear = [_place(each) for each in failing if Capability.RECEIVE in each.capabilities]
    return " ".join(
        sentence
        for sentence in (
            f"Our answers on {listed(cannot_send)} may arrive late." if cannot_send else "",
            f"What you write to us on {listed(cannot_hear)} may not reach us yet." if cannot_hear else "",
        )
        if sentence
    )


def _waiting(facts: Facts) -> str:
    held = facts.ledger["held"]
    if not held:
        return "Nothing is lost: what cannot go now waits and goes out in order."
    waits = "waits and goes" if held == 1 else "wait and go"
    return f"Nothing is lost: {counted(held, 'message')} of ours {waits} out in order when it works again."


def _monitoring(facts: Facts) -> list[str]:
    incident = facts.incident
    since = incident.recovered_at or incident.opened_at
    waiting = facts.ledger["waiting"]
    goes = "is going" if waiting == 1 else "are going"
    return [
        f"{_names(incident)} began to work again at {clock(since)}.",
        f"{counted(waiting, 'message')} that had to wait {goes} out in order." if waiting else "",
        "We are making sure that it stays so.",
    ]


def _resolved(facts: Facts) -> list[str]:
    incident, ledger = facts.incident, facts.ledger
    ended = incident.recovered_at or incident.closed_at or incident.opened_at
    works = "work" if len(incident.components) > 1 and not _is_ours(incident) else "works"
    return [
        f"{_names(incident)} {works} again.",
        f"It failed from {clock(incident.onset_at)} for {length(ended - incident.onset_at)}.",
        f"{counted(ledger['held'], 'message')} of ours had to wait or go another way."
        if ledger["held"]
        else "",
        "No message was lost."
        if ledger["lost"] == 0
        else f"{counted(ledger['lost'], 'message')} cannot be accounted for.",
        "Thank you for your patience.",
    ]


def _names(incident: Incident) -> str:
    if _is_ours(incident):
        return "Our connection" if incident.cause is Cause.UPLINK else "Our system"
    places = listed([_place(each) for each in incident.components]) if incident.components else incident.title
    return places[:1].upper() + places[1:]


def _is_ours(incident: Incident) -> bool:
    return incident.cause in (Cause.UPLINK, Cause.HUB)


def _place(component: Component) -> str:
    return component.place or component.channel
