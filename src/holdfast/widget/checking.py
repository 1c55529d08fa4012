"""What a setup and an answer may be: decisions of values alone."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import phonenumbers

from holdfast.channels.email.compose import is_usable_address
from holdfast.widget.model import (
    ADDRESS_CHARACTERS_MAX,
    ANSWER_CHARACTERS_MAX,
    CHOICE_CHARACTERS_MAX,
    CHOICES_MAX,
    LABEL_CHARACTERS_MAX,
    LAUNCHER_CHARACTERS_MAX,
    QUESTIONS_MAX,
    WORDS_CHARACTERS_MAX,
    Answer,
    Given,
    Question,
    Setup,
    WidgetRefusedError,
)

CHOICES_MIN: Final = 2
_ID: Final = re.compile(r"[a-z0-9_-]{1,40}")
_COLOUR: Final = re.compile(r"(#[0-9a-f]{6})?")


def checked_setup(setup: Setup) -> Setup:
    """Raises WidgetRefusedError."""
    for field, text, most in (
        ("greeting", setup.greeting, WORDS_CHARACTERS_MAX),
        ("away", setup.away, WORDS_CHARACTERS_MAX),
        ("consent", setup.consent, WORDS_CHARACTERS_MAX),
        ("look.label", setup.look.label, LAUNCHER_CHARACTERS_MAX),
    ):
        _check_length(field, text, most)
    if not _COLOUR.fullmatch(setup.look.accent):
        raise WidgetRefusedError("invalid", "A colour is written as #0a6357.", "look.accent")
    if len(setup.questions) > QUESTIONS_MAX:
        raise WidgetRefusedError("too_long", f"There can be {QUESTIONS_MAX} questions.", "questions")
    seen: set[str] = set()
    for place, question in enumerate(setup.questions):
        _check_question(question, f"questions.{place}")
        if question.id in seen:
            raise WidgetRefusedError("invalid", "Two questions have one id.", f"questions.{place}.id")
        seen.add(question.id)
    return setup


def answers_of(setup: Setup, given: Sequence[Given], at: int) -> list[Answer]:
    """What was answered. A question that is not asked any more was asked when the page was opened: its answer is kept.

    Raises WidgetRefusedError.
    """
    asked = {question.id: question for question in setup.questions}
    found = {each.id: _answer(asked.get(each.id), each, at) for each in given}
    for question in setup.questions:
        if question.required and not (question.id in found and found[question.id].answer):
            raise WidgetRefusedError("empty", "This needs an answer.", question.id)
    return [answer for answer in found.values() if answer.answer]


def contact_of(answers: Sequence[Answer]) -> Mapping[str, str]:
    """The first name, mail address and phone number among the answers, by kind."""
    found: dict[str, str] = {}
    for answer in answers:
        if answer.kind in {"name", "email", "phone"}:
            found.setdefault(answer.kind, answer.answer)
    return found


def _check_question(question: Question, field: str) -> None:
    if not _ID.fullmatch(question.id):
        raise WidgetRefusedError("bad_id", "An id has 1 to 40 of a-z 0-9 _ -.", f"{field}.id")
    if not question.label.strip():
        raise WidgetRefusedError("empty", "A question needs words.", f"{field}.label")
    _check_length(f"{field}.label", question.label, LABEL_CHARACTERS_MAX)
    if question.kind != "choice":
        return
    if not CHOICES_MIN <= len(question.choices) <= CHOICES_MAX or not all(map(str.strip, question.choices)):
        sentence = f"There are {CHOICES_MIN} to {CHOICES_MAX} choices, none of them empty."
        raise WidgetRefusedError("invalid", sentence, f"{field}.choices")
    for choice in question.choices:
        _check_length(f"{field}.choices", choice, CHOICE_CHARACTERS_MAX)


def _check_length(field: str, text: str, most: int) -> None:
    if len(text) > most:
        raise WidgetRefusedError("too_long", f"This is over {most} characters.", field)


def _answer(question: Question | None, given: Given, at: int) -> Answer:
    if not _ID.fullmatch(given.id):
        raise WidgetRefusedError("bad_id", "There is no such question.", "answers")
    value = given.value.replace("\0", "").strip()
    _check_length(given.id, value, ANSWER_CHARACTERS_MAX)
    label = question.label if question else given.label.replace("\0", "").strip()[:LABEL_CHARACTERS_MAX]
    kind = question.kind if question else "text"
    if value:
        value = _checked_value(kind, question.choices if question else (), given.id, value)
    return Answer(question_id=given.id, kind=kind, question=label, answer=value, at=at)


def _checked_value(kind: str, choices: Sequence[str], field: str, value: str) -> str:
    if kind == "choice" and value not in choices:
        raise WidgetRefusedError("invalid", "This is none of the choices.", field)
    if kind == "email":
        return _email(field, value)
    return _phone(field, value) if kind == "phone" else value


def _email(field: str, value: str) -> str:
    value = value.casefold()
    if len(value) > ADDRESS_CHARACTERS_MAX or not is_usable_address(value):
        raise WidgetRefusedError("invalid", "This is not an email address.", field)
    return value


def _phone(field: str, value: str) -> str:
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        sentence = "Write the number with its country, such as +31 6 12345678."
        raise WidgetRefusedError("invalid", sentence, field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
