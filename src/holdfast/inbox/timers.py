"""How the promises of a conversation stand: clocks as pages and programs see them."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from holdfast.inbox import store
from holdfast.storage import Row, Tx

SOON_MS: Final = 3_600_000
"""What is due within so much time is due soon."""


class StillView(msgspec.Struct, frozen=True):
    """What stops a clock; ``until`` null: nobody knows yet. ``why``: closed (outside opening hours), snoozed, customer
    (it is their turn) or outage.
    """

    since: int
    until: int | None
    why: str


class TimerView(msgspec.Struct, frozen=True, kw_only=True):
    """One clock. ``promise``: first, next (reply) or resolve; ``target``: by which target. ``due_at`` is null while
    it stands still and nobody knows until when: then ``left_ms`` is left. ``still``: what stops it, up to ``due_at``.
    ``outcome``: empty, met or missed; what was missed may go on until ``ended_at``.
    """

    promise: str
    target: str
    message_id: str
    started_at: int
    within_ms: int
    due_at: int | None
    left_ms: int
    still: list[StillView]
    ended_at: int | None
    outcome: str


def timer_view(row: Row) -> TimerView:
    """``row`` is a clock with the name of its ``target``."""
    return TimerView(
        promise=row["kind"],
        target=row["target"],
        message_id=row["message_id"],
        started_at=row["started_at"],
        within_ms=row["limit_ms"],
        due_at=row["due_at"],
        left_ms=row["left_ms"],
        still=msgspec.json.decode(row["still"], type=list[StillView]),
        ended_at=row["ended_at"],
        outcome=row["outcome"],
    )


async def open_timers(tx: Tx, conversation_ids: Iterable[str]) -> dict[str, list[TimerView]]:
    """The clocks that go on, by conversation, what is due soonest first."""
    found: dict[str, list[TimerView]] = {}
    for row in await store.open_timers(tx, conversation_ids):
        found.setdefault(str(row["conversation_id"]), []).append(timer_view(row))
    return {name: _by_due(each) for name, each in found.items()}


def _by_due(timers: Sequence[TimerView]) -> list[TimerView]:
    return sorted(timers, key=_due)


def _due(timer: TimerView) -> tuple[bool, int, str]:
    return timer.due_at is None, timer.due_at or 0, timer.promise
