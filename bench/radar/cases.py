"""Many outages of each kind, each of them after the same learnt weeks, at any hour of the day."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from math import log
from random import Random
from typing import Any, Final

import msgspec

from holdfast.radar.charts import thresholds
from holdfast.radar.evidence import NO_FAULT_OF_THE_CHANNEL, SLOW_MS
from holdfast.radar.labelled import Outage, Shop, Years
from holdfast.radar.labelled.outages import MINUTE_MS
from holdfast.radar.labelled.shops import HOUR_MS
from holdfast.radar.labelled.years import START_MS
from holdfast.radar.method import Method
from holdfast.radar.replay import Line, Replay

LEARNT_DAYS: Final = 15
LENGTH_MINUTES: Final = (20, 60)
AFTER_MS: Final = 40 * MINUTE_MS
"""What is told so long after an outage still belongs to it."""
CONFIRMED: Final = ("partial", "down")
COURSE: Final = 4
"""Changes of state that an outage needs: suspected, failing, recovering, up."""
PIECE: Final = 2_000
DAYS_A_YEAR: Final = 365
SHARE_MAX: Final = 0.99
CHANCE: Final = 0.01
"""What comes as rarely as this while an outage goes on proves its end."""

Found = dict[str, Any]


class Case(msgspec.Struct, kw_only=True):
    """What was told of one outage. Times in seconds, None where it was not told: ``suspected`` and ``confirmed``
    after the first call that it spoilt, and likewise ``bound``, when the sends alone would have confirmed it to whoever
    knows all but its moment, ``since_onset`` after its onset, ``back`` after its end, ``worked`` after
    the first success that followed it, ``late`` after its proof.
    """

    kind: str
    busy: bool
    suspected: float | None = None
    confirmed: float | None = None
    bound: float | None = None
    since_onset: float | None = None
    back: float | None = None
    worked: float | None = None
    late: float | None = None
    cause: str = ""
    cause_right: bool = True
    changes_too_many: int = 0
    incidents: int = 0
    false_incidents: int = 0


class Learnt:
    """A shop whose usual days are known, at the beginning of each hour of one more day."""

    def __init__(self, shop: Shop, *, seed: int, method: Method) -> None:
        self._made = Years(shop, years=(LEARNT_DAYS + 1) / 365, seed=seed, kinds=())
        self._hours: list[tuple[int, Replay]] = []
        self._mean = shop.a_day / 24
        self._shop, self._allowed = shop, method.false_alarms_per_year
        replay = Replay(method, complain=print)
        first = START_MS + LEARNT_DAYS * 24 * HOUR_MS
        piece: list[Line] = []
        hour = START_MS
        for line in self._made.lines():
            while int(line.time or 0) >= hour + HOUR_MS:
                hour += HOUR_MS
                replay.feed(1, piece)
                piece = []
                if hour >= first:
                    self._hours.append((hour, deepcopy(replay)))
            piece.append(line)

    def cases(self, kind: str, count: int, seed: int) -> Iterator[Case]:
        random = Random(f"{kind} {seed}")  # noqa: S311 - invented chance
        for number in range(count):
            hour, learnt = self._hours[number % len(self._hours)]
            onset = hour + int(random.uniform(10, 60) * MINUTE_MS)
            outage = Outage(
                kind=kind, onset=onset, end=onset + int(random.uniform(*LENGTH_MINUTES) * MINUTE_MS)
            )
            made = self._made.otherwise(
                outage, begin=hour, end=outage.end + AFTER_MS, seed=random.randrange(1 << 32)
            )
            yield self._case(outage, list(made.lines()), deepcopy(learnt))

    def _case(self, outage: Outage, lines: Sequence[Line], replay: Replay) -> Case:
        found = [each for n in range(0, len(lines), PIECE) for each in replay.feed(n, lines[n : n + PIECE])]
        found.extend(replay.end())
        case = judged(outage, lines, found, busy=self._made.rhythm.usual(outage.onset) >= self._mean)
        case.bound = _seconds(_first_spoilt(outage, lines), soonest(outage, self._shop, lines, self._allowed))
        return case


def judged(outage: Outage, lines: Sequence[Line], found: Sequence[Found], *, busy: bool) -> Case:
    effect = outage.effect
    until = outage.end + AFTER_MS
    ours = [
        each
        for each in found
        if "before" in each
        and each["capability"] == effect.capability.value
        and outage.onset <= each["time"] < until
    ]
    opened = [each["time"] for each in found if each.get("incident") == "opened"]
    told = [each for each in found if "incident" in each and each["time"] < outage.end and each["cause"]]
    confirmed = _first(ours, CONFIRMED)
    ups = [each["time"] for each in ours if each["state"] == "up" and each["time"] >= outage.end]
    states = [each["state"] for each in ours if each["state"] != each["before"]]
    spoilt, works = _first_spoilt(outage, lines), _first_that_works(outage, lines)
    return Case(
        kind=outage.kind,
        busy=busy,
        suspected=_seconds(spoilt, _first(ours, ("suspected", *CONFIRMED))),
        confirmed=_seconds(spoilt, confirmed),
        since_onset=_seconds(outage.onset, confirmed),
        back=_seconds(outage.end, ups[-1] if ups else None) if confirmed else None,
        worked=_seconds(works, ups[-1] if ups else None) if confirmed else None,
        late=_seconds(_proven(outage, lines), ups[-1] if ups else None) if confirmed else None,
        cause=told[-1]["cause"] if told else "",
        cause_right=not told or told[-1]["cause"] == effect.cause.value,
        changes_too_many=max(0, len(states) - COURSE),
        incidents=sum(outage.onset <= each < until for each in opened),
        false_incidents=sum(each < outage.onset for each in opened),
    )


def _first(ours: Sequence[Found], states: Sequence[str]) -> int | None:
    return next((each["time"] for each in ours if each["state"] in states), None)


def _seconds(begin: int | None, end: int | None) -> float | None:
    return None if begin is None or end is None else max((end - begin) / 1000, 0.0)


def _first_spoilt(outage: Outage, lines: Sequence[Line]) -> int | None:
    """The first call that failed, or the first message whose webhook did not come."""
    effect = outage.effect
    for line in lines:
        if int(line.time or 0) < outage.onset:
            continue
        if effect.webhooks and not effect.send:
            spoilt = line.kind == "echo_expected" or (line.kind == "probe" and line.outcome == "fail")
        elif effect.slow:
            spoilt = line.kind in ("send", "probe") and (line.latency_ms or 0) >= SLOW_MS
        else:
            spoilt = line.kind in ("send", "probe") and line.error_class in (effect.send, effect.probe)
        if spoilt:
            return int(line.time or 0)
    return None


def _first_that_works(outage: Outage, lines: Sequence[Line]) -> int | None:
    return next((at for at, good in _calls(outage, lines) if good and at >= outage.end), None)


def _proven(outage: Outage, lines: Sequence[Line]) -> int | None:
    """When its end could be known to whoever knew its share: at the success that completes, after the end, a run of
    so many as the outage would bring once in a hundred times after any of its failures. Two at least.
    """
    calls = list(_calls(outage, lines))
    failed = sum(not good and at < outage.end for at, good in calls)
    share = outage.effect.share
    wanted = 2.0 if share >= 1 else max(log(max(failed, 1) / CHANCE) / -log(1 - share), 2.0)
    run = 0
    for at, good in calls:
        if at >= outage.end:
            run = run + 1 if good else 0
            if run >= wanted:
                return at
    return None


def soonest(outage: Outage, shop: Shop, lines: Sequence[Line], allowed: float) -> int | None:
    """When sends alone confirm to whoever knows which share fails ordinarily and which in the outage, and spends all
    false alarms on it: the cumulative sum of the likelihood ratio, than which no method is sooner at its worst
    moment (Moustakides 1986).
    """
    effect = outage.effect
    if not effect.send or effect.region or effect.alone:
        return None
    a_year = shop.a_day * shop.answers * DAYS_A_YEAR
    up, down, needs = thresholds(min(effect.share, SHARE_MAX), shop.ordinary, a_year, allowed)
    nats = 0.0
    for line in lines:
        if line.kind == "send" and line.error_class not in NO_FAULT_OF_THE_CHANNEL:
            nats = max(nats + up, up) if line.outcome == "fail" else max(nats - down, 0.0)
            if nats >= needs and outage.onset <= int(line.time or 0) < outage.end:
                return int(line.time or 0)
    return None


def _calls(outage: Outage, lines: Sequence[Line]) -> Iterator[tuple[int, bool]]:
    """The calls that the outage bears on, from its onset: (time, whether all was well)."""
    effect = outage.effect
    kinds = ("arrival", "echo_seen") if effect.capability.value == "receive" else ("send",)
    for line in lines:
        at, latency = int(line.time or 0), int(line.latency_ms or 0)
        looked = line.kind == "probe" and (effect.probe or effect.subscription)
        ours = line.kind in kinds and effect.region in ("", line.region)
        if (looked or ours) and at - latency >= outage.onset:
            ended = at - latency >= outage.end  # what was begun before the end tells nothing of after it
            good = line.outcome != "fail" and (latency < SLOW_MS or not effect.slow)
            yield (at if ended else min(at, outage.end - 1)), good


def rows(name: str, cases: Sequence[Case]) -> Iterator[str]:
    """A line for each kind, busy hours and slack ones apart."""
    yield name
    groups: dict[tuple[str, bool], list[Case]] = {}
    for case in cases:
        groups.setdefault((case.kind, case.busy), []).append(case)
    for (kind, busy), group in sorted(groups.items(), key=lambda each: (each[0][0], not each[0][1])):
        missed = sum(case.confirmed is None for case in group)
        figures = "".join(_pair([getattr(case, each) for case in group]) for each in FIGURES)
        wrong = sum(not case.cause_right for case in group)
        flapped = sum(case.changes_too_many > 1 for case in group)
        false = sum(case.false_incidents for case in group)
        yield (
            f"  {kind:16}{'busy' if busy else 'slack':6}{len(group):5}{missed:7}{figures}"
            f"{wrong:7}{flapped:7}{false:6}"
        )


FIGURES: Final = ("suspected", "confirmed", "bound", "since_onset", "back", "worked", "late")


def heading() -> str:
    names = "".join(f"{each:>14}" for each in FIGURES)
    return f"  {'':16}{'':6}{'cases':>5}{'missed':>7}{names}{'cause':>7}{'flaps':>7}{'false':>6}"


def _pair(values: Sequence[float | None]) -> str:
    """The median and what nine in ten keep."""
    told = sorted(value for value in values if value is not None)
    if not told:
        return f"{'-':>14}"
    return f"{_at(told, 0.5):7,.0f}{_at(told, 0.9):7,.0f}"


def _at(values: Sequence[float], share: float) -> float:
    return values[min(int(share * len(values)), len(values) - 1)]
