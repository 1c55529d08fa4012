"""A device that was just here is known without a look into the store, for a while."""

from typing import Any

from holdfast.members import Member, Session
from holdfast.members.known import FRESH_SECONDS, SESSIONS_MAX, STALE_SECONDS, KnownSessions

ANN = Session(id="ses_1", member=Member(id="mem_1", kind="guest"), seen_at=0)
BEN = Session(id="ses_2", member=Member(id="mem_2", kind="guest"), seen_at=0)


def test_who_was_found_is_known_for_a_while_and_longer_while_the_store_is_away(clock: Any) -> None:
    known = KnownSessions(clock)
    assert known.fresh("a") is None
    known.note("a", ANN)
    clock.seconds += FRESH_SECONDS - 1
    assert known.fresh("a") == ANN
    clock.seconds += 1
    assert known.fresh("a") is None
    assert known.stale("a") == ANN
    clock.seconds += STALE_SECONDS
    assert known.stale("a") is None


def test_a_member_who_changed_is_looked_up_again(clock: Any) -> None:
    known = KnownSessions(clock)
    known.note("a", ANN)
    known.note("b", BEN)
    known.forget_member("mem_1")
    assert (known.stale("a"), known.stale("b")) == (None, BEN)


def test_of_very_many_the_first_is_forgotten(clock: Any) -> None:
    known = KnownSessions(clock)
    for number in range(SESSIONS_MAX + 1):
        known.note(f"{number}", ANN)
    assert known.fresh("0") is None
    assert known.fresh(f"{SESSIONS_MAX}") == ANN
