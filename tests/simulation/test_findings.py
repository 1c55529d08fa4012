"""What was found once stays found."""

from .findings import AN_HOUR_AWAY, KILLED_WHILE_A_PLATFORM_WORKS
from .run import simulate


def test_what_a_killed_hub_had_asked_for_is_not_asked_again() -> None:
    outcome = simulate(8, KILLED_WHILE_A_PLATFORM_WORKS)
    assert not outcome.broken, outcome.told()


def test_an_hour_of_absence_loses_nothing() -> None:
    outcome = simulate(3, AN_HOUR_AWAY)
    assert not outcome.broken, outcome.told()
