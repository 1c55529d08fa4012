"""Changing and taking back what the team has sent: one transaction, which keeps what it said before."""

from typing import Final, Literal

from holdfast.conversations import conversation_changed, edit_message, unsend_message
from holdfast.kernel import Clock, IdSource
from holdfast.media import release_media
from holdfast.outbox import ChannelFact, Facts
from holdfast.storage import Database, EventLog, Row, Tx, append_event
from holdfast.work.changing import store
from holdfast.work.changing.model import Version
from holdfast.work.model import UnknownError, WorkRefusedError
from holdfast.work.store import agent_names, note_changes

PREVIEW_CHARACTERS: Final = 140
MINUTE_MS: Final = 60_000
_SENT: Final = frozenset({"sent", "delivered", "read"})
_EVENTS: Final = {"edited": "MessageEdited", "unsent": "MessageUnsent"}


class Changes:
    """Raises UnknownError and WorkRefusedError, each with a sentence for people.

    ``may_all``: whether the asker may change what others wrote.
    """

    def __init__(
        self, *, database: Database, events: EventLog, clock: Clock, ids: IdSource, facts: Facts
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._facts = facts

    async def edit(self, message_id: str, text: str, by: str, *, may_all: bool) -> None:
        await self._database.write(self._edit, message_id, text.replace("\0", "").strip(), by, may_all)
        self._events.wake()

    async def unsend(self, message_id: str, by: str, *, may_all: bool) -> None:
        await self._database.write(self._unsend, message_id, by, may_all)
        self._events.wake()

    async def versions(self, message_id: str) -> list[Version]:
        """What a message said before, the oldest first."""
        return await self._database.read(_versions, message_id)

    async def _edit(self, tx: Tx, message_id: str, text: str, by: str, may_all: bool) -> None:  # noqa: FBT001
        row, fact = await self._changeable(tx, message_id, by, may_all)
        now = self._clock.now_ms()
        if now - row["at"] > fact.limits.edit_ms:
            minutes = fact.limits.edit_ms // MINUTE_MS
            raise WorkRefusedError(f"A message can be changed for {minutes} minutes after it was written.")
        if not text and row["attachments"] == "[]":
            raise WorkRefusedError("The text is empty.", "text")
        if len(text) > fact.limits.text_max:
            raise WorkRefusedError(f"{fact.name} takes {fact.limits.text_max} characters at most.", "text")
        if text == row["text"]:
            return
        await self._note(tx, row, "edited", by, now)
        await edit_message(tx, message_id=message_id, text=text, at=now)
        await store.renew_preview(
            tx, row, was=row["text"][:PREVIEW_CHARACTERS], preview=text[:PREVIEW_CHARACTERS]
        )

    async def _unsend(self, tx: Tx, message_id: str, by: str, may_all: bool) -> None:  # noqa: FBT001
        row, _ = await self._changeable(tx, message_id, by, may_all)
        now = self._clock.now_ms()
        await self._note(tx, row, "unsent", by, now)
        await unsend_message(tx, message_id=message_id, at=now)
        await store.empty_deliveries(tx, message_id)
        await release_media(tx, f"message:{message_id}")
        await store.renew_preview(tx, row, was=row["text"][:PREVIEW_CHARACTERS], preview="")

    async def _changeable(
        self,
        tx: Tx,
        message_id: str,
        by: str,
        may_all: bool,  # noqa: FBT001
    ) -> tuple[Row, ChannelFact]:
        row = await store.message(tx, message_id)
        if row is None:
            raise UnknownError(f"There is no message {message_id[:80]}.")
        fact = self._facts().get(row["channel"])
        problem = _problem(row, fact, is_theirs=may_all or row["author"] == by)
        if fact is None or problem:
            raise WorkRefusedError(problem)
        return row, fact

    async def _note(self, tx: Tx, row: Row, change: Literal["edited", "unsent"], by: str, now: int) -> None:
        """Keep what it says until now, tell the story of it, and tell whoever listens."""
        await store.keep(tx, message_id=row["id"], change=change, text=row["text"], by=by, at=now)
        line = {
            "id": self._ids.new("chg"),
            "conversation_id": row["conversation_id"],
            "at": now,
            "who": by,
            "kind": change,
            "detail": row["id"],
        }
        await note_changes(tx, [line])
        await append_event(
            tx,
            at=now,
            kind="message.changed",
            conversation_id=row["conversation_id"],
            body={"message_id": row["id"], "change": _EVENTS[change]},
        )
        await conversation_changed(tx, row["conversation_id"], now)


def _problem(row: Row, fact: ChannelFact | None, *, is_theirs: bool) -> str:
    """Why a message can be neither changed nor taken back; empty where it can."""
    name = fact.name if fact else ""
    problems = (
        (row["direction"] != "out", "Only what the team wrote can be changed."),
        (fact is None, "The channel of this message is not connected."),
        (
            fact and not fact.limits.edit_ms,
            f"{name}: what was sent here can be neither changed nor taken back.",
        ),
        (row["unsent_at"] is not None, "This message was taken back already."),
        (row["state"] not in _SENT, "This message has not been sent; it can be cancelled."),
        (row["elsewhere"], "This message went out on another channel, too, where it stays as it is."),
        (not is_theirs, "Only who wrote it, or an owner, can change it."),
    )
    return next((sentence for applies, sentence in problems if applies), "")


async def _versions(tx: Tx, message_id: str) -> list[Version]:
    rows = await store.versions(tx, message_id)
    names = await agent_names(tx, (str(row["by"]).removeprefix("agent:") for row in rows))
    return [
        Version(
            change=row["change"],
            text=row["text"],
            by=row["by"],
            by_name=names.get(str(row["by"]).removeprefix("agent:"), str(row["by"]).partition(":")[2]),
            at=row["at"],
        )
        for row in rows
    ]
