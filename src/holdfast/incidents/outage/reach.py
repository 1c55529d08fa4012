"""Who waits in an incident, who of them is reached another way, and what can be done by hand for the others."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from holdfast.incidents.outage import store
from holdfast.outbox.candidates import ChannelFact, candidates
from holdfast.outbox.routing import Candidate, choose_failover, healthy, usable
from holdfast.storage import Row, Tx

PEOPLE_MAX: Final = 2_000
"""How many people of one incident are looked at; the count says when there are more."""
LISTED_MAX: Final = 500
BEFORE_ONSET_MS: Final = 60_000
"""People who wrote this shortly before the failure began have most likely not been answered."""
_BY_PHONE: Final = frozenset({"sms", "whatsapp"})


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """An address that Holdfast may not use now, and why; ``phone`` is its number where one can call there."""

    channel: str
    platform: str
    address: str
    phone: str
    why: str


class Unreached(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom nothing reaches now. ``held`` messages wait for them; ``since`` (ms) they or we wait."""

    contact_id: str
    contact_name: str
    conversation_id: str
    assignee_id: str | None
    channel: str
    since: int
    held: int
    ways: tuple[Way, ...]


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """``people`` wait on channels that fail; ``by_platform`` of them have agreed to be reached there meanwhile,
    ``unreachable`` have not. Not ``is_whole``: there are more people than were looked at.
    """

    people: int
    by_platform: dict[str, int]
    unreachable: int
    is_whole: bool
    items: tuple[Unreached, ...]


async def reach(tx: Tx, incident_id: str, facts: Mapping[str, ChannelFact], now: int) -> Reach:
    """Nobody, where nothing of the incident fails any more."""
    broken = await store.failing(tx)
    failing = [row for row in broken if row["incident_id"] == incident_id]
    if not failing:
        return Reach(people=0, by_platform={}, unreachable=0, is_whole=True, items=())
    rows = await store.waiting(
        tx,
        incident_id,
        channels=[row["channel"] for row in failing],
        since=min(row["onset_at"] for row in failing) - BEFORE_ONSET_MS,
        limit=PEOPLE_MAX + 1,
    )
    looked_at = rows[:PEOPLE_MAX]
    addresses = await store.addresses_of(tx, [row["contact_id"] for row in looked_at])
    known = _without(facts, {row["channel"] for row in broken})
    return _told(looked_at, addresses, known, now, is_whole=len(rows) <= PEOPLE_MAX)


def _without(facts: Mapping[str, ChannelFact], broken: Collection[str]) -> dict[str, ChannelFact]:
    """What an incident is open about is no way to anybody, whatever the last look at it said."""
    return {
        name: msgspec.structs.replace(fact, health="down") if name in broken else fact
        for name, fact in facts.items()
    }


def _told(
    rows: Sequence[Row],
    addresses: Mapping[str, Sequence[Row]],
    facts: Mapping[str, ChannelFact],
    now: int,
    *,
    is_whole: bool,
) -> Reach:
    ways: Counter[str] = Counter()
    left = []
    for row in rows:
        known = candidates(addresses[row["contact_id"]], facts, human=True)
        stuck = next((each for each in known if each.channel == row["channel"]), None)
        chosen = choose_failover(known, stuck, now)
        if chosen is not None:
            ways[chosen.platform] += 1
        else:
            left.append(_unreached(row, [each for each in known if each is not stuck], stuck, now))
    return Reach(
        people=len(rows),
        by_platform=dict(ways.most_common()),
        unreachable=len(left),
        is_whole=is_whole,
        items=tuple(left[:LISTED_MAX]),
    )


def _unreached(row: Row, others: Sequence[Candidate], stuck: Candidate | None, now: int) -> Unreached:
    shown = [*others, *([stuck] if stuck is not None and stuck.platform in _BY_PHONE else [])]
    return Unreached(
        contact_id=row["contact_id"],
        contact_name=row["contact_name"],
        conversation_id=row["conversation_id"],
        assignee_id=row["assignee_id"],
        channel=row["channel"],
        since=row["since"],
        held=row["held"],
        ways=tuple(_way(each, now) for each in shown),
    )


def _way(candidate: Candidate, now: int) -> Way:
    is_theirs = candidate.proof is not None and candidate.consent != "opted_out"
    return Way(
        channel=candidate.channel,
        platform=candidate.platform,
        address=candidate.address,
        phone=candidate.address if candidate.platform in _BY_PHONE and is_theirs else "",
        why=_why_not(candidate, now),
    )


def _why_not(candidate: Candidate, now: int) -> str:
    if not healthy(candidate):
        return f"{candidate.name} is failing too"
    return usable(candidate, now) or (
        "did not agree to be reached here when another channel fails"
        if candidate.consent != "failover"
        else f"{candidate.name} is not sure to work now"
    )
