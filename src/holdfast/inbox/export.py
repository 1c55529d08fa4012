"""A conversation, or all of them, as JSON lines or as one readable page without anything active in it."""

import html
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from holdfast.inbox.contacts import contacts_by_id
from holdfast.inbox.conversations import ViewFilter, conversations_by_id, conversations_page
from holdfast.inbox.messages import thread_page
from holdfast.inbox.model import ContactView, ConversationView, MessageView
from holdfast.storage import Database, Tx

Format = Literal["jsonl", "html"]
PAGE_CONVERSATIONS: Final = 50
PAGE_MESSAGES: Final = 200
CONTENT_TYPES: Final = {
    "jsonl": "application/x-ndjson; charset=utf-8",
    "html": "text/html; charset=utf-8",
}

_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Conversations</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
article { border-top: 1px solid #999; padding: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere }
article.out { padding-left: 3rem }
small { color: #555; display: block }
</style></head><body>
<h1>Conversations</h1>
"""
_FOOT: Final = "</body></html>\n"


class ConversationLine(msgspec.Struct, frozen=True, tag="conversation", tag_field="type"):
    conversation: ConversationView
    contact: ContactView


class MessageLine(msgspec.Struct, frozen=True, tag="message", tag_field="type"):
    message: MessageView


class UnknownConversationError(LookupError):
    """There is no such conversation to export."""


Line = ConversationLine | MessageLine


async def export(database: Database, conversation: str, form: Format) -> AsyncIterator[bytes]:
    """The export in pieces; ``conversation`` is an id or ``all``. Raises UnknownConversationError."""
    if form == "html":
        yield _HEAD.encode()
    async for line in export_lines(database, conversation):
        yield _html(line).encode("utf-8", "replace") if form == "html" else msgspec.json.encode(line) + b"\n"
    if form == "html":
        yield _FOOT.encode()


async def export_lines(database: Database, conversation: str) -> AsyncIterator[Line]:
    """Each conversation with its contact, followed by its messages, oldest first."""
    if conversation != "all":
        heading = await database.read(_heading, conversation)
        if heading is None:
            raise UnknownConversationError(f"there is no conversation {conversation}")
        async for line in _one(database, heading):
            yield line
        return
    async for heading in _headings(database):
        async for line in _one(database, heading):
            yield line


async def _headings(database: Database) -> AsyncIterator[ConversationLine]:
    before: str | None = None
    while True:
        headings, before = await database.read(_headings_page, before)
        for heading in headings:
            yield heading
        if before is None:
            return


async def _headings_page(tx: Tx, before: str | None) -> tuple[list[ConversationLine], str | None]:
    page = await conversations_page(
        tx, ViewFilter(status="all"), order="latest", before=before, limit=PAGE_CONVERSATIONS, windows={}
    )
    return await _with_contacts(tx, page.items), page.next


async def _heading(tx: Tx, conversation_id: str) -> ConversationLine | None:
    found = await conversations_by_id(tx, [conversation_id], {})
    lines = await _with_contacts(tx, list(found.values()))
    return lines[0] if lines else None


async def _with_contacts(tx: Tx, conversations: list[ConversationView]) -> list[ConversationLine]:
    contacts = await contacts_by_id(tx, [each.contact.id for each in conversations])
    return [
        ConversationLine(each, contacts[each.contact.id])
        for each in conversations
        if each.contact.id in contacts
    ]


async def _one(database: Database, heading: ConversationLine) -> AsyncIterator[Line]:
    yield heading
    pages: list[str | None] = [None]
    # The list leads from new to old; an export reads from old to new, so the page cursors are kept first.
    while True:
        page = await database.read(thread_page, heading.conversation.id, pages[-1], PAGE_MESSAGES)
        if page.next is None:
            break
        pages.append(page.next)
    for before in reversed(pages):
        page = await database.read(thread_page, heading.conversation.id, before, PAGE_MESSAGES)
        for message in page.items:
            yield MessageLine(message)


def _html(line: Line) -> str:
    match line:
        case ConversationLine():
            return _heading_html(line)
        case MessageLine():
            return _message_html(line.message)


def _heading_html(line: ConversationLine) -> str:
    addresses = ", ".join(f"{each.channel} {each.value}" for each in line.contact.addresses)
    return f"<h2>{_inert(line.contact.name or 'Without a name')}</h2>\n<p>{_inert(addresses)}</p>\n"


def _message_html(message: MessageView) -> str:
    when = datetime.fromtimestamp(message.at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    state = ": ".join(filter(None, (message.state, message.state_reason)))
    about = " · ".join(filter(None, (when, message.author_name, message.channel, state)))
    kinds = "".join(f"\n[{_inert(each.kind)}] {_inert(each.url)}" for each in message.attachments)
    text = "(taken back)" if message.unsent_at else message.text
    return (
        f'<article class="{"out" if message.direction == "out" else "in"}">'
        f"<small>{_inert(about)}</small>{_inert(text)}{kinds}</article>\n"
    )


def _inert(text: str) -> str:
    return html.escape(text).replace("\0", "\N{REPLACEMENT CHARACTER}")
