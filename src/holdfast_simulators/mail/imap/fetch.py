"""FETCH: what a client may read of a message, and how it is written down (RFC 3501, section 7.4.2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from holdfast_simulators.mail.imap.grammar import BadCommandError, Token, as_list, text
from holdfast_simulators.mail.mailbox import StoredMail

MILLISECONDS = 1000
BLANK_LINE = b"\r\n\r\n"

PLAIN_ITEMS = {"UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE"}
MACROS: dict[str, list[Token]] = {"FAST": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]}
OLD_NAMES = {
    "RFC822": "BODY[]",
    "RFC822.HEADER": "BODY.PEEK[HEADER]",
    "RFC822.TEXT": "BODY[TEXT]",
}
SECTION = re.compile(
    r"BODY(?P<peek>\.PEEK)?\[(?P<part>(?:TEXT|HEADER(?:\.FIELDS(?:\.NOT)? \([^)\]]*\))?)?)\]"
    r"(?:<(?P<first>\d{1,9})\.(?P<length>\d{1,9})>)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Section:
    """A part of the source. `label` is how the answer names it; `length` None means to the end."""

    label: str
    part: str
    peek: bool
    first: int = 0
    length: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What one FETCH asks for of each message."""

    plain: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def marks_seen(self) -> bool:
        return any(not section.peek for section in self.sections)

    def plus(self, item: str) -> "Wanted":
        return self if item in self.plain else Wanted((item, *self.plain), self.sections)


def parse_wanted(token: Token) -> Wanted:
    """Raises BadCommandError for items that this server does not know."""
    items = as_list(token)
    if len(items) == 1:
        items = MACROS.get(str(items[0]).upper(), items)
    words = [text(item) for item in items]
    plain = tuple(word.upper() for word in words if word.upper() in PLAIN_ITEMS)
    sections = tuple(_section(word) for word in words if word.upper() not in PLAIN_ITEMS)
    return Wanted(plain, sections)


def answer(sequence: int, mail: StoredMail, wanted: Wanted) -> bytes:
    """One untagged FETCH response, its literals last."""
    parts = [_plain(item, mail).encode() for item in wanted.plain]
    for section in wanted.sections:
        body = _cut(mail.raw, section)
        parts.append(b"%s {%d}\r\n%s" % (section.label.encode(), len(body), body))
    return b"* %d FETCH (%s)\r\n" % (sequence, b" ".join(parts))


def flag_list(flags: Sequence[str] | set[str]) -> str:
    return f"({' '.join(sorted(flags))})"


def _section(word: str) -> Section:
    old = OLD_NAMES.get(word.upper())
    match = SECTION.fullmatch(old or word)
    if match is None:
        raise BadCommandError(f"Unknown item {word[:40]}")
    first, length = match["first"], match["length"]
    origin = f"<{first}>" if first else ""
    return Section(
        label=word.upper() if old else f"BODY[{match['part'].upper()}]{origin}",
        part=match["part"].upper(),
        peek=match["peek"] is not None,
        first=int(first or 0),
        length=int(length) if length else None,
    )


def _plain(item: str, mail: StoredMail) -> str:
    if item == "UID":
        return f"UID {mail.uid}"
    if item == "FLAGS":
        return f"FLAGS {flag_list(mail.flags)}"
    if item == "RFC822.SIZE":
        return f"RFC822.SIZE {len(mail.raw)}"
    arrived = datetime.fromtimestamp(mail.arrived_ms / MILLISECONDS, UTC)
    return f'INTERNALDATE "{arrived:%d-%b-%Y %H:%M:%S} +0000"'


def _cut(raw: bytes, section: Section) -> bytes:
    body = _part(raw, section.part)
    last = None if section.length is None else section.first + section.length
    return body[section.first : last]


def _part(raw: bytes, part: str) -> bytes:
    if not part:
        return raw
    head, found, rest = raw.partition(BLANK_LINE)
    if part == "TEXT":
        return rest
    header = head + (found or BLANK_LINE)
    if part == "HEADER":
        return header
    selector, _, names = part.partition(" ")
    return _fields(header, set(names.strip("()").split()), keep=selector == "HEADER.FIELDS")


def _fields(header: bytes, names: set[str], *, keep: bool) -> bytes:
    """Return the named header lines with their continuations, or with `keep` false the others."""
    kept: list[bytes] = []
    taking = False
    for line in header.removesuffix(b"\r\n").splitlines(keepends=True):
        if line[:1] not in b" \t":
            name = line.partition(b":")[0].decode("latin-1").strip().strip('"').upper()
            taking = (name in names) is keep
        if taking:
            kept.append(line)
    return b"".join(kept) + b"\r\n"
