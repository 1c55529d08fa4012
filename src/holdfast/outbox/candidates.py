"""From stored addresses and live channels to the facts that routing decides on."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from holdfast.channels.contract import Limits
from holdfast.channels.region import region_of
from holdfast.outbox.doubt.policy import HOLDS_MS, LATE_MS, RESEND_AFTER_MS
from holdfast.outbox.routing import Candidate
from holdfast.storage import Row


class ChannelFact(msgspec.Struct, frozen=True, kw_only=True):
    """A connected channel as the road out needs to know it.

    ``doubt_policy`` is ask, resend or never. ``late_ms``: how long after a lost answer the platform may
    still take the message; ``resend_after_ms`` and ``doubt_holds_ms``: how long proof is awaited before a
    repeat, and by what was written later. ``fails_only_in``: the one country whose people it does not reach.
    """

    channel: str
    platform: str
    name: str
    domain: str
    limits: Limits
    health: str = "unknown"
    fails_only_in: str = ""
    doubt_policy: str = "ask"
    late_ms: int = LATE_MS
    resend_after_ms: int = RESEND_AFTER_MS
    doubt_holds_ms: int = HOLDS_MS


Facts = Callable[[], Mapping[str, ChannelFact]]


def window_closes_at(limits: Limits, last_in_at: int | None, *, human: bool) -> int | None:
    """When the reply window closes (ms); None without a window, 0 where it was never opened."""
    if limits.reply_window_ms is None:
        return None
    if not last_in_at:
        return 0
    span = limits.reply_window_ms
    if human and limits.human_window_ms:
        span = max(span, limits.human_window_ms)
    return last_in_at + span


def candidates(rows: Sequence[Row], facts: Mapping[str, ChannelFact], *, human: bool) -> list[Candidate]:
    """One candidate an address whose channel is connected."""
    return [_candidate(row, facts[row["channel"]], human=human) for row in rows if row["channel"] in facts]


def _candidate(row: Row, fact: ChannelFact, *, human: bool) -> Candidate:
    return Candidate(
        channel=fact.channel,
        platform=fact.platform,
        name=fact.name,
        domain=fact.domain,
        address_id=row["id"],
        address=row["value"],
        proof=row["proof"],
        consent=row["consent"],
        last_in_at=row["last_in_at"] or 0,
        has_window=fact.limits.reply_window_ms is not None,
        window_closes_at=window_closes_at(fact.limits, row["last_in_at"], human=human),
        first_contact=fact.limits.first_contact,
        health=_health(fact, row["value"]),
        text_max=fact.limits.text_max,
        text_unit=fact.limits.text_unit,
        files=fact.limits.files,
        reactions=fact.limits.reactions,
        quotes=fact.limits.quotes,
        edit_ms=fact.limits.edit_ms,
    )


def _health(fact: ChannelFact, address: str) -> str:
    """Where one country fails alone, the way to all others is as good as ever."""
    elsewhere = fact.fails_only_in and region_of(fact.platform, address) != fact.fails_only_in
    return "up" if elsewhere else fact.health
