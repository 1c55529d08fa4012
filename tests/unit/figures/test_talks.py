"""How long people wait, by what was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.figures.talks import REST_MS, Measured, Said, Talk, follow

MINUTE = 60_000


def told(*events: tuple[str, int]) -> tuple[Talk | None, list[tuple[str, int]]]:
    talk: Talk | None = None
    found: list[Measured] = []
    for what, minute in events:
        talk, measured = follow(talk, Said(what=what, at=minute * MINUTE, channel="sms:shop"))  # type: ignore[arg-type]
        found += measured
    return talk, [(each.kind, each.took_ms // MINUTE) for each in found]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([("heard", 0), ("answered", 5)], [("first", 5), ("reply", 5)]),
        ([("heard", 0), ("heard", 3), ("answered", 5)], [("first", 5), ("reply", 5)]),
        (
            [("heard", 0), ("answered", 5), ("answered", 6), ("heard", 10), ("answered", 12)],
            [("first", 5), ("reply", 5), ("reply", 2)],
        ),
        ([("answered", 1), ("resolved", 2)], []),
        (
            [
                ("heard", 0),
                ("answered", 5),
                ("resolved", 9),
                ("resolved", 10),
                ("heard", 20),
                ("answered", 21),
            ],
            [("first", 5), ("reply", 5), ("resolved", 9), ("first", 1), ("reply", 1)],
        ),
        ([("heard", 9), ("answered", 5)], [("first", 0), ("reply", 0)]),
    ],
    ids=["one", "from the first", "a talk", "nobody asked", "after it is resolved", "clocks apart"],
)
def test_what_is_measured(events: list[tuple[str, int]], expected: list[tuple[str, int]]) -> None:
    assert told(*events)[1] == expected


def test_a_talk_that_has_rested_begins_anew_but_whoever_waits_goes_on_waiting() -> None:
    long = REST_MS // MINUTE + 10
    assert told(("heard", 0), ("answered", 5), ("heard", long), ("answered", long + 2))[1][2:] == [
        ("first", 2),
        ("reply", 2),
    ]
    assert told(("heard", 0), ("heard", long), ("answered", long))[1] == [("first", long), ("reply", long)]


@given(
    st.lists(
        st.tuples(st.sampled_from(["heard", "answered", "resolved"]), st.integers(0, 10**6)), max_size=30
    )
)
def test_there_is_one_first_answer_at_most_for_each_beginning(events: list[tuple[str, int]]) -> None:
    _, measured = told(*events)
    heard = sum(what == "heard" for what, _ in events)
    firsts = [took for kind, took in measured if kind == "first"]
    assert len(firsts) <= heard
    assert all(took >= 0 for _, took in measured)
    assert sum(kind == "resolved" for kind, _ in measured) <= heard
