"""Our own web chat as the rest of Holdfast sees it."""

from typing import Any, Final

import msgspec

from holdfast.kernel import Clock
from holdfast.members import Members
from holdfast.portal import store
from holdfast.portal.model import (
    CLIENT_ID_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    ChatRefusedError,
    NewVisitor,
    ThreadPage,
    Visitor,
    Written,
)
from holdfast.portal.thread import read_thread
from holdfast.storage import Database, EventLog, NewEnvelope, Spool, Tx

SOURCE: Final = "direct"


class ChatBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the spool keeps of a member's doing in the thread with the business, for the Direct adapter to read."""

    id: str
    visitor: str
    at: int
    kind: str
    name: str = ""
    text: str = ""
    reply_to: str = ""
    emoji: str = ""
    attachments: list[dict[str, Any]] = []


class Portal:
    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        spool: Spool,
        clock: Clock,
        members: Members,
    ) -> None:
        self._database = database
        self._events = events
        self._spool = spool
        self._clock = clock
        self.members = members

    async def create_visitor(self, channel: str, name: str, continue_token: str = "") -> NewVisitor:
        """A new visitor; a private link that is not good any more makes an ordinary one."""
        made = await self.members.create_guest(name, continue_token, channel=channel)
        return NewVisitor(made.member.id, made.token, made.member.name, made.continued)

    async def visitor(self, channel: str, token: str) -> Visitor | None:
        session = await self.members.by_token(token)
        return Visitor(session.member.id, channel, session.member.name) if session else None

    async def write(self, visitor: Visitor, client_id: str, text: str) -> Written:
        """Make a visitor's message durable. A repeat of its id has no second effect.

        Raises ChatRefusedError, SpoolUnavailableError.
        """
        now = self._clock.now_ms()
        body = ChatBody(
            id=f"{visitor.id}:{_checked_id(client_id)}",
            visitor=visitor.id,
            name=visitor.name,
            text=_checked_text(text),
            at=now,
            kind="message",
        )
        await self._append(visitor.channel, body, now)
        return Written(client_id, now)

    async def thread(self, visitor: Visitor, after: int) -> ThreadPage:
        """What the visitor has not seen after a cursor of an earlier page, or 0."""
        return await self._database.read(read_thread, visitor, after)

    async def seen(self, visitor: Visitor, seq: int) -> None:
        """The visitor has read everything up to a cursor. Raises SpoolUnavailableError."""
        now = self._clock.now_ms()
        for external_id in await self._database.read(_unseen, visitor, seq):
            body = ChatBody(id=external_id, visitor=visitor.id, at=now, kind="seen")
            await self._append(visitor.channel, body, now)

    async def make_continue_link(self, tx: Tx, contact_id: str, channel: str, via: str = "") -> str:
        """A token with which a contact can go on in our own chat, once; it is sent ``via`` another channel."""
        return await self.members.links.make(tx, contact_id, channel, via)

    async def _append(self, channel: str, body: ChatBody, now: int) -> None:
        await self._spool.append(
            NewEnvelope(channel=channel, source=SOURCE, received_at=now, body=msgspec.json.encode(body))
        )


async def _unseen(tx: Tx, visitor: Visitor, seq: int) -> list[str]:
    person = await store.person(tx, visitor)
    return await store.unseen(tx, person, await store.event_at(tx, seq)) if person else []


def _checked_id(client_id: str) -> str:
    if not 0 < len(client_id) <= CLIENT_ID_CHARACTERS_MAX or not client_id.isprintable():
        raise ChatRefusedError(
            "bad_id", f"The id has 1 to {CLIENT_ID_CHARACTERS_MAX} printable characters.", "id"
        )
    return client_id


def _checked_text(text: str) -> str:
    text = _clean(text)
    if not text.strip():
        raise ChatRefusedError("empty", "The message is empty.", "text")
    if len(text) > TEXT_CHARACTERS_MAX:
        raise ChatRefusedError("too_long", f"The text is over {TEXT_CHARACTERS_MAX} characters.", "text")
    return text


def _clean(text: str) -> str:
    return text.replace("\0", "")
