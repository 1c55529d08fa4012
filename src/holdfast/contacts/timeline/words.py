"""What happened with a person, in sentences. Pure."""

from datetime import UTC, datetime
from typing import Final

import msgspec

_CONSENTS: Final = {
    "none": "No consent is known",
    "reply": "May be answered where they wrote",
    "failover": "Agreed to be reached here when another channel fails",
    "opted_out": "Asked not to be written to here",
}
_PROGRAMS: Final = {
    "contact": "The person",
    "hub": "Holdfast",
    "platform": "In the platform's app",
    "playbook": "The playbook",
    "member": "The person",
    "rule": "A rule",
}


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """By id: names; of addresses (channel, value); of merges (the other's name, whether it is in force)."""

    agents: dict[str, str]
    labels: dict[str, str]
    teams: dict[str, str]
    fields: dict[str, str]
    addresses: dict[str, tuple[str, str]]
    merges: dict[str, tuple[str, bool]]


def who_name(who: str, names: Names) -> str:
    kind, _, name = who.partition(":")
    if kind == "agent":
        return names.agents.get(name, "An agent")
    return _PROGRAMS.get(kind) or name or who


def of_decision(kind: str, detail: str, names: Names) -> str:
    """What a team decided."""
    told = {
        "assigned": f"Given to {names.agents.get(detail, 'an agent')}" if detail else "Given to nobody",
        "team": f"Given to the team {names.teams.get(detail, detail)}" if detail else "Taken from its team",
        "labelled": f"Labelled {names.labels.get(detail, detail)}",
        "unlabelled": f"Label taken off: {names.labels.get(detail, detail)}",
        "snoozed": f"Snoozed until {_moment(detail)}",
        "resolved": "Resolved",
        "reopened": "Opened again",
        "woken": "Woken",
        "edited": "Changed a message",
        "unsent": "Took a message back",
    }
    return told.get(kind) or kind.replace("_", " ").capitalize()


def of_change(kind: str, detail: str, names: Names) -> str:
    """What happened to the contact itself."""
    subject, _, rest = detail.partition(" ")
    address, other = _address(subject, names), _other(detail, names)
    fields = [names.fields.get(each, "a field that is gone") for each in detail.split()]
    told = {
        "contact.merged": f"Merged with {other}",
        "contact.unmerged": f"Parted again from {other}",
        "contact.named": f"Named {detail}" if detail else "The name was taken away",
        "address.added": f"Address added: {address}",
        "address.split": f"{address} was given to a contact of its own",
        "address.confirmed": f"Confirmed: {address}",
        "consent.set": f"{_CONSENTS.get(rest, rest)}: {address}",
        "fields.set": f"Changed: {', '.join(fields)}",
        "lead.set": f"Lead: {detail}",
        "lead.dropped": "No lead any more",
    }
    return told.get(kind) or kind.replace(".", " ").replace("_", " ").capitalize()


def _other(merge_id: str, names: Names) -> str:
    name, _ = names.merges.get(merge_id, ("", False))
    return name or "somebody without a name"


def _address(address_id: str, names: Names) -> str:
    channel, value = names.addresses.get(address_id, ("", ""))
    return f"{channel} {value}" if channel else "an address that is gone"


def _moment(text: str) -> str:
    if not text.isdecimal():
        return "later"
    return datetime.fromtimestamp(int(text) / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
