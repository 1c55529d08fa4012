"""Cursors come back as they were handed out; anything else is refused in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.inbox import BadCursorError
from holdfast.inbox.cursor import decode_cursor, encode_cursor


@given(st.integers(-(10**17), 10**17), st.from_regex(r"\A[a-z]{3}_[0-9A-Z]{26}\Z"))
def test_a_cursor_comes_back(at: int, identifier: str) -> None:
    assert decode_cursor(encode_cursor(at, identifier)) == (at, identifier)


@given(st.text(max_size=200))
def test_any_other_text_is_refused_or_harmless(text: str) -> None:
    try:
        at, identifier = decode_cursor(text)
    except BadCursorError:
        return
    assert abs(at) <= 2**62
    assert identifier == "" or identifier.isascii()


@pytest.mark.parametrize(
    "text", ["1", ".", "1.", ".a", "x.a", "1.a\0", "1.\u0664", "9" * 30 + ".a", "1." + "a" * 99]
)
def test_these_are_refused(text: str) -> None:
    with pytest.raises(BadCursorError):
        decode_cursor(text)
