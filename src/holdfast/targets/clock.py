"""A clock that stands still when it should: how much time counts, and when a length of it is over. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from holdfast.posts.hours import Hours, open_stretches
from holdfast.targets.model import DAY_MS, Still

EVER: Final = 2**50
AHEAD_DAYS: Final = 400
"""So far ahead opening hours are looked at."""
SHOWN_MAX: Final = 60
"""Of what stops a clock until it is over."""


def counted(since: int, until: int, still: Sequence[Still], hours: Hours | None = None) -> int:
    """How much of a span of time counts; with ``hours`` only while it is open."""
    total = 0
    for start, end in _running(since, still, hours):
        if start >= until:
            break
        total += min(end, until) - start
    return total


def over_at(since: int, length: int, still: Sequence[Still], hours: Hours | None = None) -> int | None:
    """When so much time has counted; None where nobody knows, because it stands still."""
    left = length
    for start, end in _running(since, still, hours):
        if end - start >= left:
            return start + left
        left -= end - start
    return None


def stops(
    since: int, now: int, until: int, still: Sequence[Still], hours: Hours | None = None
) -> tuple[Still, ...]:
    """What stops a clock that began at a time, from now on and until it is over; the earliest first."""
    found = [*still, *_closed(since, until, hours)]
    ahead = [each for each in found if each.since < until and _end(each) > max(now, since)]
    return tuple(sorted(ahead, key=lambda each: (each.since, each.why))[:SHOWN_MAX])


def _running(since: int, still: Sequence[Still], hours: Hours | None) -> Iterator[tuple[int, int]]:
    """When the clock runs, in order."""
    stopped = _joined(still)
    for start, end in _open(since, hours):
        at = start
        for stop, again in stopped:
            if again <= at:
                continue
            if stop >= end:
                break
            if stop > at:
                yield at, stop
            at = min(again, end)
        if at < end:
            yield at, end


def _joined(still: Sequence[Still]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted((each.since, _end(each)) for each in still):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        elif end > start:
            joined.append((start, end))
    return joined


def _end(still: Still) -> int:
    return EVER if still.until is None else still.until


def _open(since: int, hours: Hours | None) -> Iterator[tuple[int, int]]:
    """Where no hours are known, it is open for ever."""
    if hours is None or not hours.week:
        yield since, EVER
    else:
        yield from open_stretches(hours, since, AHEAD_DAYS)


def _closed(since: int, until: int, hours: Hours | None) -> Iterator[Still]:
    if hours is None or not hours.week:
        return
    at = since
    days = min(AHEAD_DAYS, (until - since) // DAY_MS + 2)
    for start, end in open_stretches(hours, since, days):
        if start >= until:
            break
        if start > at:
            yield Still(at, start, "closed")
        at = end
    if at < until:
        yield Still(at, until, "closed")
