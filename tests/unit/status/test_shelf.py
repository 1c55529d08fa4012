from collections.abc import Callable, Mapping

import pytest

from holdfast.status import Answer, Page, Shelf, Snapshot

Render = Callable[..., dict[str, Page]]
Ask = Callable[..., Answer]


@pytest.fixture
def ask(render: Render, shop: Snapshot) -> Ask:
    shelf = Shelf()
    shelf.put(render(shop))

    def asking(path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        return shelf.answer(method, path, (headers or {}).get)

    return asking


def test_pages_carry_strict_headers(ask: Ask) -> None:
    headers = dict(ask("/").headers)

    assert headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'self'; img-src 'self'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "max-age=5" in headers["cache-control"]
    assert "access-control-allow-origin" not in headers
    assert dict(ask("/api/v2/status.json").headers)["access-control-allow-origin"] == "*"


def test_a_page_that_the_reader_has_is_not_sent_again(ask: Ask) -> None:
    etag = dict(ask("/").headers)["etag"]

    for wanted in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = ask("/", headers={"if-none-match": wanted})
        assert (answer.status, answer.body) == (304, b"")
        assert dict(answer.headers)["etag"] == etag
    assert ask("/", headers={"if-none-match": '"other"'}).status == 200


def test_packed_pages_are_for_those_who_can_unpack(ask: Ask) -> None:
    packed = ask("/", headers={"accept-encoding": "br, GZIP;q=0.8"})
    plain = ask("/", headers={"accept-encoding": "gzip;q=0, identity"})

    assert dict(packed.headers)["content-encoding"] == "gzip"
    assert dict(packed.headers)["etag"] != dict(plain.headers)["etag"]
    assert "content-encoding" not in dict(plain.headers)
    assert len(packed.body) < len(plain.body) / 2


def test_head_says_what_get_would_bring(ask: Ask) -> None:
    head, get = ask("/", "HEAD"), ask("/")

    assert head.headers == get.headers
    assert head.body == b""


def test_what_is_not_there_is_told_kindly(ask: Ask) -> None:
    for path in ("/nothing", "/404", "/../etc/passwd", "/" + "a" * 10_000):
        answer = ask(path)
        assert answer.status == 404
        assert b"There is nothing at this address" in answer.body


def test_only_reading_is_allowed(ask: Ask) -> None:
    answer = ask("/", "POST")

    assert answer.status == 405
    assert dict(answer.headers)["allow"] == "GET, HEAD"


def test_a_closing_slash_makes_no_difference(ask: Ask) -> None:
    assert ask("/history/").body == ask("/history").body


def test_before_the_first_page_it_asks_for_patience() -> None:
    assert Shelf().answer("GET", "/", lambda _: None).status == 503
