"""Cutting texts loses nothing but white space at the cuts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.channels import split_text, text_size
from holdfast.channels.contract import Limits

UNITS = st.sampled_from(["bytes", "characters"])


@given(text=st.text(max_size=400), size=st.integers(4, 60), unit=UNITS)
def test_pieces_fit_and_hold_every_visible_character(text: str, size: int, unit: str) -> None:
    pieces = split_text(text, Limits(text_max=size, text_unit=unit))
    assert all(text_size(piece, unit) <= size for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(text=st.text(max_size=40), unit=UNITS)
def test_a_text_that_fits_stays_as_it_is(text: str, unit: str) -> None:
    assert split_text(text, Limits(text_max=1000, text_unit=unit)) == (text,)


def test_cuts_stand_at_white_space() -> None:
    assert split_text("one two three", Limits(text_max=8)) == ("one two", "three")


@pytest.mark.parametrize("whole", ["👩‍👩‍👧", "👍🏽", "e\u0301", "❤️"])
def test_what_people_see_as_one_character_stays_whole(whole: str) -> None:
    pieces = split_text(f"abcd{whole}ef", Limits(text_max=5))
    assert any(whole in piece for piece in pieces)


def test_a_limit_below_one_character_is_refused() -> None:
    with pytest.raises(ValueError, match="holds no character"):
        split_text("text", Limits(text_max=3))
