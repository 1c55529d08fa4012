"""Opening hours: when the business is open, in its own time zone, with the days that differ. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

SPANS_MAX: Final = 6
"""In one day."""
SPECIAL_DAYS_MAX: Final = 200
NOTE_CHARACTERS_MAX: Final = 100
AHEAD_DAYS: Final = 21
"""So far ahead the next opening is looked for."""
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_ZONE: Final = re.compile(r"[A-Za-z]\w*([+\-/]\w+)*", re.ASCII)
_DAY_MINUTES: Final = 24 * 60


class Span(msgspec.Struct, frozen=True):
    """``09:00`` to ``18:00``; an end that is no later than the start is one of the next day."""

    opens: str
    closes: str


class SpecialDay(msgspec.Struct, frozen=True):
    """A date (``2026-12-24``) with hours of its own, none where it is closed; ``note`` says why."""

    date: str
    spans: tuple[Span, ...] = ()
    note: str = ""


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """``week`` has the hours of each day, Monday first; without any day the hours are not known."""

    zone: str = "UTC"
    week: tuple[tuple[Span, ...], ...] = ()
    special: tuple[SpecialDay, ...] = ()


class Opening(msgspec.Struct, frozen=True):
    """``is_open`` is None where no hours are known; ``until`` (ms) is when that changes, if it does soon.

    ``note`` is what is said of today.
    """

    is_open: bool | None
    until: int | None = None
    note: str = ""


def open_at(hours: Hours, now: int) -> Opening:
    """How it is at a time (ms since the epoch)."""
    if not hours.week:
        return Opening(None)
    today = _local(hours, now).date()
    note = next((day.note for day in hours.special if day.date == today.isoformat()), "")
    for start, end in _stretches(hours, today, AHEAD_DAYS):
        if now < start:
            return Opening(is_open=False, until=start, note=note)
        if now < end:
            last = _local(hours, end).date() > today + timedelta(days=AHEAD_DAYS - 1)
            return Opening(is_open=True, until=None if last else end, note=note)
    return Opening(is_open=False, note=note)


def open_stretches(hours: Hours, since: int, days: int) -> Iterator[tuple[int, int]]:
    """When it is open (ms), for so many days from a time on; nothing where no hours are known."""
    if hours.week:
        for start, end in _stretches(hours, _local(hours, since).date(), days):
            if end > since:
                yield max(start, since), end


def opening_words(hours: Hours, now: int) -> str:
    """``Open until 18:00``; empty where no hours are known."""
    opening = open_at(hours, now)
    if opening.is_open is None:
        return ""
    note = f" ({opening.note})" if opening.note else ""
    if opening.until is None:
        return f"{'Open around the clock' if opening.is_open else 'Closed for now'}{note}"
    when = _when(hours, opening.until, now)
    return f"Open until {when}{note}" if opening.is_open else f"Closed{note}, opens {when}"


def week_words(hours: Hours) -> list[tuple[str, str]]:
    """The usual week in lines, days of equal hours together: ``Monday to Friday``, ``09:00 to 18:00``."""
    lines = []
    for spans, days in groupby(zip(DAYS, hours.week, strict=False), key=lambda pair: pair[1]):
        names = [name for name, _ in days]
        lines.append((names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}", spans_words(spans)))
    return lines


def spans_words(spans: tuple[Span, ...]) -> str:
    if not spans:
        return "Closed"
    return ", ".join(
        "All day" if (span.opens, span.closes) == ("00:00", "24:00") else f"{span.opens} to {span.closes}"
        for span in spans
    )


def coming_special(hours: Hours, now: int) -> list[SpecialDay]:
    """The days that differ from today on, in their order."""
    today = _local(hours, now).date().isoformat()
    return sorted((day for day in hours.special if day.date >= today), key=lambda day: day.date)


def hours_problem(hours: Hours) -> str:
    """Why these hours cannot be taken, in a sentence; empty where they can."""
    return next(_problems(hours), "")


def _problems(hours: Hours) -> Iterator[str]:
    if zone_of(hours.zone) is None:
        yield f"There is no time zone {hours.zone[:60]}; one looks like Europe/Amsterdam."
    if len(hours.week) not in {0, len(DAYS)}:
        yield "A week has seven days, Monday first."
    if len(hours.special) > SPECIAL_DAYS_MAX:
        yield f"At most {SPECIAL_DAYS_MAX} days may differ."
    if len({day.date for day in hours.special}) < len(hours.special):
        yield "A date stands there twice."
    for name, spans in zip(DAYS, hours.week, strict=False):
        yield from _spans_problems(name, spans)
    for day in hours.special:
        if not _is_date(day.date):
            yield f"{day.date[:20]} is no date; one looks like 2026-12-24."
        if len(day.note) > NOTE_CHARACTERS_MAX:
            yield f"The note of a day takes at most {NOTE_CHARACTERS_MAX} characters."
        yield from _spans_problems(day.date, day.spans)


def _spans_problems(name: str, spans: tuple[Span, ...]) -> Iterator[str]:
    if len(spans) > SPANS_MAX:
        yield f"{name} opens more than {SPANS_MAX} times."
    if not all(_TIME.fullmatch(text) for span in spans for text in (span.opens, span.closes)):
        yield f"{name} has a time that is none; one looks like 09:00."
        return
    edges = sorted(_minutes(span) for span in spans)
    if any(later[0] < earlier[1] for earlier, later in pairwise(edges)):
        yield f"The hours of {name} overlap."


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _stretches(hours: Hours, today: date, days: int) -> Iterator[tuple[int, int]]:
    """When it is open, in ms, from yesterday on; stretches that touch each other are one."""
    current: tuple[int, int] | None = None
    for start, end in _spans(hours, today, days):
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current


def _spans(hours: Hours, today: date, days: int) -> Iterator[tuple[int, int]]:
    special = {day.date: day.spans for day in hours.special}
    for ahead in range(-1, days):
        day = today + timedelta(days=ahead)
        for opens, closes in sorted(map(_minutes, special.get(day.isoformat(), hours.week[day.weekday()]))):
            yield _moment(hours, day, opens), _moment(hours, day, closes)


def _minutes(span: Span) -> tuple[int, int]:
    """Minutes since the beginning of the day; the end may lie in the next one."""
    opens, closes = (int(text[:2]) * 60 + int(text[3:]) for text in (span.opens, span.closes))
    return opens, closes if closes > opens else closes + _DAY_MINUTES


def _moment(hours: Hours, day: date, minutes: int) -> int:
    days, rest = divmod(minutes, _DAY_MINUTES)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    return int(wall.replace(tzinfo=zone_of(hours.zone) or UTC).timestamp() * 1000)


def _local(hours: Hours, at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, tz=zone_of(hours.zone) or UTC)


def _when(hours: Hours, at: int, now: int) -> str:
    then, today = _local(hours, at), _local(hours, now).date()
    clock = f"{then.hour}:{then.minute:02}"
    away = (then.date() - today).days
    if away == 0:
        return clock
    if away == 1:
        return "midnight" if (then.hour, then.minute) == (0, 0) else f"tomorrow at {clock}"
    return f"{DAYS[then.weekday()]} at {clock}" if away < len(DAYS) else f"{then.day} {then:%B} at {clock}"


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo | None:
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return None
