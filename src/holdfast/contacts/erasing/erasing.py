"""Erasing a person: everything that says who they are or what was said goes; that something was said stays."""

from collections.abc import Awaitable
from typing import Final, Protocol

import msgspec

from holdfast.contacts.erasing import store
from holdfast.contacts.telling import tell
from holdfast.conversations import conversation_changed
from holdfast.conversations import store as people
from holdfast.conversations.store import read_cursor
from holdfast.conversations.texts import forget_texts
from holdfast.inbox import contacts_by_id
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.media import release_media
from holdfast.outbox import Outbox, ReplyRefusedError
from holdfast.storage import Database, EventLog, Row, Spool, SpoolUnavailableError, StoreUnavailableError, Tx
from holdfast.work import TakenError, UnknownError

SPOOL_EVERY_SECONDS: Final = 5.0
AT_ONCE: Final = 20
TEXTS_AT_ONCE: Final = 1_000
STAYS: Final = (
    "That there was a conversation: when something was written, on which channel, and how it ended.",
    "What the team decided about it and when, without words.",
    "The account of outages, in numbers, and that this person was erased, in the audit trail.",
    "What others have: the platforms themselves, backups and archive files of yours.",
)
SPOOL_STAYS: Final = "What arrived, as it came, in the files of each node, until it is forgotten by its age."


class Leave(Protocol):
    def __call__(self, tx: Tx, member_id: str, by: str) -> Awaitable[None]:
        """Delete an account on our own chat, within a transaction."""
        ...


class ErasurePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What goes and what stays, before it is done. ``members``: accounts on our own chat that are deleted with the
    person; ``under_way``: messages that will not be sent any more.
    """

    name: str
    addresses: int
    messages: int
    files: int
    notes: int
    later: int
    under_way: int
    members: list[str]
    merged: int
    stays: list[str]


class Erasing:
    """``leave`` deletes a member's account. The spool's envelopes are emptied by ``run``, also after a kill."""

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        outbox: Outbox,
        spool: Spool,
        leave: Leave,
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._outbox = outbox
        self._spool = spool
        self._leave = leave
        self._log = get_log("erasing")

    async def plan(self, contact_id: str) -> ErasurePlan:
        """Raises UnknownError."""
        return await self._database.read(self._plan, contact_id)

    async def erase(self, contact_id: str, by: str) -> None:
        """For good. Raises UnknownError; TakenError while a message to them is just being sent."""
        await self._database.write(self._erase, contact_id, by)
        self._outbox.stir()
        await self.empty_spool()

    async def run(self) -> None:
        """Empty in the spool what arrived from whoever was erased, where a kill came between."""
        while True:
            try:
                await self.empty_spool()
            except (StoreUnavailableError, SpoolUnavailableError) as error:
                self._log.warning("the spool is not emptied yet", error=str(error))
            await self._clock.sleep(SPOOL_EVERY_SECONDS)

    async def empty_spool(self) -> None:
        """One spool has numbers that the store knows; where several nodes have one each, age empties them."""
        for row in await self._database.read(store.waiting, AT_ONCE):
            if not self._spool.name:
                applied = await self._database.read(read_cursor, self._spool.cursor_name)
                seqs = await self._database.read(store.spool_seqs, row["conversation_id"])
                await self._spool.empty(seqs, applied=applied)
            await self._database.write(store.done, row["id"], self._clock.now_ms())

    async def _plan(self, tx: Tx, contact_id: str) -> ErasurePlan:
        contact = (await contacts_by_id(tx, [contact_id])).get(contact_id)
        if contact is None:
            raise UnknownError(f"There is no contact {contact_id[:80]}.")
        counts = await store.counts(tx, contact.conversation_id or "")
        members = await store.members(tx, contact_id)
        return ErasurePlan(
            name=contact.name,
            addresses=len(contact.addresses),
            messages=counts["messages"],
            files=counts["files"],
            notes=counts["notes"],
            later=counts["later"],
            under_way=counts["under_way"],
            members=[_member_name(row) for row in members],
            merged=len((await _family(tx, contact_id))[1]),
            stays=[*STAYS, *([SPOOL_STAYS] if self._spool.name else [])],
        )

    async def _erase(self, tx: Tx, contact_id: str, by: str) -> None:
        now = self._clock.now_ms()
        plan = await self._plan(tx, contact_id)
        conversation = await people.conversation_of(tx, contact_id)
        conversation_id = str(conversation["id"]) if conversation else ""
        try:
            await self._outbox.take_back_all_within(tx, conversation_id, "the person was erased")
        except ReplyRefusedError as error:
            raise TakenError(error.message) from error
        for member in await store.members(tx, contact_id):
            await self._leave(tx, member["id"], by)
        for row in await store.with_files(tx, conversation_id):
            for used_by in store.uses(row):
                await release_media(tx, used_by)
        for later_id in await store.later_with_files(tx, conversation_id):
            await release_media(tx, f"later:{later_id}")
        texts = await store.text_ids(tx, conversation_id)
        for first in range(0, len(texts), TEXTS_AT_ONCE):
            await forget_texts(tx, texts[first : first + TEXTS_AT_ONCE])
        contacts, merges = await _family(tx, contact_id)
        await store.end_merges(tx, merges, now, by)
        await store.empty_conversation(tx, conversation_id, now)
        await tell(tx, self._ids, contact_id, "contact.erased", "", by=by, now=now)
        await store.empty_contacts(tx, contacts, now)
        await store.insert(
            tx,
            erasure_id=self._ids.new("era"),
            contact_id=contact_id,
            conversation_id=conversation_id,
            at=now,
            who=by,
            messages=plan.messages,
        )
        await people.audit(
            tx,
            entry_id=self._ids.new("aud"),
            at=now,
            who=by,
            action="contact.erased",
            subject=contact_id,
            detail=f"{plan.messages} messages",
        )
        if conversation_id:
            await conversation_changed(tx, conversation_id, now)


async def _family(tx: Tx, contact_id: str) -> tuple[list[str], list[str]]:
    """(contacts that were made one, the merges that did it)."""
    contacts, newest, merges = [contact_id], [contact_id], []
    while newest:
        rows = await store.merged_into(tx, newest)
        merges += [str(row["id"]) for row in rows]
        newest = [each for row in rows if (each := str(row["dropped_id"])) not in contacts]
        contacts += newest
    return contacts, merges


def _member_name(row: Row) -> str:
    return f"@{row['handle']}" if row["handle"] else str(row["name"] or row["id"])
