"""What to do with a doubt that no record settles: pure decisions, and the words that go with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.outbox.doubt import policy, words
from holdfast.outbox.doubt.notes import Notes, begin_again, read_notes
from holdfast.outbox.doubt.policy import Standing, Step

POLICIES = ("ask", "resend", "never")
MINUTE = 60_000


@pytest.mark.parametrize(
    ("standing", "step"),
    [
        (Standing(waited_ms=0), Step.WAIT),
        (Standing(waited_ms=15 * MINUTE), Step.SET_ASIDE),
        (Standing(waited_ms=15 * MINUTE, aside=True), Step.WAIT),
        (Standing(waited_ms=7 * 24 * 60 * MINUTE, aside=True), Step.GIVE_UP),
        (Standing(waited_ms=15 * MINUTE, policy="never"), Step.GIVE_UP),
        (Standing(waited_ms=119_999, policy="resend"), Step.WAIT),
        (Standing(waited_ms=120_000, policy="resend"), Step.SEND_AGAIN),
    ],
)
def test_the_next_step_follows_the_policy(standing: Standing, step: Step) -> None:
    assert policy.next_step(standing) is step


@given(
    st.sampled_from(POLICIES),
    st.integers(0, 10**9),
    st.integers(1, 10**8),
    st.integers(1, 10**8),
    st.booleans(),
)
def test_nothing_but_resend_repeats_without_evidence(
    name: str,
    waited: int,
    resend: int,
    holds: int,
    aside: bool,  # noqa: FBT001 - one of five drawn alike
) -> None:
    standing = Standing(waited_ms=waited, policy=name, resend_after_ms=resend, holds_ms=holds, aside=aside)
    if policy.next_step(standing) is Step.SEND_AGAIN:
        assert (name, waited >= resend) == ("resend", True)


@given(st.integers(0, 10**13), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(-(10**6), 10**7))
def test_a_look_proves_absence_only_after_the_platform_can_take_it_no_more(
    ended: int, evidence: int, late: int, later: int
) -> None:
    since = policy.absent_from(ended, over=False, evidence_ms=evidence, late_ms=late)
    notes = Notes(absent=1, absent_from=since)
    assert policy.proves_absence(notes, ended + later) == (later >= evidence + late)
    assert not policy.proves_absence(Notes(absent_from=since), ended + later), "one look alone proves nothing"
    assert policy.absent_from(ended, over=True, evidence_ms=evidence, late_ms=late) == ended + evidence


@given(st.integers(0, 10**12), st.integers(0, 10**9), st.integers(1, 10**5), st.lists(st.integers(0, 10**12)))
def test_the_next_look_is_soon_enough_and_never_in_the_past(
    now: int, waited: int, recheck: int, deadlines: list[int]
) -> None:
    at = policy.next_look(now, waited, recheck, *deadlines)
    assert now < at <= now + max(recheck, policy.LOOK_APART_MS_MAX)
    assert all(at <= each for each in deadlines if each > now)


def test_a_new_doubt_begins_anew_and_keeps_what_was_learnt() -> None:
    before = Notes(absent=2, absent_from=5, repeats=("m1",))
    assert begin_again(before.text(), 9) == Notes(absent=0, absent_from=9, repeats=("m1",))
    assert read_notes("{}") == Notes()


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("aside", [False, True])
def test_a_doubt_says_what_is_known_and_what_comes_next(name: str, aside: bool) -> None:  # noqa: FBT001 - a column
    said = words.unsettled(
        "the list is cut off.", name, resend_after_ms=90_000, holds_ms=900_000, aside=aside
    )
    assert said.startswith("It left, and no answer came. The list is cut off. ")
    assert {"ask": "person has to say", "resend": "after 90 seconds", "never": "not be repeated"}[
        name
    ] in said
