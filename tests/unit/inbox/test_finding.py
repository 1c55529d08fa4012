"""What is typed into the search field is understood, or refused with a sentence that says what would do."""

from zoneinfo import ZoneInfo

import pytest

from holdfast.inbox.finding import Piece, QueryError, Term, terms_of
from holdfast.inbox.finding.model import Asked
from holdfast.inbox.finding.query import day_of
from holdfast.inbox.finding.ranking import score
from holdfast.inbox.finding.snippets import SNIPPET_CHARACTERS, holds, marks_of, snippet
from holdfast.storage import AskedWords

NOW = 1_790_000_000_000  # 21 September 2026, 14:13 in UTC
DAY = 86_400_000


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("red shoes", [Term("word", "red", "red"), Term("word", "shoes", "shoes")]),
        ('"red shoes" new', [Term("phrase", "red shoes", '"red shoes"'), Term("word", "new", "new")]),
        ('"not closed', [Term("phrase", "not closed", '"not closed')]),
        ("Channel:sms", [Term("channel", "sms", "Channel:sms")]),
        ('label:"very new"', [Term("label", "very new", 'label:"very new"')]),
        ("at 12:30", [Term("word", "at", "at"), Term("word", "12:30", "12:30")]),
        ("https://a.example", [Term("word", "https://a.example", "https://a.example")]),
        ("re:invoice", [Term("word", "re:invoice", "re:invoice")]),
        ("", []),
        ('""', []),
    ],
)
def test_the_parts_of_a_query(query: str, terms: list[Term]) -> None:
    assert terms_of(query) == terms


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("chanel:sms", "“channel:” was meant"),
        ("form:me", "“from:” was meant"),
        ("from:", "Say after “from:”"),
        ("a " * 13, "12 words"),
    ],
)
def test_what_is_not_understood_is_said(query: str, says: str) -> None:
    with pytest.raises(QueryError, match=says):
        terms_of(query)


@pytest.mark.parametrize(
    ("value", "begins", "days"),
    [
        ("2026-09-20", 1_789_855_200_000, 1),
        ("today", 1_789_941_600_000, 1),
        ("yesterday", 1_789_855_200_000, 1),
        ("7d", 1_789_941_600_000 - 7 * DAY, 1),
        ("1w", 1_789_941_600_000 - 7 * DAY, 1),
    ],
)
def test_days_begin_where_the_seeker_is(value: str, begins: int, days: int) -> None:
    assert day_of(value, ZoneInfo("Europe/Berlin"), NOW) == (begins, begins + days * DAY)


@pytest.mark.parametrize("value", ["soon", "2026-13-01", "99999d", "0001-01-01", "9999-12-31", "3x", "٣d"])
def test_what_is_no_day_is_refused(value: str) -> None:
    with pytest.raises(QueryError, match="is no day"):
        day_of(value, ZoneInfo("UTC"), NOW)


def asked(*words: str, beginnings: tuple[str, ...] = (), phrases: tuple[str, ...] = ()) -> Asked:
    return Asked(words=AskedWords(words, beginnings), phrases=phrases, whole=" ".join([*words, *beginnings]))


@pytest.mark.parametrize(
    ("text", "question", "pieces"),
    [
        ("My Refund, please", asked("refund"), [Piece("My "), Piece("Refund", hit=True), Piece(", please")]),
        ("refunds", asked(beginnings=("refu",)), [Piece("refunds", hit=True)]),
        ("refunded refund", asked("refund"), [Piece("refunded "), Piece("refund", hit=True)]),
        ("Cafe\u0301 au lait", asked("cafe"), [Piece("Café", hit=True), Piece(" au lait")]),
        ("ﬁne fines", asked("fine"), [Piece("ﬁne", hit=True), Piece(" fines")]),
        ("<b>x</b>", asked("x"), [Piece("<b>"), Piece("x", hit=True), Piece("</b>")]),
        ("nothing", asked("refund"), [Piece("nothing")]),
        ("", asked("refund"), []),
    ],
)
def test_what_was_found_is_marked(text: str, question: Asked, pieces: list[Piece]) -> None:
    assert snippet(text, marks_of(question)) == pieces


def test_of_a_long_text_the_part_that_matters_is_shown() -> None:
    text = "word " * 200 + "needle " + "word " * 200
    pieces = snippet(text, marks_of(asked("needle")))
    assert [piece.text for piece in pieces if piece.hit] == ["needle"]
    assert pieces[0].text == "…"
    assert pieces[-1].text.endswith("…")
    assert len("".join(piece.text for piece in pieces)) <= SNIPPET_CHARACTERS + 2


def test_a_text_that_says_something_else_by_now_does_not_hold_it() -> None:
    assert holds(asked("red", beginnings=("sho",)), "Red shoes")
    assert not holds(asked("red", beginnings=("sho",)), "Red boots")
    assert not holds(asked("red", "shoes", phrases=("red shoes",)), "shoes, red")


def test_the_very_words_count_more_than_the_same_words_apart_and_new_more_than_old() -> None:
    question = asked("order", beginnings=("number",))
    together = score(question, "my order number is lost", NOW, NOW)
    apart = score(question, "the number of this order of mine", NOW, NOW)
    old = score(question, "my order number is lost", NOW - 400 * DAY, NOW)
    assert together > apart
    assert together > old
