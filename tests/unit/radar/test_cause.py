import pytest

from holdfast.radar import Cause
from holdfast.radar.cause import SIBLING_AHEAD_MS, choose_cause
from holdfast.radar.evidence import Context, Sign

ONSET = 1_000


def failing(error_class: str, *, strong: bool = True) -> list[Sign]:
    return [Sign(at=ONSET + n, good=False, strong=strong, error_class=error_class) for n in range(3)]


@pytest.mark.parametrize(
    ("error_class", "cause"),
    [
        ("token", Cause.TOKEN),
        ("account", Cause.ACCOUNT),
        ("permission", Cause.ACCOUNT),
        ("subscription", Cause.SUBSCRIPTION),
        ("hub", Cause.HUB),
        ("platform", Cause.PLATFORM),
        ("network", Cause.PLATFORM),
        ("throttled", Cause.PLATFORM),
        ("", Cause.PLATFORM),
    ],
)
def test_the_class_of_failure_names_the_cause(error_class: str, cause: Cause) -> None:
    assert choose_cause(failing(error_class), ONSET, Context()) is cause


def test_unrelated_addresses_that_fail_too_point_at_our_uplink() -> None:
    assert choose_cause(failing("network"), ONSET, Context(controls_answer=False)) is Cause.UPLINK


def test_a_platform_that_answers_with_errors_is_reached_however_the_controls_fare() -> None:
    assert choose_cause(failing("platform"), ONSET, Context(controls_answer=False)) is Cause.PLATFORM


def test_everything_unreachable_points_at_our_uplink_only_without_better_evidence() -> None:
    everything = Context(everything_unreachable=True)
    assert choose_cause(failing("network"), ONSET, everything) is Cause.UPLINK
    answered = Context(everything_unreachable=True, controls_answer=True)
    assert choose_cause(failing("network"), ONSET, answered) is Cause.PLATFORM


def test_another_account_that_works_since_points_at_ours() -> None:
    works = Context(sibling_good_at=ONSET + 1)
    assert choose_cause(failing("platform"), ONSET, works) is Cause.ACCOUNT
    worked_before = Context(sibling_good_at=ONSET - 1)
    assert choose_cause(failing("platform"), ONSET, worked_before) is Cause.PLATFORM


def test_an_account_that_came_back_first_does_not_blame_the_other() -> None:
    ahead = Context(sibling_good_at=ONSET + 2, sibling_well_since=ONSET + 1)
    assert choose_cause(failing("platform"), ONSET, ahead) is Cause.PLATFORM
    later = [Sign(at=ONSET + 1 + SIBLING_AHEAD_MS, good=False, strong=True, error_class="platform")]
    assert choose_cause(later, ONSET, ahead) is Cause.ACCOUNT


def test_failures_of_the_capability_itself_speak_before_probes() -> None:
    signs = [*failing("token"), *failing("network", strong=False), *failing("network", strong=False)]
    assert choose_cause(signs, ONSET, Context()) is Cause.TOKEN


def test_without_failures_the_old_belief_stays() -> None:
    good = [Sign(at=ONSET, good=True)]
    assert choose_cause(good, ONSET, Context(cause_before=Cause.TOKEN)) is Cause.TOKEN
