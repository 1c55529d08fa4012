"""Every statement of this unit."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from holdfast.conversations.texts import Text, forget_texts, index_texts, renew_text
from holdfast.storage import Envelope, Row, Tx

PATIENCE_MS: Final = 86_400_000
"""After so long nobody should wait any more, where no window closes before."""
NO_WINDOW_MS: Final = 2**50
"""How long an answer may leave where there is no window: for ever."""

_CURSOR: Final = "SELECT value FROM reader_cursor WHERE name = :name"
_SET_CURSOR: Final = """
INSERT INTO reader_cursor (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_MAILBOX: Final = "SELECT value FROM mailbox_cursor WHERE channel = :channel"
_SET_MAILBOX: Final = """
INSERT INTO mailbox_cursor (channel, value) VALUES (:channel, :value)
ON CONFLICT (channel) DO UPDATE SET value = excluded.value
"""
_ADDRESS: Final = "SELECT * FROM address WHERE channel = :channel AND value = :value"
_ADDRESS_BY_ID: Final = "SELECT * FROM address WHERE id = :id"
_ADDRESSES: Final = "SELECT * FROM address WHERE contact_id = :contact_id ORDER BY created_at, id"
_INSERT_ADDRESS: Final = """
INSERT INTO address (id, contact_id, channel, value, name, proof, consent, consent_at, created_at)
VALUES (:id, :contact_id, :channel, :value, :name, :proof, :consent, :at, :at)
"""
_ADDRESSES_WROTE: Final = """
UPDATE address SET
    last_in_at = CASE WHEN COALESCE(last_in_at, 0) > given.at THEN last_in_at ELSE given.at END,
    proof = COALESCE(address.proof, given.proof),
    consent = CASE WHEN consent = 'none' THEN 'reply' ELSE consent END,
    name = CASE WHEN given.name <> '' THEN given.name ELSE address.name END
FROM GIVEN (id TEXT, at BIGINT, proof TEXT, name TEXT) WHERE address.id = given.id
"""
_SET_CONSENT: Final = "UPDATE address SET consent = :consent, consent_at = :at WHERE id = :id"
_CONTACT: Final = "SELECT * FROM contact WHERE id = :id"
_INSERT_CONTACT: Final = "INSERT INTO contact (id, name, created_at) VALUES (:id, :name, :at)"
_NAME_CONTACT: Final = "UPDATE contact SET name = :name WHERE id = :id AND name = ''"
_RENAME_CONTACT: Final = "UPDATE contact SET name = :name WHERE id = :id"
_CONVERSATION_OF: Final = "SELECT * FROM conversation WHERE contact_id = :contact_id"
_CONVERSATION: Final = "SELECT * FROM conversation WHERE id = :id"
_INSERT_CONVERSATION: Final = """
INSERT INTO conversation (id, contact_id, last_at, created_at) VALUES (:id, :contact_id, :at, :at)
"""
_CONVERSATIONS_IN: Final = """
UPDATE conversation SET
    last_preview = CASE WHEN given.at >= last_at OR last_preview = '' THEN given.preview ELSE last_preview END,
    last_channel = CASE WHEN given.at >= COALESCE(last_in_at, 0) THEN given.channel ELSE last_channel END,
    last_at = CASE WHEN last_preview = '' OR last_at < given.at THEN given.at ELSE last_at END,
    last_in_at = CASE WHEN COALESCE(last_in_at, 0) > given.at THEN last_in_at ELSE given.at END,
    waiting_since = COALESCE(waiting_since, given.first_at),
    answer_by = CASE WHEN COALESCE(waiting_since, given.first_at) + given.patience < given.at + given.window_ms
        THEN COALESCE(waiting_since, given.first_at) + given.patience ELSE given.at + given.window_ms END,
    unread = unread + given.messages,
    status = 'open',
    snoozed_until = NULL
FROM GIVEN (id TEXT, at BIGINT, preview TEXT, channel TEXT, first_at BIGINT, messages BIGINT, window_ms BIGINT,
    patience BIGINT)
WHERE conversation.id = given.id
"""
_CONVERSATION_OUT: Final = """
UPDATE conversation SET
    last_preview = CASE WHEN :at >= last_at THEN :preview ELSE last_preview END,
    last_at = CASE WHEN last_preview = '' OR last_at < :at THEN :at ELSE last_at END,
    waiting_since = CASE WHEN :answers = 1 THEN NULL ELSE waiting_since END,
    answer_by = CASE WHEN :answers = 1 THEN NULL ELSE answer_by END
WHERE id = :id
"""
_MARK_READ: Final = "UPDATE conversation SET unread = 0 WHERE id = :id AND unread > 0"
_INSERT_MESSAGES: Final = """
INSERT INTO message (id, conversation_id, direction, author, channel, address_id, external_id, text, attachments,
    details, at, stored_at, arrived_at, source, late, automatic, spool_seq, state, state_reason)
VALUES (:id, :conversation_id, :direction, :author, :channel, :address_id, :external_id, :text, :attachments,
    :details, :at, :stored_at, :arrived_at, :source, :late, :automatic, :spool_seq, :state, :state_reason)
"""
_INSERT_MESSAGE: Final = f"{_INSERT_MESSAGES}ON CONFLICT DO NOTHING"
_TELL_RECEIVED: Final = """
INSERT INTO event (at, kind, conversation_id, body)
SELECT CAST(:now AS BIGINT), 'message.received', conversation_id,
    '{"message_id":"' || id || '","channel":"' || channel || '"}'
FROM message WHERE id IN :message_ids ORDER BY id
"""
_TELL_CONVERSATIONS: Final = """
INSERT INTO event (at, kind, conversation_id, body)
SELECT CAST(:now AS BIGINT), 'conversation.changed', id, '{}' FROM conversation WHERE id IN :ids ORDER BY id
"""
_WRITERS: Final = """
SELECT a.channel, a.value, a.id AS address_id, a.name, a.contact_id, c.name AS contact_name,
    v.id AS conversation_id
FROM address a JOIN contact c ON c.id = a.contact_id JOIN conversation v ON v.contact_id = a.contact_id
WHERE a.channel = :channel AND a.value IN :addresses ORDER BY a.id
"""
_SPOKEN_OF: Final = """
SELECT external_id FROM message WHERE channel = :channel AND external_id IN :external_ids
UNION SELECT external_id FROM parked_event WHERE channel = :channel AND external_id IN :external_ids
"""
_SAID: Final = "SELECT external_id FROM message WHERE channel = :channel AND external_id IN :external_ids"
_MESSAGE_BY_EXTERNAL: Final = "SELECT * FROM message WHERE channel = :channel AND external_id = :external_id"
_SHARPEN: Final = """
UPDATE message SET at = :at WHERE id = :id AND source = 'history' AND at < :at AND :at < at + 1000
"""
_EDIT: Final = """
UPDATE message SET text = :text, edited_at = :at
WHERE id = :id AND (edited_at IS NULL OR edited_at <= :at) AND unsent_at IS NULL
"""
_UNSEND: Final = "UPDATE message SET text = '', attachments = '[]', unsent_at = :at WHERE id = :id"
_REACT: Final = """
INSERT INTO reaction (message_id, by, emoji, at) VALUES (:message_id, :by, :emoji, :at)
ON CONFLICT (message_id, by) DO UPDATE SET emoji = excluded.emoji, at = excluded.at WHERE excluded.at >= reaction.at
"""
_SEEN: Final = "INSERT INTO seen_event (channel, key, at) VALUES (:channel, :key, :at) ON CONFLICT DO NOTHING"
_PARK: Final = """
INSERT INTO parked_event (id, channel, external_id, body, at) VALUES (:id, :channel, :external_id, :body, :at)
"""
_PARKED: Final = """
SELECT * FROM parked_event WHERE channel = :channel AND external_id = :external_id ORDER BY id
"""
_UNPARK: Final = "DELETE FROM parked_event WHERE channel = :channel AND external_id = :external_id"
_UNREAD: Final = """
INSERT INTO unread_envelope (spool, spool_seq, channel, at, problem, excerpt, body)
VALUES (:spool, :spool_seq, :channel, :at, :problem, :excerpt, :body) ON CONFLICT DO NOTHING
"""
_KNOWN: Final = """
SELECT external_id FROM message WHERE channel = :channel
    AND external_id IN :ids
UNION SELECT external_id FROM delivery WHERE channel = :channel
    AND external_id IN :ids
"""
_AUDIT: Final = """
INSERT INTO audit_entry (id, at, who, action, subject, detail) VALUES (:id, :at, :who, :action, :subject, :detail)
"""

_CONTACT_CHANGE: Final = """
INSERT INTO contact_change (id, contact_id, at, who, kind, detail)
VALUES (:id, :contact_id, :at, :who, :kind, :detail)
"""


async def read_cursor(tx: Tx, name: str) -> int:
    row = await tx.one(_CURSOR, name=name)
    return int(row["value"]) if row else 0


async def write_cursor(tx: Tx, name: str, value: int) -> None:
    await tx.run(_SET_CURSOR, name=name, value=value)


async def mailbox_cursor(tx: Tx, channel: str) -> str:
    row = await tx.one(_MAILBOX, channel=channel)
    return str(row["value"]) if row else ""


async def set_mailbox_cursor(tx: Tx, channel: str, value: str) -> None:
    await tx.run(_SET_MAILBOX, channel=channel, value=value)


async def find_address(tx: Tx, channel: str, value: str) -> Row | None:
    return await tx.one(_ADDRESS, channel=channel, value=value)


async def get_address(tx: Tx, address_id: str) -> Row | None:
    return await tx.one(_ADDRESS_BY_ID, id=address_id)


async def addresses_of(tx: Tx, contact_id: str) -> list[Row]:
    return await tx.all(_ADDRESSES, contact_id=contact_id)


async def insert_address(
    tx: Tx,
    *,
    address_id: str,
    contact_id: str,
    channel: str,
    value: str,
    name: str,
    proof: str | None,
    consent: str,
    at: int,
) -> None:
    await tx.run(
        _INSERT_ADDRESS,
        id=address_id,
        contact_id=contact_id,
        channel=channel,
        value=value,
        name=name,
        proof=proof,
        consent=consent,
        at=at,
    )


async def note_wrote(tx: Tx, *, address_id: str, at: int, name: str, proven: bool) -> None:
    row = {"id": address_id, "at": at, "name": name, "proof": "wrote" if proven else None}
    await tx.many(_ADDRESSES_WROTE, [row])


async def set_consent(tx: Tx, *, address_id: str, consent: str, at: int) -> None:
    await tx.run(_SET_CONSENT, id=address_id, consent=consent, at=at)


async def get_contact(tx: Tx, contact_id: str) -> Row | None:
    return await tx.one(_CONTACT, id=contact_id)


async def insert_contact(tx: Tx, *, contact_id: str, name: str, at: int) -> None:
    await tx.run(_INSERT_CONTACT, id=contact_id, name=name, at=at)


async def name_contact(tx: Tx, *, contact_id: str, name: str) -> None:
    await tx.run(_NAME_CONTACT, id=contact_id, name=name)


async def rename_contact(tx: Tx, *, contact_id: str, name: str) -> None:
    """Whatever the name was."""
    await tx.run(_RENAME_CONTACT, id=contact_id, name=name)


async def conversation_of(tx: Tx, contact_id: str) -> Row | None:
    return await tx.one(_CONVERSATION_OF, contact_id=contact_id)


async def get_conversation(tx: Tx, conversation_id: str) -> Row | None:
    return await tx.one(_CONVERSATION, id=conversation_id)


async def insert_conversation(tx: Tx, *, conversation_id: str, contact_id: str, at: int) -> None:
    await tx.run(_INSERT_CONVERSATION, id=conversation_id, contact_id=contact_id, at=at)


async def conversation_heard(
    tx: Tx, *, conversation_id: str, at: int, preview: str, channel: str, window_ms: int
) -> None:
    """``window_ms`` is how long after a message an answer may leave."""
    row = {
        "id": conversation_id,
        "at": at,
        "first_at": at,
        "preview": preview,
        "channel": channel,
        "messages": 1,
        "window_ms": window_ms,
        "patience": PATIENCE_MS,
    }
    await tx.many(_CONVERSATIONS_IN, [row])


async def conversation_answered(
    tx: Tx, *, conversation_id: str, at: int, preview: str, answers: bool
) -> None:
    await tx.run(_CONVERSATION_OUT, id=conversation_id, at=at, preview=preview, answers=int(answers))


async def mark_read(tx: Tx, conversation_id: str) -> int:
    return await tx.run(_MARK_READ, id=conversation_id)


async def insert_message(tx: Tx, **columns: Any) -> bool:
    """Insert a message row; False where the same external id is already there."""
    if await tx.run(_INSERT_MESSAGE, **{"arrived_at": None, **columns}) != 1:
        return False
    await index_texts(tx, [_text(columns)])
    return True


async def insert_messages(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Insert message rows none of whose external ids is there yet."""
    await tx.many(_INSERT_MESSAGES, rows)
    await index_texts(tx, [_text(row) for row in rows])


def _text(columns: Mapping[str, Any]) -> Text:
    names = ("id", "at", "text", "direction", "attachments")
    return Text(**{name: columns[name] for name in names}, channel=columns["channel"] or "")


async def tell_received(tx: Tx, message_ids: Sequence[str], now: int) -> None:
    """Record that messages were received, in the order of their making."""
    await tx.run(_TELL_RECEIVED, message_ids=message_ids, now=now)


async def tell_conversations(tx: Tx, ids: Sequence[str], now: int) -> None:
    """Record that conversations have changed, each once."""
    await tx.run(_TELL_CONVERSATIONS, ids=ids, now=now)


async def writers(tx: Tx, channel: str, addresses: Iterable[str]) -> list[Row]:
    """The addresses of people who have a conversation, each with both and the names that are known."""
    return await tx.all(_WRITERS, channel=channel, addresses=sorted(addresses))


async def spoken_of(tx: Tx, channel: str, external_ids: Iterable[str]) -> set[str]:
    """Those of the platform's ids that have a message or of which something has come already."""
    rows = await tx.all(_SPOKEN_OF, channel=channel, external_ids=sorted(external_ids))
    return {str(row["external_id"]) for row in rows}


async def said_already(tx: Tx, channel: str, external_ids: Iterable[str]) -> set[str]:
    """Those of the platform's ids that have a message."""
    rows = await tx.all(_SAID, channel=channel, external_ids=sorted(external_ids))
    return {str(row["external_id"]) for row in rows}


async def note_all_wrote(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """As ``note_wrote``; each row has ``id``, ``at``, ``name`` and ``proof``, and an address has one row."""
    await tx.many(_ADDRESSES_WROTE, rows)


async def conversations_heard(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """As ``conversation_heard`` for several messages of each conversation, which has one row: ``id``, the number of
    ``messages``, ``at``, ``preview``, ``channel`` and ``window_ms`` of the latest, and ``first_at`` of the first that
    arrived.
    """
    await tx.many(_CONVERSATIONS_IN, [{**row, "patience": PATIENCE_MS} for row in rows])


async def message_by_external(tx: Tx, channel: str, external_id: str) -> Row | None:
    return await tx.one(_MESSAGE_BY_EXTERNAL, channel=channel, external_id=external_id)


async def sharpen_time(tx: Tx, *, message_id: str, at: int) -> bool:
    """Give a message that was read back its time to the millisecond; whether it had whole seconds only."""
    return await tx.run(_SHARPEN, id=message_id, at=at) == 1


async def edit_message(tx: Tx, *, message_id: str, text: str, at: int) -> None:
    if await tx.run(_EDIT, id=message_id, text=text, at=at):
        await renew_text(tx, message_id)


async def unsend_message(tx: Tx, *, message_id: str, at: int) -> None:
    await tx.run(_UNSEND, id=message_id, at=at)
    await forget_texts(tx, [message_id])


async def set_reaction(tx: Tx, *, message_id: str, by: str, emoji: str, at: int) -> None:
    await tx.run(_REACT, message_id=message_id, by=by, emoji=emoji, at=at)


async def first_sight(tx: Tx, *, channel: str, key: str, at: int) -> bool:
    """Whether this event has not been applied before; remembers it."""
    return await tx.run(_SEEN, channel=channel, key=key, at=at) == 1


async def park(tx: Tx, *, parked_id: str, channel: str, external_id: str, body: bytes, at: int) -> None:
    await tx.run(_PARK, id=parked_id, channel=channel, external_id=external_id, body=body.decode(), at=at)


async def take_parked(tx: Tx, channel: str, external_id: str) -> list[bytes]:
    """The events that were waiting for this message, in order of arrival; they wait no longer."""
    rows = await tx.all(_PARKED, channel=channel, external_id=external_id)
    if rows:
        await tx.run(_UNPARK, channel=channel, external_id=external_id)
    return [str(row["body"]).encode() for row in rows]


async def note_unread(tx: Tx, envelope: Envelope, *, problem: str, excerpt: str) -> None:
    await tx.run(
        _UNREAD,
        spool=envelope.spool,
        spool_seq=envelope.seq,
        channel=envelope.channel,
        at=envelope.received_at,
        problem=problem,
        excerpt=excerpt,
        body=envelope.body,
    )


async def known_external_ids(tx: Tx, channel: str, ids: Sequence[str]) -> set[str]:
    rows = await tx.all(_KNOWN, channel=channel, ids=list(ids))
    return {str(row["external_id"]) for row in rows}


async def audit(tx: Tx, *, entry_id: str, at: int, who: str, action: str, subject: str, detail: str) -> None:
    await tx.run(_AUDIT, id=entry_id, at=at, who=who, action=action, subject=subject, detail=detail)


async def note_contact(
    tx: Tx, *, change_id: str, contact_id: str, at: int, who: str, kind: str, detail: str
) -> None:
    """A line in the story of a contact; ``kind`` is named as an audit entry's action."""
    await tx.run(
        _CONTACT_CHANGE, id=change_id, contact_id=contact_id, at=at, who=who, kind=kind, detail=detail
    )
