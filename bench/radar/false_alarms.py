"""Years in which nothing is wrong: how often chance alone is called a failure.

Only what is around failures is weighed call by call; of the time in between it is enough how much of it there was.
"""

from math import exp
from random import Random
from typing import Final

import msgspec

from holdfast.channels.contract import Capability
from holdfast.radar.balance import Balance
from holdfast.radar.evidence import Context, Sign
from holdfast.radar.labelled.shops import DAY_MS, YEAR_MS
from holdfast.radar.method import Method
from holdfast.radar.model import CONFIRMED, Kind, State, Verdict
from holdfast.radar.verdict import judge

PROBE_MS: Final = 30_000
PROBES_FAIL: Final = 0.001
BURST_MS: Final = (2_000, 20_000)
SETTLED_DAYS: Final = 14
"""So long nothing is counted: what is ordinary has to be learnt first."""
START_MS: Final = 1_790_000_000_000
CLASSES: Final = ("platform", "platform", "platform", "network", "throttled")


class Ordinary(msgspec.Struct, frozen=True, kw_only=True):
    """A channel on which all is well: a send every so many ms, a share of which fails, and bursts that last
    some seconds and fail everything.
    """

    send_ms: float
    share: float
    bursts_a_year: float = 0.0


class Alarms(msgspec.Struct):
    suspected: int = 0
    confirmed: int = 0


class _Calls:
    """Sends and looks of a channel; ``skip`` passes over those that work."""

    def __init__(self, ordinary: Ordinary, random: Random) -> None:
        self.ordinary, self.random = ordinary, random
        self.at = float(START_MS)
        self.send_at = self._next_send()
        self.probe_at = self.at
        self.burst = (0.0, 0.0)
        self.burst_at = self._next_burst(self.at)

    def _next_send(self) -> float:
        return self.at + self.random.expovariate(1 / self.ordinary.send_ms)

    def _next_burst(self, at: float) -> float:
        a_year = self.ordinary.bursts_a_year
        return at + self.random.expovariate(a_year / YEAR_MS) if a_year else float("inf")

    def next_trouble(self) -> float:
        """When something fails next, given that nothing is failing now."""
        chances = self.ordinary.share / self.ordinary.send_ms + PROBES_FAIL / PROBE_MS
        return min(self.at + self.random.expovariate(chances), self.burst_at)

    def pass_to(self, at: float) -> None:
        self.at = at
        self.send_at, self.probe_at = self._next_send(), at + self.random.uniform(0, PROBE_MS)

    def failing(self) -> Sign:
        """The failure that was skipped to: one of chance, or the first call of a burst."""
        if self.at >= self.burst_at:
            self._begin_burst()
            return self.next()
        sends = self.ordinary.share / self.ordinary.send_ms
        strong = self.random.random() < sends / (sends + PROBES_FAIL / PROBE_MS)
        return self._sign(strong=strong, good=False)

    def _begin_burst(self) -> None:
        self.burst = (self.at, self.at + self.random.uniform(*BURST_MS))
        self.burst_at = self._next_burst(self.at)

    def next(self) -> Sign:
        strong = self.send_at < self.probe_at
        self.at = self.send_at if strong else self.probe_at
        if self.at >= self.burst_at:
            self._begin_burst()
        if strong:
            self.send_at = self._next_send()
        else:
            self.probe_at += PROBE_MS
        share = self.ordinary.share if strong else PROBES_FAIL
        if self.burst[0] <= self.at < self.burst[1]:
            share = 1.0
        return self._sign(strong=strong, good=self.random.random() >= share)

    def _sign(self, *, strong: bool, good: bool) -> Sign:
        error = "" if good else self.random.choice(CLASSES)
        kind = Kind.SEND if strong else Kind.PROBE
        return Sign(at=int(self.at), good=good, strong=strong, kind=kind, error_class=error)


def alarms(ordinary: Ordinary, *, years: float, seed: int, method: Method) -> Alarms:
    calls, balance = _Calls(ordinary, Random(seed)), Balance(method)  # noqa: S311 - invented chance
    verdict, counted = Verdict(channel="x", capability=Capability.SEND), Alarms()
    context = Context(platform="instagram")
    until = START_MS + SETTLED_DAYS * DAY_MS + years * YEAR_MS
    while calls.at < until:
        if balance.calm:
            trouble = calls.next_trouble()
            _work(balance, calls, int(calls.at), int(trouble))
            calls.pass_to(trouble)
            sign = calls.failing()
        else:
            sign = calls.next()
        if not balance.add(sign):
            continue
        before, verdict = verdict, judge(balance, verdict, sign.at, context)
        balance.follow(verdict, sign.at)
        if calls.at > START_MS + SETTLED_DAYS * DAY_MS:
            counted.suspected += verdict.state is State.SUSPECTED is not before.state
            counted.confirmed += verdict.state in CONFIRMED and before.state not in CONFIRMED
    return counted


def _work(balance: Balance, calls: _Calls, begin: int, end: int) -> None:
    """So long everything worked."""
    for habit, gap in ((balance.strong_habit, calls.ordinary.send_ms), (balance.weak_habit, PROBE_MS)):
        for at in range(begin + int(DAY_MS), end, int(DAY_MS)):
            habit.pass_to(at)
        habit.pass_to(end - int(calls.random.expovariate(1 / gap)))
        weight = min(1.0, _mean_weight(gap, balance.apart_ms))
        habit.seen += (end - begin) / gap * weight
    balance.good_at = end
    balance.recent.clear()


def _mean_weight(gap: float, apart: float) -> float:
    """What a call weighs on average, at random gaps of a mean length."""
    return gap / apart * (1 - exp(-apart / gap)) if apart else 1.0
