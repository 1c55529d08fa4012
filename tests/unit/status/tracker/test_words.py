"""The first sentence: reports and our own evidence together."""

from typing import Any

import pytest

from holdfast.status.snapshot import State
from holdfast.status.tracker.words import answer_to, conclude

CALM = {"recent": 12, "usual": 40.0, "high": 76.0, "region": "", "ours": State.UP, "ours_alone": False}


def kind(**other: Any) -> str:
    return conclude("Instagram", **{**CALM, **other}).kind


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ({}, "usual"),
        ({"ours": State.UNKNOWN}, "usual"),
        ({"ours": State.SUSPECTED}, "usual"),
        ({"ours": State.DOWN}, "problem"),
        ({"ours": State.PARTIAL}, "problem"),
        ({"ours": State.DOWN, "ours_alone": True}, "usual"),
        ({"recent": 90}, "perhaps"),
        ({"recent": 90, "ours": State.SUSPECTED}, "problem"),
        ({"recent": 90, "ours": State.UNKNOWN}, "problem"),
        ({"recent": 12_000}, "problem"),
        ({"recent": 90, "ours": State.UNKNOWN, "is_narrow": True}, "usual"),
        ({"recent": 90, "ours": State.DOWN, "is_narrow": True}, "problem"),
        ({"recent": 900, "region": "India"}, "connection"),
        ({"recent": 900, "region": "India", "ours": State.DOWN}, "problem"),
    ],
)
def test_our_own_evidence_weighs_more_than_reports(found: dict[str, Any], wanted: str) -> None:
    assert kind(**found) == wanted


def test_it_says_who_says_so() -> None:
    both = conclude("Instagram", **{**CALM, "recent": 12_000, "ours": State.DOWN})
    assert both.title == "Most likely a problem at Instagram"
    assert both.lead == (
        "12,000 reports in the last quarter of an hour, where about 40 are usual, and our own messages fail too."
    )
    ours = conclude("Instagram", **{**CALM, "ours": State.DOWN})
    assert ours.lead.startswith("Our own messages fail there, though few people have reported it so far.")
    people = conclude("Instagram", **{**CALM, "recent": 12_000})
    assert people.lead.endswith("Our own messages go through.")
    calm = conclude("Instagram", **{**CALM, "recent": 0, "usual": 0.0})
    assert calm.lead.startswith("No report in the last quarter of an hour, where hardly any is usual.")


def test_who_reports_alone_is_told_that_it_is_probably_their_connection() -> None:
    calm = conclude("Instagram", **CALM)
    alone = answer_to("Instagram", calm, 1)
    assert alone.title == "Probably your connection"
    assert alone.lead.startswith("Nobody else has reported")
    assert answer_to("Instagram", calm, 3).lead.startswith("2 other reports arrived")
    storm = conclude("Instagram", **{**CALM, "recent": 12_000})
    assert answer_to("Instagram", storm, 12_001) is storm
