"""Notes that agents write to one another beside a conversation. Each is one unit of work."""

from collections.abc import Sequence
from typing import Final

from holdfast.kernel import IdSource
from holdfast.storage import Row, Tx, append_event
from holdfast.work import store
from holdfast.work.deciding import standings
from holdfast.work.model import NOTE_CHARACTERS_MAX, Note, UnknownError, WorkRefusedError

MENTIONS_MAX: Final = 20


async def notes_of(tx: Tx, conversation_id: str) -> list[Note]:
    """Oldest first; of very many the newest."""
    rows = await store.notes(tx, conversation_id)
    return await _views(tx, list(reversed(rows)))


async def get_note(tx: Tx, note_id: str) -> Note:
    """Raises UnknownError."""
    return (await _views(tx, [await _found(tx, note_id)]))[0]


async def add_note(
    tx: Tx, ids: IdSource, conversation_id: str, text: str, mentions: Sequence[str], *, by: str, now: int
) -> str:
    """The new note's id. Raises UnknownError, WorkRefusedError."""
    text = _checked(text)
    await standings(tx, [conversation_id])
    await _check_mentions(tx, mentions)
    note_id = ids.new("not")
    await store.insert_note(
        tx, note_id=note_id, conversation_id=conversation_id, author=by, text=text, at=now
    )
    await store.set_mentions(tx, note_id=note_id, conversation_id=conversation_id, agents=mentions, at=now)
    await _tell(tx, note_id, conversation_id, now)
    return note_id


async def edit_note(tx: Tx, note_id: str, text: str, mentions: Sequence[str], *, by: str, now: int) -> None:
    """Only whoever wrote it. Raises UnknownError, WorkRefusedError."""
    text = _checked(text)
    note = await _own(tx, note_id, by)
    await _check_mentions(tx, mentions)
    await store.edit_note(tx, note_id, text, now)
    await store.set_mentions(
        tx, note_id=note_id, conversation_id=note["conversation_id"], agents=mentions, at=now
    )
    await _tell(tx, note_id, note["conversation_id"], now)


async def remove_note(tx: Tx, note_id: str, *, by: str, now: int) -> None:
    """Only whoever wrote it. Raises UnknownError, WorkRefusedError."""
    note = await _own(tx, note_id, by)
    await store.remove_note(tx, note_id, now)
    await store.set_mentions(tx, note_id=note_id, conversation_id=note["conversation_id"], agents=(), at=now)
    await _tell(tx, note_id, note["conversation_id"], now)


async def _own(tx: Tx, note_id: str, by: str) -> Row:
    note = await _found(tx, note_id)
    if note["author"] != by:
        raise WorkRefusedError("Only whoever wrote a note can change it.")
    return note


async def _found(tx: Tx, note_id: str) -> Row:
    note = await store.get_note(tx, note_id)
    if note is None:
        raise UnknownError(f"There is no note {note_id[:80]}.")
    return note


async def _check_mentions(tx: Tx, mentions: Sequence[str]) -> None:
    if len(mentions) > MENTIONS_MAX:
        raise WorkRefusedError(f"A note names {MENTIONS_MAX} people at most.", "mentions")
    known = await store.known_agents(tx, mentions)
    missing = next((each for each in mentions if each not in known), None)
    if missing is not None:
        raise UnknownError(f"There is no agent {missing[:80]}.")


def _checked(text: str) -> str:
    text = text.replace("\0", "").strip()
    if not text:
        raise WorkRefusedError("The note is empty.", "text")
    if len(text) > NOTE_CHARACTERS_MAX:
        raise WorkRefusedError(f"A note has {NOTE_CHARACTERS_MAX} characters at most.", "text")
    return text


async def _tell(tx: Tx, note_id: str, conversation_id: str, now: int) -> None:
    await append_event(
        tx, at=now, kind="note.changed", conversation_id=conversation_id, body={"note_id": note_id}
    )


async def _views(tx: Tx, rows: Sequence[Row]) -> list[Note]:
    names = await store.agent_names(tx, (_agent(row["author"]) for row in rows))
    mentions = await store.mentions_of(tx, (str(row["id"]) for row in rows))
    return [
        Note(
            id=row["id"],
            conversation_id=row["conversation_id"],
            author=row["author"],
            author_name=names.get(_agent(row["author"]), ""),
            text=row["text"],
            at=row["at"],
            edited_at=row["edited_at"],
            mentions=tuple(mentions.get(row["id"], ())),
        )
        for row in rows
    ]


def _agent(author: str) -> str:
    return author.removeprefix("agent:")
