"""What a person decides about contacts and conversations; each is one transaction with its audit entry."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from holdfast.conversations import store
from holdfast.conversations.joining import Beside, merge, merge_of, part, split_off
from holdfast.conversations.joining import store as joining
from holdfast.conversations.model import (
    CONSENTS,
    PROOFS,
    AddressTakenError,
    NewAddress,
    UnknownContactError,
)
from holdfast.conversations.people import conversation_changed, ensure_conversation
from holdfast.conversations.search import add_words, join_words, renew_words
from holdfast.kernel import Clock, IdSource
from holdfast.storage import Database, EventLog, Row, Tx, append_event

NAME_CHARACTERS_MAX: Final = 200


class Conversations:
    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        beside: Mapping[str, Beside] | None = None,
    ) -> None:
        """``beside``: what upper units keep of people, which is joined and parted with them."""
        self._beside = beside or {}
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids

    async def mark_read(self, conversation_id: str) -> None:
        await self._database.write(self._mark_read, conversation_id)
        self._events.wake()

    async def create_contact(self, name: str, addresses: Sequence[NewAddress], by: str) -> str:
        contact_id = await self._database.write(self._create_contact, name, addresses, by)
        self._events.wake()
        return contact_id

    async def add_address(self, contact_id: str, address: NewAddress, by: str) -> str:
        """Raises AddressTakenError where it is another contact's, ValueError for unknown words."""
        address_id = await self._database.write(self._add_address, contact_id, address, by)
        self._events.wake()
        return address_id

    async def set_consent(self, contact_id: str, address_id: str, consent: str, by: str) -> None:
        await self._database.write(self._set_consent, contact_id, address_id, consent, by)
        self._events.wake()

    async def merge(self, contact_id: str, other_id: str, by: str, take: frozenset[str] = frozenset()) -> str:
        """Join two contacts by a person's decision; the first is kept. ``take``: what it gets of the other although it
        has something there itself. The id of the merge, by which it can be undone.
        """
        merge_id = await self._database.write(self.merge_within, contact_id, other_id, by, take)
        self._events.wake()
        return merge_id

    async def unmerge(self, merge_id: str, by: str) -> str:
        """Part two contacts again as they were; what came since goes by its address. The one that is back.

        Raises UnknownContactError, ValueError where it has been undone.
        """
        contact_id = await self._database.write(self._unmerge, merge_id, by)
        self._events.wake()
        return contact_id

    async def split(self, contact_id: str, address_id: str, by: str) -> str:
        """Give one address, with what was said over it, to a contact of its own; its id."""
        new_id = await self._database.write(self._split, contact_id, address_id, by)
        self._events.wake()
        return new_id

    async def _mark_read(self, tx: Tx, conversation_id: str) -> None:
        if await store.mark_read(tx, conversation_id):
            await conversation_changed(tx, conversation_id, self._clock.now_ms())
        elif await store.get_conversation(tx, conversation_id) is None:
            raise UnknownContactError(f"there is no conversation {conversation_id}")

    async def _create_contact(self, tx: Tx, name: str, addresses: Sequence[NewAddress], by: str) -> str:
        contact_id = self._ids.new("con")
        now = self._clock.now_ms()
        await store.insert_contact(tx, contact_id=contact_id, name=name[:NAME_CHARACTERS_MAX], at=now)
        await add_words(tx, contact_id, name[:NAME_CHARACTERS_MAX])
        await ensure_conversation(tx, self._ids, contact_id=contact_id, at=now)
        for address in addresses:
            await self._add_address(tx, contact_id, address, by)
        return contact_id

    async def _add_address(self, tx: Tx, contact_id: str, address: NewAddress, by: str) -> str:
        _check_words(address)
        await _contact(tx, contact_id)
        present = await store.find_address(tx, address.channel, address.value)
        if present is not None and present["contact_id"] != contact_id:
            raise AddressTakenError("this address belongs to another contact; merge the two instead")
        now = self._clock.now_ms()
        if present is not None:
            await store.set_consent(tx, address_id=present["id"], consent=address.consent, at=now)
            return str(present["id"])
        address_id = self._ids.new("adr")
        await store.insert_address(
            tx,
            address_id=address_id,
            contact_id=contact_id,
            channel=address.channel,
            value=address.value,
            name=address.name,
            proof=address.proof,
            consent=address.consent,
            at=now,
        )
        await add_words(tx, contact_id, address.name, address.value)
        await self._note(
            tx, by, "address.added", contact_id, f"{address_id} {address.channel} {address.consent}"
        )
        return address_id

    async def _set_consent(self, tx: Tx, contact_id: str, address_id: str, consent: str, by: str) -> None:
        if consent not in CONSENTS:
            raise ValueError(f"consent must be one of {', '.join(CONSENTS)}")
        await _address_of(tx, contact_id, address_id)
        await store.set_consent(tx, address_id=address_id, consent=consent, at=self._clock.now_ms())
        await self._note(tx, by, "consent.set", contact_id, f"{address_id} {consent}")

    async def merge_within(
        self, tx: Tx, contact_id: str, other_id: str, by: str, take: frozenset[str] = frozenset()
    ) -> str:
        """As ``merge``, within the transaction of whoever has the proof; readers are woken by them."""
        if contact_id == other_id:
            raise ValueError("a contact cannot be merged with itself")
        now = self._clock.now_ms()
        for each in (contact_id, other_id):
            await _contact(tx, each)
        kept = await ensure_conversation(tx, self._ids, contact_id=contact_id, at=now)
        dropped = await ensure_conversation(tx, self._ids, contact_id=other_id, at=now)
        pair, before = await merge(tx, kept=kept, dropped=dropped, take=take, beside=self._beside)
        merge_id = self._ids.new("mrg")
        await joining.insert_merge(
            tx,
            merge_id=merge_id,
            kept_id=contact_id,
            dropped_id=other_id,
            at=now,
            who=by,
            before=msgspec.json.encode(before).decode(),
        )
        await join_words(tx, kept=contact_id, dropped=other_id)
        for conversation_id in (pair.kept, pair.dropped):
            await conversation_changed(tx, conversation_id, now)
        await self._note(tx, by, "contact.merged", contact_id, merge_id)
        return merge_id

    async def _unmerge(self, tx: Tx, merge_id: str, by: str) -> str:
        made = await merge_of(tx, merge_id)
        if made is None:
            raise UnknownContactError(f"there is no merge {merge_id[:80]}")
        pair = await part(tx, made, self._beside)
        now = self._clock.now_ms()
        await joining.undone(tx, merge_id, now, by)
        for contact_id in (pair.kept_contact, pair.dropped_contact):
            await renew_words(tx, contact_id)
            await self._note(tx, by, "contact.unmerged", contact_id, merge_id)
        for conversation_id in (pair.kept, pair.dropped):
            await conversation_changed(tx, conversation_id, now)
        return pair.dropped_contact

    async def _split(self, tx: Tx, contact_id: str, address_id: str, by: str) -> str:
        address = await _address_of(tx, contact_id, address_id)
        if len(await store.addresses_of(tx, contact_id)) == 1:
            raise ValueError("this is the contact's only address; there is nothing to split")
        now = self._clock.now_ms()
        new_id = self._ids.new("con")
        await store.insert_contact(tx, contact_id=new_id, name=address["name"], at=now)
        target = await ensure_conversation(tx, self._ids, contact_id=new_id, at=now)
        source = await ensure_conversation(tx, self._ids, contact_id=contact_id, at=now)
        await split_off(tx, address_id=address_id, source=source, target=target)
        for each in (contact_id, new_id):
            await renew_words(tx, each)
        for conversation in (source, target):
            await conversation_changed(tx, conversation["id"], now)
        await self._note(tx, by, "address.split", contact_id, f"{address_id} {new_id}")
        return new_id

    async def _note(self, tx: Tx, by: str, action: str, contact_id: str, detail: str) -> None:
        now = self._clock.now_ms()
        await store.audit(
            tx,
            entry_id=self._ids.new("aud"),
            at=now,
            who=by,
            action=action,
            subject=contact_id,
            detail=detail,
        )
        await store.note_contact(
            tx,
            change_id=self._ids.new("chg"),
            contact_id=contact_id,
            at=now,
            who=by,
            kind=action,
            detail=detail,
        )
        conversation = await store.conversation_of(tx, contact_id)
        await append_event(
            tx,
            at=now,
            kind="contact.changed",
            conversation_id=conversation["id"] if conversation else None,
            body={"contact_id": contact_id},
        )


def _check_words(address: NewAddress) -> None:
    if address.consent not in CONSENTS:
        raise ValueError(f"consent must be one of {', '.join(CONSENTS)}")
    if address.proof is not None and address.proof not in PROOFS:
        raise ValueError(f"proof must be one of {', '.join(PROOFS)}, or absent")
    if not address.value.strip():
        raise ValueError("the address is empty")


async def _contact(tx: Tx, contact_id: str) -> Row:
    contact = await store.get_contact(tx, contact_id)
    if contact is None or contact["merged_into"]:
        raise UnknownContactError(f"there is no contact {contact_id}")
    return contact


async def _address_of(tx: Tx, contact_id: str, address_id: str) -> Row:
    address = await store.get_address(tx, address_id)
    if address is None or address["contact_id"] != contact_id:
        raise UnknownContactError(f"contact {contact_id} has no address {address_id}")
    return address
