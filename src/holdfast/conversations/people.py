"""Finding or making the contact, address and conversation of whoever wrote."""

import msgspec

from holdfast.conversations import store
from holdfast.conversations.search import add_words
from holdfast.kernel import IdSource
from holdfast.storage import Row, Tx, append_event


class Person(msgspec.Struct, frozen=True):
    contact_id: str
    address_id: str
    conversation_id: str


async def person_at(
    tx: Tx, ids: IdSource, *, channel: str, value: str, name: str, at: int, proven: bool = True
) -> Person:
    """The person behind an address; a new address makes a new contact, never joins an old one."""
    address = await store.find_address(tx, channel, value)
    if address is None:
        return await _new_person(tx, ids, channel=channel, value=value, name=name, at=at, proven=proven)
    contact_id = str(address["contact_id"])
    if name:
        await store.name_contact(tx, contact_id=contact_id, name=name)
        if name != address["name"]:
            await add_words(tx, contact_id, name)
    conversation = await ensure_conversation(tx, ids, contact_id=contact_id, at=at)
    return Person(contact_id, str(address["id"]), str(conversation["id"]))


async def _new_person(
    tx: Tx, ids: IdSource, *, channel: str, value: str, name: str, at: int, proven: bool
) -> Person:
    contact_id, address_id = ids.new("con"), ids.new("adr")
    await store.insert_contact(tx, contact_id=contact_id, name=name, at=at)
    await store.insert_address(
        tx,
        address_id=address_id,
        contact_id=contact_id,
        channel=channel,
        value=value,
        name=name,
        proof="wrote" if proven else None,
        consent="reply" if proven else "none",
        at=at,
    )
    await add_words(tx, contact_id, name, value)
    conversation = await ensure_conversation(tx, ids, contact_id=contact_id, at=at)
    return Person(contact_id, address_id, str(conversation["id"]))


async def ensure_conversation(tx: Tx, ids: IdSource, *, contact_id: str, at: int) -> Row:
    conversation = await store.conversation_of(tx, contact_id)
    if conversation is None:
        conversation_id = ids.new("cnv")
        await store.insert_conversation(tx, conversation_id=conversation_id, contact_id=contact_id, at=at)
        conversation = await store.conversation_of(tx, contact_id)
    if conversation is None:
        raise RuntimeError("the conversation that was just inserted is not there")
    return conversation


async def conversation_changed(tx: Tx, conversation_id: str, at: int) -> None:
    await append_event(tx, at=at, kind="conversation.changed", conversation_id=conversation_id, body={})
