from random import Random

import pytest

from holdfast.radar.rhythm import Baseline, look_for_silence
from holdfast.radar.rhythm.baseline import HOUR_MS
from holdfast.radar.rhythm.silence import CONFIRM_STRENGTH, SUSPECT_STRENGTH, Silence, next_worth_a_look
from holdfast.radar.rhythm.words import silence_sentence

from .week import MONDAY, after, known

MINUTE = 60_000


def arrivals_until(baseline: Baseline, end: int, hours: int = 5, pace: float = 1.0) -> list[int]:
    """Evenly spaced at the usual rate."""
    times, at = [], end - hours * HOUR_MS
    while at < end:
        times.append(at)
        at += int(HOUR_MS / max(baseline.rate(at) * pace, 0.01))
    return times


def look(baseline: Baseline, arrivals: list[int], now: int, since: int = MONDAY) -> Silence | None:
    return look_for_silence(baseline, arrivals, now=now, listening_since=since, false_alarms_per_year=1.0)


def minutes_until_suspected(baseline: Baseline, fell_silent: int) -> int:
    arrivals = arrivals_until(baseline, fell_silent)
    return next(m for m in range(1, 600) if look(baseline, arrivals, fell_silent + m * MINUTE))


@pytest.mark.parametrize(("a_day", "minutes"), [(1000, 10), (3000, 5), (20_000, 3)])
def test_silence_in_a_busy_hour_is_noticed_soon(a_day: int, minutes: int) -> None:
    assert minutes_until_suspected(known(a_day), after(6, 1, 14)) <= minutes


def test_usual_gaps_are_no_silence() -> None:
    baseline = known(1000)
    arrivals = arrivals_until(baseline, after(6, 1, 14))
    assert look(baseline, arrivals, after(6, 1, 14) + MINUTE) is None


def test_a_quiet_shop_is_not_accused_at_night_nor_after_a_quiet_day() -> None:
    baseline = known(5, weeks=10)
    arrivals = [after(10, 0, 17)]
    for hours in range(1, 40):
        assert look(baseline, arrivals, arrivals[0] + hours * HOUR_MS, since=after(10, 0, 8)) is None


def test_a_quiet_shop_is_asked_about_after_days() -> None:
    baseline = known(5, weeks=10)
    assert look(baseline, [after(10, 0, 17)], after(10, 4, 20)) is not None


def test_a_holiday_at_a_fifth_of_the_usual_is_a_quiet_day() -> None:
    baseline = known(1000)
    end = after(6, 1, 16)
    assert look(baseline, arrivals_until(baseline, end, pace=0.2), end + MINUTE) is None


def test_a_trickle_is_silence_too() -> None:
    baseline = known(3000)
    fell = after(6, 1, 14)
    arrivals = [*arrivals_until(baseline, fell), fell + 5 * MINUTE, fell + 10 * MINUTE]
    found = look(baseline, arrivals, fell + 12 * MINUTE)
    assert found is not None
    assert found.seen >= 1


def test_nobody_is_accused_of_a_time_in_which_we_did_not_listen() -> None:
    baseline = known(3000)
    now = after(6, 1, 14)
    assert look(baseline, arrivals_until(baseline, now - 3 * HOUR_MS), now, since=now - MINUTE) is None


def test_nobody_is_accused_who_was_never_heard() -> None:
    assert look(known(3000), [], after(6, 1, 16), since=after(6, 1, 9)) is None


def test_nobody_is_accused_while_little_is_known() -> None:
    baseline = Baseline()
    for hour in range(48):
        baseline.learn(MONDAY + hour * HOUR_MS, 100)
    assert look(baseline, [MONDAY + 48 * HOUR_MS], MONDAY + 60 * HOUR_MS) is None


def test_more_caution_asks_for_more() -> None:
    baseline = known(1000)
    now = after(6, 1, 14) + 12 * MINUTE
    arrivals = arrivals_until(baseline, after(6, 1, 14))
    loose = look_for_silence(baseline, arrivals, now=now, listening_since=MONDAY, false_alarms_per_year=50.0)
    strict = look_for_silence(baseline, arrivals, now=now, listening_since=MONDAY, false_alarms_per_year=1.0)
    assert loose is not None
    assert strict is not None
    assert loose.strength > strict.strength >= SUSPECT_STRENGTH
    assert loose.strength > CONFIRM_STRENGTH


@pytest.mark.parametrize(
    ("minutes", "seen", "said"),
    [
        (11, 0, "Nothing from Instagram for 11 minutes; usually 9 come in that time."),
        (180, 1, "Only one arrival from Instagram in 3 hours; usually 9 come in that time."),
        (1, 2, "Only 2 arrivals from Instagram in a minute; usually 9 come in that time."),
        (4 * 1440, 0, "Nothing from Instagram for 4 days; usually 9 come in that time."),
    ],
)
def test_it_is_said_in_a_sentence(minutes: int, seen: int, said: str) -> None:
    now = MONDAY + minutes * MINUTE
    silence = Silence(since=MONDAY, seen=seen, usual=9.2, strength=7.0)
    assert silence_sentence(silence, "Instagram", now) == said


@pytest.mark.parametrize("a_day", [5, 1000, 20_000])
def test_looks_that_are_left_out_would_have_found_nothing(a_day: int) -> None:
    baseline, random, found, left_out = known(a_day, weeks=7), Random(a_day), 0, 0  # noqa: S311 - invented people
    for _ in range(300):
        now = after(7, 0, 0) + random.randrange(4 * 24 * HOUR_MS)
        pace = random.choice((0.02, 0.1, 0.2, 1.0))
        spread = 60 * HOUR_MS / max(baseline.rate(now) * pace, 0.01)
        arrivals = sorted(now - int(random.random() * spread) for _ in range(random.choice((1, 3, 60))))
        worth = next_worth_a_look(
            baseline, arrivals, now=now, listening_since=MONDAY, false_alarms_per_year=1.0
        )
        assert now <= worth <= now + HOUR_MS
        found += look(baseline, arrivals, now) is not None
        if worth > now:
            left_out += 1
            moments = (now, (now + worth) // 2, worth - 1)
            assert [look(baseline, arrivals, at) for at in moments] == [None, None, None]
    assert found
    assert left_out
