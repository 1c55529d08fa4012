"""Figures as tables that a spreadsheet may open."""

import csv
import io

import pytest

from holdfast.figures import Breakdown
from holdfast.figures.model import Part, Times
from holdfast.figures.table import as_csv, as_text, breakdown_table


def part(name: str) -> Part:
    times = Times(3, 61_400, 125_000)
    return Part(
        key="x",
        name=name,
        received=None,
        sent=4,
        automatic=None,
        first_reply=times,
        reply=times,
        resolution=Times(),
    )


@pytest.mark.parametrize("name", ["=1+1", "+31", "-2", "@SUM(A1)", "\tx", "\r=1"])
def test_no_cell_is_taken_for_a_formula(name: str) -> None:
    text = as_csv(breakdown_table(Breakdown(since=0, until=1, by="agent", parts=(part(name),))))
    [_, row] = list(csv.reader(io.StringIO(text, newline="")))
    assert row[0] == f"'{name}"


def test_commas_quotes_and_lines_stay_in_their_cell() -> None:
    text = as_csv(breakdown_table(Breakdown(since=0, until=1, by="agent", parts=(part('A, "B"\nC'),))))
    [columns, row] = list(csv.reader(io.StringIO(text, newline="")))
    assert columns[0] == "agent"
    assert row == ['A, "B"\nC', "", "4", "", "3", "61", "125", "3", "61", "125", "0", "", ""]


def test_a_table_for_people_has_its_columns_under_one_another() -> None:
    assert as_text((("day", "sent"), [["Monday", 5], ["Tuesday", 12]])) == (
        "day      sent\nMonday      5\nTuesday    12"
    )
