"""Reads what is typed into the search field: words, "phrases" and filters such as ``channel:sms``. Pure."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

TERMS_MAX: Final = 12
FILTERS: Final = (
    "from",
    "channel",
    "label",
    "assignee",
    "team",
    "is",
    "has",
    "in",
    "after",
    "before",
    "on",
)
DAYS_BACK_MAX: Final = 36_500
_TERM: Final = re.compile(
    r'(?P<key>[A-Za-z]+):(?P<quoted>"[^"]*"?|[^\s"]\S*)|"(?P<phrase>[^"]*)"?|(?P<word>\S+)'
)
_AGO: Final = re.compile(r"([0-9]{1,5})([dwmy])")
_DAYS_OF: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_BARE: Final = re.compile(r'(?P<key>[A-Za-z]+):"?"?')


class QueryError(ValueError):
    """The query cannot be understood; the sentence says which part of it and what would do."""


class Term(msgspec.Struct, frozen=True):
    """One part of a query. ``kind`` is ``word``, ``phrase`` or the name of a filter; ``text`` as it was written."""

    kind: str
    value: str
    text: str


def terms_of(query: str) -> list[Term]:
    """The parts of a query in their order. Raises QueryError."""
    terms = list(_terms(query))
    if len(terms) > TERMS_MAX:
        raise QueryError(f"A search has {TERMS_MAX} words and filters at most.")
    return terms


def _terms(query: str) -> Iterator[Term]:
    for match in _TERM.finditer(query):
        if match["phrase"] is not None:
            if match["phrase"].strip():
                yield Term("phrase", match["phrase"], match[0])
        elif match["key"] and (kind := _kind(match["key"], match[0])):
            yield Term(kind, match["quoted"].strip('"').strip(), match[0])
        else:
            bare = _BARE.fullmatch(match[0])
            if bare and bare["key"].lower() in FILTERS:
                raise QueryError(f"Say after “{bare['key']}:” what to look for, without a space between.")
            yield Term("word", match[0].strip('"'), match[0])


def _kind(key: str, text: str) -> str:
    """The filter that a word before a colon names, or nothing where it is a word like any other."""
    name = key.lower()
    if name in FILTERS:
        return name
    near = get_close_matches(name, FILTERS, n=1, cutoff=0.75)
    if near and not text.startswith(f"{key}://"):
        raise QueryError(f"There is no filter “{key}:”; “{near[0]}:” was meant, perhaps.")
    return ""


def day_of(value: str, zone: ZoneInfo, now_ms: int) -> tuple[int, int]:
    """When a day begins and ends: ``2026-11-03``, ``today``, ``yesterday``, or so long ago: ``3d``, ``2w``, ``6m``.

    Raises QueryError.
    """
    today = datetime.fromtimestamp(now_ms / 1000, zone).date()
    day = _day(value.lower(), today)
    if day is None:
        raise QueryError(f"“{value}” is no day: write it as 2026-11-03, or today, yesterday, 3d, 2w, 6m, 1y.")
    begins = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    return int(begins.timestamp() * 1000), int(ends.timestamp() * 1000)


def _day(value: str, today: date) -> date | None:
    named = {"today": 0, "yesterday": 1}
    if value in named:
        return today - timedelta(days=named[value])
    if ago := _AGO.fullmatch(value):
        days = int(ago[1]) * _DAYS_OF[ago[2]]
        return today - timedelta(days=days) if days <= DAYS_BACK_MAX else None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if date(1971, 1, 1) < day < date(9000, 1, 1) else None
