"""When a notice goes out, as a decision of values."""

from typing import Final

import pytest

from holdfast.push.judging import HERE_MS, Judgement, Later, Nothing, Send, judge
from holdfast.push.model import DeviceSettings, PushRefusedError, Quiet, Telling
from holdfast.push.quiet import checked, quiet_until

HOUR_MS: Final = 3_600_000
NOON: Final = 1_790_078_400_000
"""2026-09-22, 12:00 UTC."""
WORD: Final = Telling(title="Ann", text="Hello", path="/chat/")


def judged(
    telling: Telling | None = WORD, *, is_here: bool = False, now: int = NOON, **settings: object
) -> Judgement:
    wanted = DeviceSettings(**settings)  # type: ignore[arg-type]
    return judge(telling, wanted, is_here=is_here, expires_at=NOON + 24 * HOUR_MS, now=now)


def test_a_notice_goes_out() -> None:
    assert judged() == Send(WORD)


def test_what_is_known_or_old_is_not_told() -> None:
    assert judged(None) == Nothing()
    assert judged(now=NOON + 24 * HOUR_MS) == Nothing()


def test_a_page_in_front_comes_first() -> None:
    assert judged(is_here=True) == Later(NOON + HERE_MS)


@pytest.mark.parametrize(("level", "direct", "told"), [
    ("all", False, True),
    ("direct", True, True),
    ("direct", False, False),
    ("none", True, False),
])  # fmt: skip
def test_a_device_says_of_what_it_is_told(level: str, direct: bool, told: bool) -> None:  # noqa: FBT001
    word = Telling(title="Ann", text="Hello", path="/chat/", direct=direct)
    assert judged(word, level=level) == (Send(word) if told else Nothing())


@pytest.mark.parametrize(("start", "end", "zone", "hours"), [
    ("11:00", "13:00", "UTC", 1.0),
    ("13:00", "11:00", "UTC", 0.0),
    ("22:00", "07:00", "UTC", 0.0),
    ("22:00", "07:00", "Pacific/Honolulu", 5.0),
    ("22:00", "21:59", "Europe/Berlin", 7 + 59 / 60),
    ("12:00", "12:00", "UTC", 0.0),
])  # fmt: skip
def test_quiet_hours_end(start: str, end: str, zone: str, hours: float) -> None:
    until = quiet_until(Quiet(start, end, zone), NOON)
    assert until == (NOON + round(hours * HOUR_MS) if hours else 0)


def test_a_notice_waits_for_the_end_of_quiet_hours() -> None:
    quiet = Quiet("11:00", "13:00")
    assert judged(quiet=quiet) == Later(NOON + HOUR_MS)
    assert judged(quiet=quiet, now=NOON + HOUR_MS) == Send(WORD)


def test_quiet_hours_over_the_change_of_the_clocks_end_by_the_clock_on_the_wall() -> None:
    # In Berlin the night to 2026-10-25 has an hour more; 23:00 there is 21:00 UTC, 07:00 is 06:00 UTC.
    night = 1_792_875_600_000
    assert quiet_until(Quiet("22:00", "07:00", "Europe/Berlin"), night) == night + 9 * HOUR_MS


@pytest.mark.parametrize(("start", "zone"), [
    ("25:00", "UTC"),
    ("9", "UTC"),
    ("09:60", "UTC"),
    ("\u0660\u0669:\u0660\u0660", "UTC"),
    ("09:00", "Mars/Base"),
    ("09:00", "../../etc/passwd"),
    ("09:00", ""),
    ("09:00", "A" * 100),
])  # fmt: skip
def test_hours_that_are_none_are_refused(start: str, zone: str) -> None:
    with pytest.raises(PushRefusedError):
        checked(Quiet(start, "10:00", zone))
