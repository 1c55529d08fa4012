"""The breaker of a channel's sending: it opens on consecutive failures and closes by a real success.

Its state is stored, so that a restart does not forget that a platform refuses. Pure transitions.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


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


def only_country_fails(country: str, lately: Iterable[tuple[str, bool]]) -> bool:
    """Whether sends to other countries got through since those to this one began to fail.

    ``lately``: (country or nothing, whether it worked) of the newest sends, newest first.
    """
    others_work = False
    for where, worked in lately:
        if where != country:
            if not worked and not others_work:
                return False
            others_work = others_work or worked
        elif worked or others_work:
            return not worked
    return False


def held_because(name: str) -> str:
    """What a message shows while the breaker of its channel is open: why, and until when."""
    return f"{name} is not accepting messages now. This goes out by itself when it does."
