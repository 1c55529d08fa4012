"""Which clocks a conversation starts, stops and ends."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.targets.model import Still
from holdfast.targets.talk import REST_MS, Said, Wait, course_of

IG = "instagram:shop"


def heard(at: int) -> Said:
    return Said(what="heard", at=at, message_id=f"m{at}", channel=IG)


def answered(at: int, written_at: int | None = None, by: str = "mara") -> Said:
    return Said(what="answered", at=at, written_at=at if written_at is None else written_at, by=by)


def told(*happened: Said, is_whole: bool = True) -> list[tuple[str, str, int | None, bool]]:
    waits = course_of(happened, is_whole=is_whole).waits
    return [(each.kind, each.message_id, each.ended_at, each.dropped) for each in waits]


def test_the_first_message_starts_a_first_reply_and_an_end_and_later_ones_a_next_reply() -> None:
    assert told(heard(1), heard(2), answered(5), heard(8), answered(9)) == [
        ("resolve", "m1", None, False),
        ("first", "m1", 5, False),
        ("next", "m8", 9, False),
    ]


def test_a_reply_ends_waiting_when_it_is_out_and_only_for_what_came_before_it_was_written() -> None:
    assert told(heard(10), answered(60, written_at=20), heard(40)) == [
        ("resolve", "m10", None, False),
        ("first", "m10", 60, False),
        ("next", "m40", None, False),
    ]
    assert told(answered(60, written_at=5), heard(10))[1] == ("first", "m10", None, False)


def test_what_was_answered_in_the_platforms_own_app_is_ordered_by_the_platforms_time() -> None:
    def taken(at: int, said_at: int) -> Said:
        return Said(what="heard", at=at, said_at=said_at, message_id=f"m{said_at}", channel=IG)

    def outside(at: int, said_at: int) -> Said:
        return Said(what="answered", at=at, said_at=said_at, outside=True)

    assert told(outside(100, 20), taken(101, 10)) == [], "read back with the newest first"
    assert told(outside(100, 20), taken(101, 10), taken(102, 30))[1] == ("first", "m30", None, False)
    imported = (taken(100, 10), taken(100, 30), outside(100, 20))
    assert told(*imported)[1:] == [("first", "m10", 100, False), ("next", "m30", None, False)]


def test_resolving_ends_the_talk_and_lets_an_open_question_go() -> None:
    assert told(heard(1), Said(what="resolved", at=4)) == [
        ("resolve", "m1", 4, False),
        ("first", "m1", 4, True),
    ]


def test_opening_again_goes_on_where_it_stood_and_what_passed_counts_for_nobody() -> None:
    course = course_of([heard(1), Said(what="resolved", at=4), Said(what="reopened", at=9), answered(12)])
    assert [(each.kind, each.ended_at, each.dropped) for each in course.waits] == [
        ("resolve", None, False),
        ("first", 12, False),
    ]
    assert course.still == (Still(4, 9, "customer"),)


def test_writing_again_after_the_end_is_a_talk_of_its_own() -> None:
    kinds = told(heard(1), answered(2), Said(what="resolved", at=4), heard(9))
    assert kinds[-2:] == [("resolve", "m9", None, False), ("first", "m9", None, False)]


def test_who_rests_for_three_days_begins_anew_and_who_waits_does_not() -> None:
    assert told(heard(1), answered(2), heard(3 + REST_MS))[-1] == ("first", f"m{3 + REST_MS}", None, False)
    assert told(heard(1), answered(2), heard(3 + REST_MS))[0] == ("resolve", "m1", 3 + REST_MS, True)
    assert told(heard(1), heard(3 + REST_MS)) == [
        ("resolve", "m1", None, False),
        ("first", "m1", None, False),
    ]


def test_putting_off_stops_until_they_write_or_somebody_wakes_it_or_its_time() -> None:
    snoozed = Said(what="snoozed", at=10, until=100)
    assert course_of([heard(1), snoozed, heard(50)]).still == (Still(10, 50, "snoozed"),)
    assert course_of([heard(1), snoozed, Said(what="woken", at=30)]).still == (Still(10, 30, "snoozed"),)
    assert course_of([heard(1), snoozed]).still == (Still(10, 100, "snoozed"),)
    assert course_of([heard(1), snoozed, heard(200)]).still == (Still(10, 100, "snoozed"),)
    assert course_of([heard(1), snoozed, answered(20)]).still == (Still(10, 100, "snoozed"),)


def test_while_it_is_their_turn_only_the_end_of_the_talk_stands_still() -> None:
    course = course_of([heard(1), answered(5), heard(20), answered(30)])
    assert course.theirs == (Still(5, 20, "customer"), Still(30, None, "customer"))
    assert course.still == ()


def test_a_long_talk_whose_beginning_is_not_seen_has_no_first_reply() -> None:
    assert told(heard(1), answered(2), is_whole=False)[1] == ("next", "m1", 2, False)
    began = Wait(kind="resolve", message_id="m0", channel=IG, started_at=0)
    assert course_of([heard(5)], is_whole=False, began=began).waits[0] == began


HAPPENED = st.lists(
    st.tuples(
        st.sampled_from(["heard", "answered", "snoozed", "woken", "resolved", "reopened"]),
        st.integers(1, REST_MS),
    ),
    max_size=25,
)


@given(HAPPENED)
def test_whatever_happens_each_clock_is_there_once_and_one_question_is_open_at_most(
    steps: list[tuple[str, int]],
) -> None:
    at, happened = 0, []
    for number, (what, later) in enumerate(steps):
        at += later
        happened.append(
            Said(what=what, at=at, message_id=f"m{number}", channel=IG, written_at=at, until=at + 5)  # type: ignore[arg-type]
        )
    course = course_of(happened)
    keys = [(each.message_id, each.kind) for each in course.waits]
    assert len(keys) == len(set(keys))
    going = [each.kind for each in course.waits if each.ended_at is None]
    assert going.count("resolve") <= 1
    assert sum(kind in {"first", "next"} for kind in going) <= 1
    assert all(each.ended_at is None or each.ended_at >= each.started_at for each in course.waits)
