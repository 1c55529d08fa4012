"""The first link of a text, and what a page says of itself, whatever stands there."""

import time

import pytest

from holdfast.media.links import PAGE_BYTES_MAX, first_link, read_page


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See https://kelp.example/a?b=c#d!", "https://kelp.example/a?b=c"),
        ("(https://kelp.example/a_(b))", "https://kelp.example/a_(b)"),
        ("Look: HTTPS://Kelp.example. And https://other.example", "HTTPS://Kelp.example"),
        ("\u201chttps://kelp.example/\u201d\u2026", "https://kelp.example/"),
        ("http://kelp.example,", "http://kelp.example"),
        ("nothing here, javascript:alert(1) or ftp://a.example", ""),
        ("me@https://kelp.example", ""),
        ("https://", ""),
        ("", ""),
    ],
)
def test_the_first_link(text: str, link: str) -> None:
    assert first_link(text) == link


def test_what_a_page_says() -> None:
    page = read_page(
        b"<html><head><title>Old  title</title><meta charset=utf-8>"
        b"<meta property='og:title' content='Kelp &amp; Co \xe2\x80\x93 mugs'><META NAME=description CONTENT=Blue>"
        b'<meta content="/mug.jpg" property="og:image"></head>',
        "text/html",
    )
    assert page is not None
    assert (page.title, page.text, page.picture) == ("Kelp & Co \u2013 mugs", "Blue", "/mug.jpg")


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"<title></title>", b"<meta>", b"plain words"])
def test_a_page_that_says_nothing(body: bytes) -> None:
    assert read_page(body, "text/html") is None


def test_a_page_in_an_older_script() -> None:
    page = read_page("<title>Größe</title>".encode("iso-8859-1"), "text/html; charset=ISO-8859-1")
    assert page is not None
    assert page.title == "Größe"
    page = read_page(b"<title>plain</title>", "text/html; charset=punycode")
    assert page is not None
    assert page.title == "plain"


def test_words_are_cut_and_bear_nothing_that_turns_what_stands_around_them() -> None:
    page = read_page("<title>a\u202eb\u0007c {}</title>".format("x" * 900).encode(), "text/html")
    assert page is not None
    assert page.title.startswith("a b c xxx")
    assert len(page.title) == 200


@pytest.mark.parametrize(
    "piece",
    [b"<meta ", b"<meta a" + b"a" * 3000, b"<meta =", b"<title", b"<title>", b'<meta content="', b"charset="],
)
def test_no_page_takes_long(piece: bytes) -> None:
    body = piece * (PAGE_BYTES_MAX // len(piece))
    began = time.process_time()
    read_page(body, "text/html")
    first_link(body.decode() + "https://" + "." * 10_000)
    assert time.process_time() - began < 2.0
