"""The breaker of a channel's sending: it opens on consecutive failures and closes by a real success.

Its state is stored, so that a restart does not forget that a platform refuses. Pure transitions.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

JUST_BEFORE_MS: Final = 10_000
"""What worked elsewhere speaks for so long after it, and so long after a country began to fail."""


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"


class Breaker(msgspec.Struct, frozen=True):
    """``probe_at`` (ms): when one real message is tried again; ``failures`` in a row."""

    channel: str
    state: BreakerState = BreakerState.CLOSED
    failures: int = 0
    opened_at: int | None = None
    probe_at: int | None = None
    reason: str = ""

    def lets_through(self, now: int) -> bool:
        return self.state is BreakerState.CLOSED or (self.probe_at or 0) <= now


class BreakerRules(msgspec.Struct, frozen=True):
    failures_to_open: int
    probe_ms_min: int
    probe_ms_max: int


def after_success(breaker: Breaker) -> Breaker:
    return Breaker(breaker.channel)


def after_failure(
    breaker: Breaker,
    rules: BreakerRules,
    now: int,
    reason: str,
    *,
    wait_ms: int | None = None,
    at_once: bool = False,
) -> Breaker:
    """Open after enough failures, or at once where the failure speaks for the whole channel."""
    failures = breaker.failures + 1
    if breaker.state is BreakerState.CLOSED and failures < rules.failures_to_open and not at_once:
        return msgspec.structs.replace(breaker, failures=failures, reason=reason)
    beyond = max(0, failures - rules.failures_to_open)
    wait = min(rules.probe_ms_max, rules.probe_ms_min * 2 ** min(beyond, 20))
    return Breaker(
        channel=breaker.channel,
        state=BreakerState.OPEN,
        failures=failures,
        opened_at=breaker.opened_at or now,
        probe_at=now + max(wait, wait_ms or 0),
        reason=reason,
    )


def only_country_fails(country: str, lately: Iterable[tuple[str, bool, int]], now: int) -> bool:
    """Whether sends to other countries got through since those to this one began to fail.

    Where nothing has gone elsewhere since, what went there just before speaks for a moment: else a burst to one
    country would hold the messages to all others until one of those is tried.
    ``lately``: (country or nothing, whether it worked, when) of the newest sends, newest first.
    """
    began = now
    others_work = others_just_worked = False
    for where, worked, at in lately:
        if where != country and worked and not others_work:
            others_work = True
            others_just_worked = began - at <= JUST_BEFORE_MS and now - began <= JUST_BEFORE_MS
        elif where != country and not worked and not others_work:
            return False
        elif where == country and worked:
            break
        elif where == country and others_work:
            return True
        elif where == country:
            began = at
    return others_just_worked


def held_because(name: str) -> str:
    """What a message shows while the breaker of its channel is open: why, and until when."""
    return f"{name} is not accepting messages now. This goes out by itself when it does."
