"""Canned replies, saved views and drafts. Every method of ``WritingShelf`` is one committed unit of work."""

import re
from typing import Any, Final

import msgspec

from holdfast.conversations.store import audit
from holdfast.kernel import Clock, IdSource
from holdfast.storage import Database, EventLog, Tx, append_event
from holdfast.work.deciding import standings
from holdfast.work.model import TEAM_CHANGED, TakenError, UnknownError, WorkRefusedError
from holdfast.work.team import checked_name
from holdfast.work.writing import store
from holdfast.work.writing.model import (
    CANNED_MAX,
    SHORTCUT_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    TITLE_CHARACTERS_MAX,
    VIEWS_MAX,
    CannedReply,
    Draft,
    SavedView,
)

_SHORTCUT: Final = re.compile(r"[\w-]+")


class WritingShelf:
    """Raises UnknownError, TakenError and WorkRefusedError, each with a sentence for people."""

    def __init__(self, *, database: Database, events: EventLog, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids

    async def canned(self) -> list[CannedReply]:
        return [_canned(row) for row in await self._database.read(store.canned, CANNED_MAX)]

    async def put_canned(
        self, canned_id: str, *, shortcut: str, title: str, text: str, by: str
    ) -> CannedReply:
        """Make a canned reply, which has no id yet, or change one."""
        made = await self._database.write(self._put_canned, canned_id, shortcut, title, text, by)
        self._events.wake()
        return made

    async def use_canned(self, canned_id: str) -> None:
        """Count that it was used."""
        if not await self._database.write(store.use_canned, canned_id):
            raise UnknownError(f"There is no canned reply {canned_id[:80]}.")

    async def drop_canned(self, canned_id: str, by: str) -> None:
        await self._database.write(self._drop_canned, canned_id, by)
        self._events.wake()

    async def views(self, owner: str) -> list[SavedView]:
        """An agent's own views and everybody's."""
        return [
            SavedView(row["id"], row["name"], not row["owner"], msgspec.json.decode(row["filter"]))
            for row in await self._database.read(store.views, owner)
        ]

    async def add_view(self, owner: str, name: str, wanted: dict[str, Any]) -> SavedView:
        """``owner`` is empty for a view of everybody."""
        return await self._database.write(self._add_view, owner, name, wanted)

    async def drop_view(self, view_id: str, owner: str, *, may_all: bool) -> None:
        """One's own; everybody's only where ``may_all``."""
        await self._database.write(_drop_view, view_id, owner, may_all=may_all)

    async def drafts(self, agent_id: str) -> list[Draft]:
        """An agent's drafts, the latest first."""
        return [
            Draft(row["conversation_id"], row["text"], row["route"], row["at"])
            for row in await self._database.read(store.drafts, agent_id)
        ]

    async def draft(self, conversation_id: str, agent_id: str) -> Draft | None:
        """What an agent has begun to write in a conversation."""
        return await self._database.read(_draft, conversation_id, agent_id)

    async def put_draft(
        self, conversation_id: str, agent_id: str, text: str, route: str, seen_at: int | None = None
    ) -> Draft | None:
        """Keep what an agent is about to write; an empty text drops it. With ``seen_at``, the time of the draft from
        which the writer went on (0: none), raises TakenError where another device has kept another one since.
        """
        return await self._database.write(self._put_draft, conversation_id, agent_id, text, route, seen_at)

    async def _put_canned(
        self, tx: Tx, canned_id: str, shortcut: str, title: str, text: str, by: str
    ) -> CannedReply:
        shortcut = shortcut.strip().removeprefix("/").casefold()
        if len(shortcut) > SHORTCUT_CHARACTERS_MAX or not _SHORTCUT.fullmatch(shortcut):
            raise WorkRefusedError("A shortcut is one word of letters, digits and hyphens.", "shortcut")
        there = await store.canned_named(tx, shortcut)
        if there is not None and there != canned_id:
            raise TakenError(f"/{shortcut} is taken.")
        if canned_id and await store.canned_one(tx, canned_id) is None:
            raise UnknownError(f"There is no canned reply {canned_id[:80]}.")
        if not canned_id and len(await store.canned(tx, CANNED_MAX)) >= CANNED_MAX:
            raise WorkRefusedError(f"There can be {CANNED_MAX} canned replies at most.")
        await self._tell(tx, by, "canned.changed" if canned_id else "canned.added", f"/{shortcut}")
        canned_id = canned_id or self._ids.new("can")
        await store.put_canned(
            tx,
            id=canned_id,
            shortcut=shortcut,
            title=" ".join(title.replace("\0", "").split())[:TITLE_CHARACTERS_MAX] or shortcut,
            text=checked_text(text),
            at=self._clock.now_ms(),
            by=by,
        )
        return _canned(await store.canned_one(tx, canned_id))

    async def _drop_canned(self, tx: Tx, canned_id: str, by: str) -> None:
        row = await store.canned_one(tx, canned_id)
        if row is None:
            raise UnknownError(f"There is no canned reply {canned_id[:80]}.")
        await store.drop_canned(tx, canned_id)
        await self._tell(tx, by, "canned.removed", f"/{row['shortcut']}")

    async def _add_view(self, tx: Tx, owner: str, name: str, wanted: dict[str, Any]) -> SavedView:
        name = checked_name(name)
        if len(await store.views(tx, owner)) >= VIEWS_MAX:
            raise WorkRefusedError(f"There can be {VIEWS_MAX} views at most.", "name")
        view_id = self._ids.new("vie")
        await store.insert_view(
            tx,
            view_id=view_id,
            owner=owner,
            name=name,
            filter_=msgspec.json.encode(wanted).decode(),
            at=self._clock.now_ms(),
        )
        return SavedView(view_id, name, not owner, wanted)

    async def _put_draft(
        self, tx: Tx, conversation_id: str, agent_id: str, text: str, route: str, seen_at: int | None
    ) -> Draft | None:
        await standings(tx, [conversation_id])
        there = await _draft(tx, conversation_id, agent_id)
        if there is not None and seen_at is not None and there.at != seen_at:
            raise TakenError("You wrote something else here on another device.")
        if not text.strip():
            await store.drop_draft(tx, conversation_id=conversation_id, agent_id=agent_id)
            return None
        now = self._clock.now_ms()
        at = now if there is None else max(now, there.at + 1)
        draft = Draft(conversation_id, checked_text(text), route, at)
        await store.put_draft(tx, agent_id=agent_id, **msgspec.structs.asdict(draft))
        return draft

    async def _tell(self, tx: Tx, by: str, action: str, subject: str, detail: str = "") -> None:
        """Tell all consoles that what the team shares has changed, and note who did it."""
        now = self._clock.now_ms()
        entry = {"who": by, "action": action, "subject": subject, "detail": detail}
        await audit(tx, entry_id=self._ids.new("aud"), at=now, **entry)
        await append_event(tx, at=now, kind=TEAM_CHANGED, body={})


async def _draft(tx: Tx, conversation_id: str, agent_id: str) -> Draft | None:
    row = await store.draft(tx, conversation_id=conversation_id, agent_id=agent_id)
    return None if row is None else Draft(row["conversation_id"], row["text"], row["route"], row["at"])


async def _drop_view(tx: Tx, view_id: str, owner: str, *, may_all: bool) -> None:
    row = await store.get_view(tx, view_id)
    if row is None or row["owner"] not in {owner, ""}:
        raise UnknownError(f"There is no view {view_id[:80]}.")
    if not row["owner"] and not may_all:
        raise WorkRefusedError("Only an owner removes a view that everybody has.")
    await store.drop_view(tx, view_id)


def checked_text(text: str) -> str:
    text = text.replace("\0", "")
    if not text.strip():
        raise WorkRefusedError("The text is empty.", "text")
    if len(text) > TEXT_CHARACTERS_MAX:
        raise WorkRefusedError(f"The text has {TEXT_CHARACTERS_MAX} characters at most.", "text")
    return text


def _canned(row: Any) -> CannedReply:
    return CannedReply(
        id=row["id"],
        shortcut=row["shortcut"],
        title=row["title"],
        text=row["text"],
        used=row["used"],
        updated_at=row["updated_at"],
    )
