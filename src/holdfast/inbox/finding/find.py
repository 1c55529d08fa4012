"""Carrying out a search: a bounded number of texts is looked at for each page, however many there are."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from holdfast.conversations.search import find_contacts
from holdfast.conversations.texts import is_filling, place_of, said_by
from holdfast.conversations.texts.store import PLACES_OF_MILLISECOND
from holdfast.inbox import store as inbox
from holdfast.inbox.contacts import contacts_by_id
from holdfast.inbox.cursor import BadCursorError
from holdfast.inbox.finding import store
from holdfast.inbox.finding.asking import Asking
from holdfast.inbox.finding.model import Asked, Found, Hit, PersonFound, Seeker
from holdfast.inbox.finding.query import QueryError, terms_of
from holdfast.inbox.finding.ranking import score
from holdfast.inbox.finding.snippets import holds, marks_of, snippet
from holdfast.inbox.model import ContactName, ContactView
from holdfast.storage import Row, Tx

SLICE: Final = 400
SLICES_MAX: Final = 20
"""Slices of texts with the words that are looked at for one page; the next page goes on from there."""
RANKED_MAX: Final = 300
"""The newest that were found, of which the best come first."""
PEOPLE_MAX: Final = 6
BEST: Final = "best"
_NEWEST: Final = 2**62
_AGENT: Final = "agent:"


async def find(tx: Tx, query: str, seeker: Seeker, *, order: str, before: str | None, limit: int) -> Found:
    """What a query means, ``recent`` first or the ``best`` of the newest. Raises QueryError, BadCursorError."""
    terms = terms_of(query)
    if not terms:
        raise QueryError("Say what to look for.")
    asked = await Asking(tx, seeker).understand(terms, goes_on=not query[-1:].isspace())
    people = await _people(tx, asked) if before is None else []
    position = _position(before)
    if order == BEST:
        rows, following, searched_to = await _best(tx, asked, seeker.now, position or 0, limit)
    else:
        rows, following, searched_to = await _gather(tx, asked, position, limit)
    return Found(
        items=await _hits(tx, rows, marks_of(asked)),
        people=people,
        chips=list(asked.chips),
        next=None if following is None else str(following),
        searched_to=None if following is None else searched_to,
        indexing=await is_filling(tx),
    )


Part = tuple[list[Row], int | None, int]
"""Rows of a page, the cursor of the page after it, and the time down to which was looked."""


async def _best(tx: Tx, asked: Asked, now: int, skipped: int, limit: int) -> Part:
    rows, _, searched_to = await _gather(tx, asked, None, RANKED_MAX)
    scored = sorted(rows, key=lambda row: (-score(asked, _said(row), row["at"], now), -row["place"]))
    following = skipped + limit
    return scored[skipped:following], following if following < len(scored) else None, searched_to


async def _gather(tx: Tx, asked: Asked, position: int | None, limit: int) -> Part:
    newest = _NEWEST if asked.until is None else place_of(asked.until)
    before = min(newest, position) if position is not None else newest
    found: list[Row] = []
    for _ in range(SLICES_MAX):
        places = await store.places(tx, asked, before=before, since=place_of(asked.since), limit=SLICE)
        rows = await store.texts(tx, places, asked.filters)
        found += [row for row in rows if holds(asked, _said(row))]
        if len(found) > limit:
            last = found[limit - 1]["place"]
            return found[:limit], last, last // PLACES_OF_MILLISECOND
        if len(places) < SLICE:
            return found, None, asked.since
        before = places[-1]
    return found, before, before // PLACES_OF_MILLISECOND


def _position(cursor: str | None) -> int | None:
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit()) or int(cursor) > _NEWEST:
        raise BadCursorError("the cursor is not one that this search handed out")
    return int(cursor)


def _said(row: Row) -> str:
    return said_by(row["text"], row["attachments"])


async def _hits(tx: Tx, rows: Sequence[Row], marks: re.Pattern[str] | None) -> list[Hit]:
    agents = (str(row["author"]).removeprefix(_AGENT) for row in rows if row["author"].startswith(_AGENT))
    names = await inbox.agent_names(tx, agents)
    return [
        Hit(
            id=row["subject_id"],
            kind="note" if row["note_id"] else "message",
            conversation_id=row["conversation_id"],
            contact=ContactName(row["contact_id"], row["contact_name"]),
            status=row["status"],
            direction=row["direction"] or "note",
            author_name=_author(row, names),
            channel=row["channel"],
            at=row["at"],
            files=len(msgspec.json.decode(row["attachments"])),
            snippet=snippet(_said(row), marks),
        )
        for row in rows
    ]


def _author(row: Row, names: dict[str, str]) -> str:
    author = str(row["author"])
    if author == "contact":
        return str(row["contact_name"])
    return names.get(author.removeprefix(_AGENT), "") if author.startswith(_AGENT) else ""


async def _people(tx: Tx, asked: Asked) -> list[PersonFound]:
    """People are looked for where nothing but words is asked for."""
    if not asked.plain or asked.filters or asked.facets or asked.since or asked.until is not None:
        return []
    ids = (await find_contacts(tx, asked.plain))[:PEOPLE_MAX]
    views = await contacts_by_id(tx, ids)
    marks = marks_of(asked)
    return [_person(views[each], marks) for each in ids if each in views]


def _person(view: ContactView, marks: re.Pattern[str] | None) -> PersonFound:
    pieces = (snippet(each.value, marks) for each in view.addresses)
    marked = next((each for each in pieces if any(piece.hit for piece in each)), [])
    return PersonFound(
        id=view.id,
        conversation_id=view.conversation_id,
        name=snippet(view.name, marks),
        address=marked,
        channels=list(_distinct(each.channel for each in view.addresses)),
    )


def _distinct(names: Iterator[str]) -> Iterator[str]:
    yield from dict.fromkeys(names)
