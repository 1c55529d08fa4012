"""What a team decides, as the rest of Holdfast sees it: every method is one committed unit of work."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

import msgspec

from holdfast.conversations.store import audit
from holdfast.kernel import Clock, IdSource
from holdfast.storage import Database, EventLog, Tx, append_event
from holdfast.work import notes, store, team
from holdfast.work.deciding import decide, restore, standings
from holdfast.work.model import TEAM_CHANGED, Colour, Decision, Label, Note, Standing, StoryLine, Team
from holdfast.work.team import AgentView

P = ParamSpec("P")
T = TypeVar("T")


class Deed(msgspec.Struct, frozen=True):
    """Who did what, for the audit trail; ``subject`` where the result does not name itself."""

    by: str
    action: str
    subject: str = ""


class Work:
    """Raises UnknownError, TakenError and WorkRefusedError, each with a sentence for people."""

    def __init__(self, *, database: Database, events: EventLog, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids

    async def decide(self, conversation_ids: Sequence[str], decision: Decision, by: str) -> list[Standing]:
        """Decide about all of them or none; how they stood before, for ``restore``."""
        now = self._clock.now_ms()
        before = await self._database.write(decide, self._ids, conversation_ids, decision, by=by, now=now)
        self._events.wake()
        return before

    async def restore(self, states: Sequence[Standing], by: str) -> list[Standing]:
        """Undo: let conversations stand as they did; how they stood until now."""
        now = self._clock.now_ms()
        before = await self._database.write(restore, self._ids, states, by=by, now=now)
        self._events.wake()
        return before

    async def story(self, conversation_id: str) -> list[StoryLine]:
        """What was decided about it, oldest first."""
        return await self._database.read(_story, conversation_id)

    async def see_mentions(self, conversation_id: str, by: str) -> None:
        """An agent has looked at a conversation whose notes may name them."""
        if by.startswith("agent:"):
            await self._database.write(
                store.see_mentions,
                agent_id=by.removeprefix("agent:"),
                conversation_id=conversation_id,
                at=self._clock.now_ms(),
            )

    # --- notes ----------------------------------------------------------------------------------------

    async def notes(self, conversation_id: str) -> list[Note]:
        """Oldest first."""
        return await self._database.read(_notes, conversation_id)

    async def add_note(self, conversation_id: str, text: str, mentions: Sequence[str], by: str) -> Note:
        now = self._clock.now_ms()
        note_id = await self._database.write(
            notes.add_note, self._ids, conversation_id, text, mentions, by=by, now=now
        )
        return await self._note(note_id)

    async def edit_note(self, note_id: str, text: str, mentions: Sequence[str], by: str) -> Note:
        """Only whoever wrote it."""
        now = self._clock.now_ms()
        await self._database.write(notes.edit_note, note_id, text, mentions, by=by, now=now)
        return await self._note(note_id)

    async def remove_note(self, note_id: str, by: str) -> None:
        """Only whoever wrote it."""
        await self._database.write(notes.remove_note, note_id, by=by, now=self._clock.now_ms())
        self._events.wake()

    async def _note(self, note_id: str) -> Note:
        self._events.wake()
        return await self._database.read(notes.get_note, note_id)

    # --- labels, teams, agents: each change is told to all consoles, and stands in the audit trail --------

    async def labels(self) -> list[Label]:
        return await self._database.read(team.labels)

    async def add_label(self, name: str, colour: Colour, by: str) -> Label:
        deed = Deed(by, "label.added")
        return await self._changed(deed, team.add_label, self._ids, name, colour, now=self._clock.now_ms())

    async def change_label(self, label_id: str, name: str, colour: Colour, by: str) -> Label:
        deed, now = Deed(by, "label.changed"), self._clock.now_ms()
        return await self._changed(deed, team.change_label, label_id, name, colour, now=now)

    async def remove_label(self, label_id: str, by: str) -> None:
        deed = Deed(by, "label.removed", label_id)
        await self._changed(deed, team.remove_label, label_id, now=self._clock.now_ms())

    async def teams(self) -> list[Team]:
        return await self._database.read(team.teams)

    async def put_team(self, wanted: Team, by: str) -> Team:
        """Make a team, which has no id yet, or change one."""
        deed = Deed(by, "team.changed" if wanted.id else "team.added")
        return await self._changed(deed, team.put_team, self._ids, wanted, now=self._clock.now_ms())

    async def remove_team(self, team_id: str, by: str) -> None:
        deed = Deed(by, "team.removed", team_id)
        await self._changed(deed, team.remove_team, team_id, now=self._clock.now_ms())

    async def agents(self) -> list[AgentView]:
        return await self._database.read(team.agents)

    async def set_away(self, agent_id: str, *, away: bool) -> None:
        """Whether an agent is given conversations by themselves; what people say of themselves needs no trail."""
        await self._changed(None, team.set_away, agent_id, away=away)

    async def _changed(
        self,
        deed: Deed | None,
        work: Callable[Concatenate[Tx, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a unit of work that changes what all consoles know of the team, note who did it, and tell them."""
        now = self._clock.now_ms()

        async def and_tell(tx: Tx) -> T:
            result = await work(tx, *args, **kwargs)
            if deed is not None:
                subject, detail = deed.subject, ""
                if isinstance(result, Label | Team):
                    subject, detail = result.id, result.name
                entry = {"action": deed.action, "subject": subject, "detail": detail}
                await audit(tx, entry_id=self._ids.new("aud"), at=now, who=deed.by, **entry)
            await append_event(tx, at=now, kind=TEAM_CHANGED, body={})
            return result

        result = await self._database.write(and_tell)
        self._events.wake()
        return result


async def _story(tx: Tx, conversation_id: str) -> list[StoryLine]:
    await standings(tx, [conversation_id])
    rows = await store.story(tx, conversation_id)
    names = await store.agent_names(tx, (str(row["who"]).removeprefix("agent:") for row in rows))
    return [
        StoryLine(
            row["id"],
            row["at"],
            row["who"],
            names.get(str(row["who"]).removeprefix("agent:"), ""),
            row["kind"],
            row["detail"],
        )
        for row in reversed(rows)
    ]


async def _notes(tx: Tx, conversation_id: str) -> list[Note]:
    await standings(tx, [conversation_id])
    return await notes.notes_of(tx, conversation_id)
