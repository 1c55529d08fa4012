"""What tells a browser which sites may read Direct's answers."""

from holdfast.web.direct.cors import cors

SITE = "https://shop.example"


def asked(origin: str = "") -> dict[str, object]:
    return {"headers": [(b"origin", origin.encode())] if origin else []}


def test_an_answer_that_a_browser_kept_for_nobody_is_good_for_a_site() -> None:
    assert cors(asked(), ["*"]) == cors(asked(SITE), ["*"]) == [("access-control-allow-origin", "*")]


def test_an_answer_for_one_site_is_told_apart_from_that_for_another_or_for_nobody() -> None:
    assert cors(asked(SITE), [SITE]) == [("access-control-allow-origin", SITE), ("vary", "origin")]
    assert cors(asked("https://other.example"), [SITE]) == [("vary", "origin")]
    assert cors(asked(), [SITE]) == [("vary", "origin")]
