from collections.abc import Sequence
from typing import Any

import pytest

from holdfast.channels.contract import Capability
from holdfast.radar import Kind, Observation, Result
from holdfast.radar.rhythm import RhythmWatch
from holdfast.radar.rhythm.baseline import HOUR_MS
from holdfast.radar.rhythm.store import load_rhythms

from .week import counts

CHANNEL = "instagram:shop"
WEEKS = 6
A_DAY = 4000


class Shop:
    """A channel with a past of six weeks, at a busy hour of the next Tuesday, with time in the test's hands."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self.clock = bench.clock
        self.handed: list[Observation] = []
        weeks = WEEKS * 168 * HOUR_MS
        hours = counts(A_DAY, WEEKS)
        busy = hours[0][0] + weeks + (24 + 13) * HOUR_MS
        self.clock.ms = busy
        today = [(at + weeks, count) for at, count in hours[: 24 + 13]]
        self.past = [*hours, *today]
        self.asked = 0
        self.watch = self.make_watch()

    def make_watch(self) -> RhythmWatch:
        return RhythmWatch(
            database=self.bench.database,
            clock=self.clock,
            places=lambda: {CHANNEL: "Instagram"},
            hand=self.hand,
            past=self.count_past,
            false_alarms_per_year=1.0,
        )

    async def hand(self, observations: Sequence[Observation]) -> None:
        self.handed.extend(observations)

    async def count_past(self, channel: str, since: int) -> Sequence[tuple[int, int]]:
        self.asked += 1
        return [(at, int(count)) for at, count in self.past if at >= since]

    async def arrive(self, age_ms: int = 1000) -> None:
        await self.bench.see(
            Observation(
                channel=CHANNEL,
                capability=Capability.RECEIVE,
                kind=Kind.ARRIVAL,
                at=self.clock.now_ms(),
                latency_ms=age_ms,
            )
        )

    async def live(self, minutes: int, every_seconds: int | None) -> None:
        for second in range(0, minutes * 60, 5):
            self.clock.move(5000)
            if every_seconds and second % every_seconds == 0:
                await self.arrive()
            await self.watch.round()

    def told(self, result: Result) -> list[Observation]:
        return [seen for seen in self.handed if seen.kind is Kind.RHYTHM and seen.result is result]


@pytest.fixture
def shop(bench: Any) -> Shop:
    return Shop(bench)


async def test_silence_is_told_and_the_return_of_the_rhythm_too(shop: Shop) -> None:
    await shop.live(20, every_seconds=10)
    assert shop.handed == []
    await shop.live(6, every_seconds=None)
    first, *more = shop.told(Result.FAIL)
    assert first.capability is Capability.RECEIVE
    assert first.strength >= 6
    assert first.latency_ms is not None
    assert first.latency_ms < 5 * 60_000
    assert first.detail.startswith("Nothing from Instagram for ")
    assert 1 <= len(more) <= 24
    await shop.live(2, every_seconds=10)
    [back] = shop.told(Result.OK)
    assert "usual pace" in back.detail
    told = len(shop.told(Result.FAIL))
    await shop.live(10, every_seconds=10)
    assert len(shop.told(Result.FAIL)) == told


async def test_a_late_flood_is_no_silence_and_fills_the_hours_in_which_it_was_written(shop: Shop) -> None:
    await shop.live(10, every_seconds=10)
    await shop.live(6, every_seconds=None)
    for age in range(0, 360, 10):
        await shop.arrive(age_ms=age * 1000)
    await shop.live(1, every_seconds=10)
    assert shop.told(Result.OK)
    known = shop.watch.of(CHANNEL)
    assert known is not None
    hour = known.hours[shop.clock.now_ms() // HOUR_MS * HOUR_MS]
    assert max(hour.slices) < 45


async def test_what_is_usual_survives_a_restart_and_the_past_is_counted_once(shop: Shop) -> None:
    await shop.live(3, every_seconds=10)
    before = shop.watch.of(CHANNEL)
    again = shop.make_watch()
    await again.round()
    after = again.of(CHANNEL)
    assert before is not None
    assert after is not None
    assert after.baseline.hours == before.baseline.hours
    assert sum(after.hours[max(after.hours)].slices) == sum(before.hours[max(before.hours)].slices)
    assert shop.asked == 1


async def test_the_pause_of_a_restart_is_not_held_against_the_platform(shop: Shop) -> None:
    await shop.live(3, every_seconds=10)
    shop.clock.move(2 * HOUR_MS)
    again = shop.make_watch()
    await again.round()
    assert shop.told(Result.FAIL) == []


async def test_a_node_that_takes_over_goes_on_from_the_store(shop: Shop) -> None:
    await shop.live(3, every_seconds=10)
    shop.watch.forget()
    await shop.watch.round()
    counted_to, known = await shop.bench.database.read(load_rhythms)
    assert counted_to > 0
    assert known[CHANNEL].baseline.hours == shop.watch.of(CHANNEL).baseline.hours  # type: ignore[union-attr]


async def test_an_hour_is_learnt_when_what_comes_late_has_come(shop: Shop) -> None:
    await shop.watch.round()
    known = shop.watch.of(CHANNEL)
    assert known is not None
    hours = known.baseline.hours
    for _ in range(3 * 60 - 1):
        shop.clock.move(60_000)
        await shop.arrive()
        await shop.watch.round()
    assert known.baseline.hours == hours
    for _ in range(2):
        shop.clock.move(60_000)
        await shop.arrive()
        await shop.watch.round()
    assert known.baseline.hours > hours
    assert len(known.hours) <= 4


async def test_a_channel_without_a_past_is_accused_of_nothing(shop: Shop) -> None:
    shop.past = []
    await shop.live(5, every_seconds=10)
    await shop.live(60, every_seconds=None)
    assert shop.handed == []
