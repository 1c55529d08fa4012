"""Finding our cookie among those that others have set."""

import pytest

from holdfast.web.identify import session_of


@pytest.mark.parametrize(
    "cookies",
    [
        b"holdfast_session=abc",
        b'prefs={"a": 1}; holdfast_session=abc',
        b"x[y]=1; holdfast_session=abc; z",
        "name=Zoë; holdfast_session=abc".encode(),
        b'holdfast_session="abc"',
    ],
)
def test_the_session_is_found_among_cookies_in_any_form(cookies: bytes) -> None:
    assert session_of({"headers": [(b"cookie", cookies)]}) == "abc"


@pytest.mark.parametrize("cookies", [b"", b"holdfast_session", b"other_holdfast_session=abc", b";;="])
def test_no_session_is_an_empty_text(cookies: bytes) -> None:
    assert session_of({"headers": [(b"cookie", cookies)]}) == ""
