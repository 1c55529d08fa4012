"""Taking over what was said before Holdfast: history that no platform delivers any more."""

import msgspec

from holdfast.conversations import store
from holdfast.conversations.people import conversation_changed
from holdfast.kernel import IdSource
from holdfast.storage import Tx


class PastMessage(msgspec.Struct, frozen=True, kw_only=True):
    """``direction`` is in or out, ``at`` its time in ms, ``external_id`` unique on the channel."""

    channel: str
    value: str
    direction: str
    text: str
    at: int
    external_id: str


async def take_over(tx: Tx, ids: IdSource, messages: list[PastMessage], now: int) -> int:
    """Put past messages into the conversations of known addresses; how many were new."""
    taken = 0
    for message in messages:
        address = await store.find_address(tx, message.channel, message.value)
        if address is None:
            raise LookupError(f"no contact has the address {message.value} on {message.channel}")
        conversation = await store.conversation_of(tx, address["contact_id"])
        if conversation is None:
            raise LookupError(f"contact {address['contact_id']} has no conversation")
        taken += await _insert(tx, ids, message, str(address["id"]), str(conversation["id"]), now)
    return taken


async def _insert(
    tx: Tx, ids: IdSource, message: PastMessage, address_id: str, conversation_id: str, now: int
) -> bool:
    incoming = message.direction == "in"
    inserted = await store.insert_message(
        tx,
        id=ids.new("msg"),
        conversation_id=conversation_id,
        direction=message.direction,
        author="contact" if incoming else "platform",
        channel=message.channel,
        address_id=address_id,
        external_id=message.external_id,
        text=message.text,
        attachments="[]",
        details="{}",
        at=message.at,
        stored_at=now,
        source="import",
        late=0,
        automatic=0,
        spool_seq=None,
        state="received" if incoming else "sent",
        state_reason="",
    )
    if not inserted:
        return False
    if incoming:
        await store.note_wrote(tx, address_id=address_id, at=message.at, name="", proven=True)
        await store.conversation_heard(
            tx,
            conversation_id=conversation_id,
            at=message.at,
            preview=message.text,
            channel=message.channel,
            window_ms=store.NO_WINDOW_MS,
        )
    else:
        await store.conversation_answered(
            tx, conversation_id=conversation_id, at=message.at, preview=message.text, answers=True
        )
        await store.mark_read(tx, conversation_id)
    await conversation_changed(tx, conversation_id, now)
    return True
