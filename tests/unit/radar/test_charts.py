# ruff: noqa: S311 - seeded chance makes calls, not secrets
from random import Random

import pytest

from holdfast.radar.charts import Chart, Charts, excursion_chance, thresholds
from holdfast.radar.entries import Entry
from holdfast.radar.evidence import Sign
from holdfast.radar.habit import CLASSES_MAX, OTHER, Habit
from holdfast.radar.method import CONFIRM_AT, Share, confidence, proof_wanted
from holdfast.radar.proof import Proof

START = 1_790_000_000_000
MINUTE = 60_000
SENDS_A_YEAR = 525_600


def charts(*, seen: float = 10_000, bad: float = 0, classes: dict[str, float] | None = None) -> Charts:
    return Charts(Habit(seen, bad, classes), 1.0)


def failures(each: Charts, count: int, error_class: str = "platform", region: str = "") -> float:
    """The score after so many failures, a minute apart."""
    for n in range(count):
        sign = Sign(at=START + n * MINUTE, good=False, error_class=error_class, region=region)
        each.step(Entry(sign, 1.0), 8_000)
    return each.leading().score


# --- thresholds -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ill", [0.3, 0.5, 0.9])
@pytest.mark.parametrize("ordinary", [0.0001, 0.001, 0.01, 0.05])
def test_chance_fills_a_chart_no_oftener_than_allowed(ill: float, ordinary: float) -> None:
    up, down, needs = thresholds(ill, ordinary, SENDS_A_YEAR, 0.5)
    chance = excursion_chance(ordinary, up, down, needs, 1e-6)
    assert chance * SENDS_A_YEAR * ordinary <= 0.5 * 1.01


def test_the_chance_that_is_reckoned_is_the_one_that_comes_about() -> None:
    random, up, down, needs = Random(1), 3.0, 0.5, 6.5
    reached = 0
    for _ in range(20_000):
        nats = up
        while 0 < nats < needs:
            nats += up if random.random() < 0.05 else -down
        reached += nats >= needs
    assert reached / 20_000 == pytest.approx(excursion_chance(0.05, up, down, needs, 1e-6), rel=0.1)


def test_who_sends_more_or_fails_oftener_needs_more_failures() -> None:
    def needed(ordinary: float, signs: float) -> float:
        up, _, needs = thresholds(0.9, ordinary, signs, 1 / 6)
        return needs / up

    assert needed(0.0001, SENDS_A_YEAR) <= 2 < needed(0.002, SENDS_A_YEAR) <= 3 < needed(0.02, SENDS_A_YEAR)
    assert needed(0.001, 32_000) <= 2 < needed(0.001, 4_000_000)


def test_a_chart_forgets_with_successes_and_begins_with_the_failure_that_left_nothing() -> None:
    chart = Chart(0.9, 0.005, SENDS_A_YEAR, 0.2)
    chart.step(START, 1.0, good=False)
    assert chart.since == START
    for n in range(1, 4):
        chart.step(START + n, 1.0, good=True)
    assert (chart.nats, chart.since) == (0.0, None)


# --- charts beside each other -----------------------------------------------------------------------


def test_two_failures_confirm_on_a_channel_that_hardly_ever_fails() -> None:
    assert failures(charts(), 1) < CONFIRM_AT <= failures(charts(), 2)


def test_three_are_needed_where_one_in_two_hundred_fails_anyway() -> None:
    usual = {"seen": 10_000, "bad": 50, "classes": {"platform": 50.0}}
    assert failures(charts(**usual), 2) < CONFIRM_AT <= failures(charts(**usual), 3)  # type: ignore[arg-type]


def test_a_way_to_fail_that_never_happens_here_confirms_sooner() -> None:
    usual = {"seen": 10_000, "bad": 50, "classes": {"platform": 50.0}}
    assert failures(charts(**usual), 2, "token") >= CONFIRM_AT  # type: ignore[arg-type]


def test_a_country_is_not_excused_by_what_works_elsewhere() -> None:
    each = charts(seen=10_000, bad=50, classes={"platform": 50.0})
    for n in range(12):
        failing = n % 3 == 0
        sign = Sign(
            at=START + n * MINUTE, good=not failing, error_class="platform", region="BR" if failing else "US"
        )
        each.step(Entry(sign, 1.0), 8_000)
    assert each.leading().score >= CONFIRM_AT
    assert each.leading().since == START


def test_however_many_classes_come_there_are_few_charts() -> None:
    each = charts()
    for n in range(1_000):
        failures(each, 1, f"class {n}")
    assert failures(each, 3) >= CONFIRM_AT


# --- what is ordinary -------------------------------------------------------------------------------


def test_an_ordinary_share_is_estimated_from_above_and_by_class() -> None:
    habit = Habit()
    for n in range(1_000):
        good = n % 100 > 0
        habit.count(1.0, good=good, at=START + n * 1_000, error_class="" if good else "platform")
    assert 0.01 < habit.share() < 0.02
    assert habit.share_of("platform") < habit.share()
    assert habit.share_of("token") < 0.001


def test_where_classes_are_not_known_every_failure_may_have_been_of_any() -> None:
    assert Habit(1_000, 10).share_of("token") == pytest.approx(
        Habit(1_000, 10, {"token": 10}).share_of("token")
    )


def test_unheard_of_classes_are_counted_together() -> None:
    habit = Habit()
    for n in range(100):
        habit.count(1.0, good=False, at=START, error_class=f"class {n}")
    assert len(habit.classes) <= CLASSES_MAX + 1
    assert habit.classes[OTHER] == 100 - CLASSES_MAX


# --- the return -------------------------------------------------------------------------------------


def test_the_share_is_learnt_from_what_is_seen_but_not_from_the_failure_that_began_it() -> None:
    assert Share(1, 0).mean == Share().mean
    assert Share(30, 0).mean > Share(3, 0).mean > Share().mean > Share(3, 3).mean > Share(30, 70).mean
    assert Share(31, 70).mean == pytest.approx(0.3, abs=0.03)


def test_a_return_of_what_failed_in_part_takes_the_longer_run() -> None:
    assert runs_wanted(bad=12, good=0) == 2
    assert runs_wanted(bad=3, good=0) <= 4
    assert 8 <= runs_wanted(bad=4, good=6) <= 20


def runs_wanted(bad: int, good: int) -> int:
    """So many successes in a row that one in a hundred such outages would bring them."""
    proof = Proof()
    proof.begin(bad, good, again=False)
    for number in range(1, 100):
        proof.succeed(START + number, 1.0, strong=True)
        if proof.reaches(0.01, relapses=0):
            return number
    raise AssertionError("never")


def test_every_try_and_every_relapse_asks_for_more_proof() -> None:
    first = proof_wanted(0.02, tries=0, relapses=0)
    assert first < proof_wanted(0.02, tries=5, relapses=0) < proof_wanted(0.02, tries=5, relapses=1)


def test_confidence_grows_with_the_score() -> None:
    assert confidence(0) < 0.01
    assert confidence(CONFIRM_AT) > 0.9
