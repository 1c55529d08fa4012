"""SEARCH: which messages a client asks for (RFC 3501, section 6.4.4, without the full-text keys)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.parser import BytesHeaderParser
from typing import TypeAlias

from holdfast_simulators.mail.imap.grammar import BadCommandError, Token, text
from holdfast_simulators.mail.imap.numbers import chosen, looks_like_numbers
from holdfast_simulators.mail.mailbox import StoredMail

MILLISECONDS = 1000

Test: TypeAlias = Callable[[int, StoredMail], bool]

FLAG_KEYS = {
    "SEEN": "\\Seen",
    "FLAGGED": "\\Flagged",
    "ANSWERED": "\\Answered",
    "DELETED": "\\Deleted",
    "DRAFT": "\\Draft",
}
HEADER_KEYS = {"FROM": "From", "TO": "To", "CC": "Cc", "SUBJECT": "Subject"}


@dataclass(frozen=True)
class Numbers:
    """What is in use now: sequence numbers and UIDs, both rising."""

    sequence: Sequence[int]
    uids: Sequence[int]


def search_test(criteria: Sequence[Token], numbers: Numbers) -> Test:
    """Build the test that a message passes when it meets all criteria."""
    words = list(criteria)
    if words and str(words[0]).upper() == "CHARSET":
        words = words[2:]
    if not words:
        raise BadCommandError("SEARCH needs at least one key")
    return _all_of(words, numbers)


def _all_of(words: list[Token], numbers: Numbers) -> Test:
    queue = list(words)
    tests: list[Test] = []
    while queue:
        tests.append(_next_test(queue, numbers))
    return lambda sequence, mail: all(test(sequence, mail) for test in tests)


def _next_test(queue: list[Token], numbers: Numbers) -> Test:
    if not queue:
        raise BadCommandError("A search key lacks its value")
    head = queue.pop(0)
    if isinstance(head, list):
        return _all_of(head, numbers)
    key = head.upper()
    if key == "NOT":
        inner = _next_test(queue, numbers)
        return lambda sequence, mail: not inner(sequence, mail)
    if key == "OR":
        left, right = _next_test(queue, numbers), _next_test(queue, numbers)
        return lambda sequence, mail: left(sequence, mail) or right(sequence, mail)
    return _simple_test(key, queue, numbers)


def _simple_test(key: str, queue: list[Token], numbers: Numbers) -> Test:
    if key == "ALL":
        return lambda _sequence, _mail: True
    if looks_like_numbers(key):
        among = set(chosen(key, numbers.sequence))
        return lambda sequence, _mail: sequence in among
    if key == "UID":
        uids = set(chosen(_value(queue), numbers.uids))
        return lambda _sequence, mail: mail.uid in uids
    return _flag_test(key) or _date_test(key, queue) or _header_test(key, queue)


def _flag_test(key: str) -> Test | None:
    if key in FLAG_KEYS:
        return lambda _sequence, mail: FLAG_KEYS[key] in mail.flags
    positive = key.removeprefix("UN")
    if positive in FLAG_KEYS:
        return lambda _sequence, mail: FLAG_KEYS[positive] not in mail.flags
    return None


def _date_test(key: str, queue: list[Token]) -> Test | None:
    if key not in {"SINCE", "BEFORE", "ON"}:
        return None
    wanted = _date(_value(queue))

    def arrived_then(_sequence: int, mail: StoredMail) -> bool:
        arrived = datetime.fromtimestamp(mail.arrived_ms / MILLISECONDS, UTC).date()
        return {"SINCE": arrived >= wanted, "BEFORE": arrived < wanted, "ON": arrived == wanted}[key]

    return arrived_then


def _header_test(key: str, queue: list[Token]) -> Test:
    if key == "HEADER":
        name = _value(queue)
    elif key in HEADER_KEYS:
        name = HEADER_KEYS[key]
    else:
        raise BadCommandError(f"Unknown search key {key}")
    wanted = _value(queue).lower()

    def header_has(_sequence: int, mail: StoredMail) -> bool:
        found = BytesHeaderParser().parsebytes(mail.raw).get_all(name, [])
        return any(wanted in str(value).lower() for value in found)

    return header_has


def _value(queue: list[Token]) -> str:
    if not queue:
        raise BadCommandError("A search key lacks its value")
    return text(queue.pop(0))


def _date(word: str) -> date:
    try:
        return datetime.strptime(word, "%d-%b-%Y").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise BadCommandError("A date is written 24-Sep-2026") from error
