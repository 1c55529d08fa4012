"""How the clocks of a conversation stand: from its course, the targets, opening hours and outages. Pure."""

from collections.abc import Callable, Sequence

import msgspec

from holdfast.posts.hours import Hours
from holdfast.targets.clock import counted, over_at, stops
from holdfast.targets.model import Still, Target, Timer, fits, nearly_ms
from holdfast.targets.talk import Course, Wait


class Rules(msgspec.Struct, frozen=True):
    """What is promised, in the order in which it is asked; and when the business is open."""

    targets: tuple[Target, ...]
    hours: Hours

    def target_of(self, channel: str, labels: Sequence[str]) -> Target | None:
        """The first that fits."""
        return next((each for each in self.targets if fits(each, channel, list(labels))), None)


class Reckoned(msgspec.Struct, frozen=True):
    """``dropped``: it ended without having to be met."""

    target_id: str
    timer: Timer
    dropped: bool


def reckon(
    course: Course,
    rules: Rules,
    labels: Sequence[str],
    outages: Callable[[int], Sequence[Still]],
    now: int,
) -> list[Reckoned]:
    """The clocks of what is promised. ``outages`` tells when nothing could be answered, from a time on."""
    found = []
    for wait in course.waits:
        target = rules.target_of(wait.channel, labels)
        limit = target.within(wait.kind) if target else None
        if target is None or limit is None:
            continue
        theirs = course.theirs if wait.kind == "resolve" else ()
        still = (*course.still, *theirs, *outages(wait.started_at))
        hours = rules.hours if target.in_hours else None
        timer = timer_of(wait, limit, still, hours, now, in_hours=target.in_hours)
        found.append(Reckoned(target.id, timer, wait.dropped))
    return found


def timer_of(
    wait: Wait, limit: int, still: Sequence[Still], hours: Hours | None, now: int, *, in_hours: bool
) -> Timer:
    """One clock as it stands now, or stood when it ended."""
    due = over_at(wait.started_at, limit, still, hours)
    near = over_at(wait.started_at, limit - nearly_ms(limit), still, hours)
    at = now if wait.ended_at is None else wait.ended_at
    ahead = stops(wait.started_at, now, max(now + 1, due or 0), still, hours) if wait.ended_at is None else ()
    return Timer(
        message_id=wait.message_id,
        kind=wait.kind,
        channel=wait.channel,
        started_at=wait.started_at,
        limit_ms=limit,
        in_hours=in_hours,
        due_at=due,
        near_at=near,
        left_ms=limit - counted(wait.started_at, at, still, hours),
        still=ahead,
        ended_at=wait.ended_at,
        by=wait.by,
    )


def nowhere(downs: Sequence[Sequence[Still]]) -> list[Still]:
    """When every one of several ways was down at once; each way has its own times, none where there is no way."""
    if not downs:
        return []
    common = list(downs[0])
    for each in downs[1:]:
        common = [part for one in common for other in each if (part := _both(one, other)) is not None]
    return common


def _both(one: Still, other: Still) -> Still | None:
    since = max(one.since, other.since)
    ends = [each.until for each in (one, other) if each.until is not None]
    until = min(ends, default=None)
    return Still(since, until, "outage") if until is None or until > since else None
