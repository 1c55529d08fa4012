"""The observations of a made-up shop, hour after hour, as lines that a replay reads. Nothing is held for longer."""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from random import Random
from typing import Final

from holdfast.radar.labelled.outages import FIRST_AFTER_DAYS, KINDS, Effect, Outage, outages_of
from holdfast.radar.labelled.shops import HOUR_MS, YEAR_MS, Rhythm, Shop
from holdfast.radar.replay.reading import Line

START_MS: Final = 1_767_225_600_000
"""2026-01-01, UTC."""
PROBE_MS: Final = 30_000
SLOWER_PROBE_MS: Final = 300_000
CONTROL_MS: Final = 30_000
CONTROLS: Final = ("https://one.example", "https://two.example")
NEAR_MAX: Final = 12
"""Outages of the last week and the next one are looked through."""
WEEK_MS: Final = 7 * 24 * HOUR_MS
REGIONS: Final = (("US", 0.5), ("BR", 0.3), ("DE", 0.2))
PEOPLE: Final = 200
TRIED_AGAIN_MS: Final = 45_000
UNREACHABLE_MS: Final = 20_000
BURST_MS: Final = (2_000, 20_000)
PROBES_FAIL: Final = 0.001
SLOW_MS: Final = (10_000, 60_000)
"""How long an answer takes in a brown-out."""


class Years:
    """All lines of a shop's years, in the order of time, and the outages in them. The same for the same seed."""

    def __init__(
        self,
        shop: Shop,
        *,
        years: float,
        seed: int,
        kinds: Sequence[str] = tuple(KINDS),
        channel: str = "instagram:shop",
        start: int = START_MS,
        first_after_days: float = FIRST_AFTER_DAYS,
        rhythm: Rhythm | None = None,
        outages: Sequence[Outage] | None = None,
    ) -> None:
        self.shop = shop
        self.channel = channel
        self._random = Random(seed)  # noqa: S311 - seeded chance makes years, not secrets
        self._start, self._end = start, start + round(years * YEAR_MS)
        self.outages = (
            outages_of(start, years, kinds, self._random, first_after_days=first_after_days)
            if outages is None
            else list(outages)
        )
        self.rhythm = rhythm or Rhythm(shop, start, years, self._random)
        self._bursts = self._draw_bursts()
        self._next_id = (start - START_MS) // 1000
        self._later: list[tuple[int, int, Line]] = []
        self._drawn = 0

    def _draw_bursts(self) -> list[tuple[int, int, float]]:
        found, at = [], float(self._start)
        while self.shop.bursts_a_week:
            at += self._random.expovariate(self.shop.bursts_a_week / WEEK_MS)
            if at >= self._end:
                break
            found.append((int(at), int(at + self._random.uniform(*BURST_MS)), self._random.uniform(0.5, 1.0)))
        return found

    def otherwise(self, outage: Outage, *, begin: int, end: int, seed: int) -> "Years":
        """The same shop, as it might have gone on from a moment, with one outage."""
        return Years(
            self.shop,
            years=(end - begin) / YEAR_MS,
            seed=seed,
            channel=self.channel,
            start=begin,
            rhythm=self.rhythm,
            outages=[outage],
        )

    def lines(self) -> Iterator[Line]:
        for hour in range(self._start, self._end, HOUR_MS):
            until = min(hour + HOUR_MS, self._end)
            for line in self._looks(hour, until):
                self._put(line)
            self._talk(hour, until)
            self._try_again(hour, until)
            while self._later and self._later[0][0] < until:
                yield heappop(self._later)[2]

    def _put(self, line: Line) -> None:
        self._drawn += 1
        heappush(self._later, (int(line.time or 0), self._drawn, line))

    # --- what is true at a moment -----------------------------------------------------------------

    def _effect(self, at: int) -> Effect | None:
        for outage in self._near(at):
            if outage.onset <= at < outage.end:
                return outage.effect
        return None

    def _near(self, at: int) -> Sequence[Outage]:
        if not self.outages or at < self.outages[0].onset:
            return ()
        while len(self.outages) > 1 and self._passed < len(self.outages) - 1:
            if self.outages[self._passed].end >= at - WEEK_MS:
                break
            self._passed += 1
        return self.outages[self._passed : self._passed + NEAR_MAX]

    _passed = 0

    def _bursting(self, at: int) -> float:
        while self._burst < len(self._bursts) - 1 and self._bursts[self._burst][1] < at - WEEK_MS:
            self._burst += 1
        for begin, end, share in self._bursts[self._burst : self._burst + 8]:
            if begin <= at < end:
                return share
        return 0.0

    _burst = 0

    # --- looks ------------------------------------------------------------------------------------

    def _looks(self, hour: int, until: int) -> Iterator[Line]:
        for at in range(hour, until, PROBE_MS):
            effect = self._effect(at)
            yield self._probe(at, "sign_in", effect)
            yield self._control(at + 7, effect)
            if at % SLOWER_PROBE_MS == 0:
                yield self._probe(at, "history", effect)
                yield self._probe(at, "receive", effect)

    def _probe(self, at: int, capability: str, effect: Effect | None) -> Line:
        error = effect.probe if effect else ""
        if effect and effect.subscription and capability == "receive":
            error = "subscription"
        if not error and self._random.random() < max(PROBES_FAIL, self._bursting(at)):
            error = "platform"
        slow = bool(effect and effect.slow)
        return self._line(at, "probe", capability, error, self._latency(slow=slow))

    def _control(self, at: int, effect: Effect | None) -> Line:
        failed = bool(effect and effect.controls)
        return Line(
            time=at,
            channel="control",
            kind="control",
            outcome="fail" if failed else "ok",
            detail=CONTROLS[at // CONTROL_MS % 2],
        )

    # --- messages ---------------------------------------------------------------------------------

    def _talk(self, hour: int, until: int) -> None:
        rate = self.rhythm.an_hour(hour, self._random)
        at = float(hour)
        while rate > 0:
            at += self._random.expovariate(rate / HOUR_MS)
            if at >= until:
                return
            self._arrive(int(at))
            if self._random.random() < self.shop.answers:
                self._send(int(at + self._random.uniform(5_000, 120_000)))

    def _arrive(self, at: int) -> None:
        arrives = self._webhook_at(at)
        if arrives is not None:
            self._put(
                self._line(arrives, "arrival", "receive", "", arrives - at + self._random.randint(200, 2500))
            )

    def _webhook_at(self, at: int) -> int | None:
        """When what happened is told to us; None for never."""
        effect = self._effect(at)
        if effect is None or not effect.webhooks:
            return at
        if effect.webhooks == "silent":
            return None
        ends = next(outage.end for outage in self._near(at) if outage.onset <= at < outage.end)
        return ends + self._random.randint(0, 60_000)

    def _send(self, at: int) -> None:
        effect = self._effect(at)
        region = self._region()
        error = self._send_error(at, effect, region)
        slow = bool(effect and effect.slow and self._random.random() < effect.share)
        latency = self._latency(slow=slow)
        answered = at + latency
        line = self._line(answered, "send", "send", error, latency)
        line.region = region
        line.conversation = f"c{self._random.randrange(PEOPLE)}"
        self._put(line)
        if not error:
            self._echo(answered)

    def _try_again(self, hour: int, until: int) -> None:
        """What one conversation does not get rid of is tried again and again."""
        for outage in self._near(until):
            if not outage.effect.alone:
                continue
            at = float(max(hour, outage.onset))
            while at < min(until, outage.end):
                line = self._line(int(at), "send", "send", outage.effect.send, self._latency(slow=False))
                line.conversation = "stuck"
                self._put(line)
                at += self._random.expovariate(1 / TRIED_AGAIN_MS)

    def _send_error(self, at: int, effect: Effect | None, region: str) -> str:
        hit = effect and effect.send and effect.region in ("", region) and not effect.alone
        if effect and hit and self._random.random() < effect.share:
            return effect.send
        if self._random.random() < self.shop.wanderers:
            return self._random.choice(("recipient", "window", "message"))
        return "platform" if self._random.random() < max(self.shop.ordinary, self._bursting(at)) else ""

    def _echo(self, at: int) -> None:
        self._next_id += 1
        self._put(Line(time=at, channel=self.channel, kind="echo_expected", id=f"m{self._next_id}"))
        arrives = self._webhook_at(at)
        if arrives is not None:
            heard = arrives + self._random.randint(200, 2_000)
            self._put(Line(time=heard, channel=self.channel, kind="echo_seen", id=f"m{self._next_id}"))

    def _region(self) -> str:
        drawn = self._random.random()
        for region, share in REGIONS:
            drawn -= share
            if drawn < 0:
                return region
        return REGIONS[0][0]

    def _latency(self, *, slow: bool) -> int:
        if slow:
            return self._random.randint(*SLOW_MS)
        return int(min(self._random.lognormvariate(5.7, 0.5), 4_500))

    def _line(self, at: int, kind: str, capability: str, error: str, latency: int) -> Line:
        return Line(
            time=at,
            channel=self.channel,
            kind=kind,
            capability=capability,
            outcome="fail" if error else "ok",
            error_class=error or None,
            latency_ms=latency,
        )
