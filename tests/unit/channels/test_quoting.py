"""The fresh part of a mail, in the ways that mail programs quote."""

import time

import pytest

from holdfast.channels.email.quoting import fresh_text

QUOTES = [
    "On Thu, 24 Sep 2026 at 09:00, Shop <help@example.org> wrote:\n> It is on its way.",
    "On Thu, 24 Sep 2026 at 09:00, The Very Long Named Shop\n<help@example.org> wrote:\n\n> It is.",
    "Am 24.09.2026 um 09:00 schrieb Shop:\n> Es ist unterwegs.",
    "Op do 24 sep. 2026 om 09:00 schreef Shop <help@example.org>:\n> Het is onderweg.",
    "Le jeu. 24 sept. 2026 à 09:00, Shop a écrit :\n> En route.",
    "-----Original Message-----\nFrom: Shop\nSent: Thursday",
    "From: Shop <help@example.org>\nSent: Thursday\nTo: Ann\nSubject: Order",
    "Von: Shop\nGesendet: Donnerstag\nAn: Ann",
    "> It is on its way.\n> Yours, the shop",
    "-- \nAnn Example\nStreet 1",
]


@pytest.mark.parametrize("quote", QUOTES)
def test_what_is_quoted_is_left_out(quote: str) -> None:
    assert fresh_text(f"Thank you!\n\nAnn\n\n{quote}") == "Thank you!\n\nAnn"


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote to you.",
        "> is it red?\nNo, it is blue.\n> is it large?\nYes.",
        "From: the bottom of my heart, thanks",
        "One\n\n-----\n\nTwo",
    ],
)
def test_words_that_only_look_like_a_quotation_stay(text: str) -> None:
    assert fresh_text(text) == text


@pytest.mark.parametrize("quote", QUOTES[:1])
def test_where_nothing_would_be_left_the_whole_stays(quote: str) -> None:
    assert fresh_text(quote) == quote


HOSTILE = ["\n", " ", "On ", "On x wrote\n", "> ", "-", "_\n", "From: a\n", "wrote ", "a écrit "]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long(piece: str) -> None:
    started = time.process_time()
    fresh_text(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 1
