"""Gives what arrives to the team of its channel and to an agent, and wakes what was snoozed."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from holdfast.conversations.store import read_cursor, write_cursor
from holdfast.kernel import Clock, IdSource
from holdfast.storage import Database, Event, EventLog, Row, Tx
from holdfast.work import store
from holdfast.work.assigning import Candidate, choose_agent
from holdfast.work.deciding import decided, put, standings, wake_due
from holdfast.work.model import Decision, Team
from holdfast.work.team import AgentView, agents, teams

CURSOR: Final = "giver"
KEEP_CURSOR_EVENTS: Final = 5_000
"""So many events may be followed again after a restart."""
WAKE_SECONDS: Final = 1.0
RECEIVED: Final = "message.received"
ROUND_ROBIN: Final = "rule:assignment"


class Giver:
    """``first`` sees what arrives before it is given to anybody; a repeat must do no harm."""

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        first: Callable[[Sequence[Event]], Awaitable[None]],
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._first = first

    async def run(self) -> None:
        """Follow what arrives. What was given already is not given twice, so that a repeat does no harm."""
        cursor = kept = await self._database.read(read_cursor, CURSOR) or await self._events.last()
        while True:
            events = await self._events.after(cursor)
            if events:
                await self._first(events)
                await self.give(events)
                cursor = events[-1].seq
                if cursor - kept >= KEEP_CURSOR_EVENTS:
                    await self._database.write(write_cursor, CURSOR, cursor)
                    kept = cursor
            else:
                await self._events.wait()

    async def wake(self) -> None:
        """Open what was snoozed, when its time has come."""
        while True:
            if await self._database.read(store.due_to_wake, self._clock.now_ms()):
                await self._database.write(wake_due, self._ids, self._clock.now_ms())
                self._events.wake()
            await self._clock.sleep(WAKE_SECONDS)

    async def give(self, events: Sequence[Event]) -> None:
        """Looks before anything is written: a flood of messages costs nothing where nothing is to be given."""
        heard = [each.conversation_id for each in events if each.kind == RECEIVED and each.conversation_id]
        wanted = list(dict.fromkeys(heard))
        if not wanted or not await self._database.read(teams):
            return
        if await self._database.read(store.without_agent, wanted):
            await self._database.write(self._give, wanted, events[-1].seq)
            self._events.wake()

    async def _give(self, tx: Tx, conversation_ids: Sequence[str], seq: int) -> None:
        all_teams, everybody = await teams(tx), await agents(tx)
        given_at = {str(row["id"]): int(row["given_at"]) for row in await store.agents(tx)}
        for row in await store.without_agent(tx, conversation_ids):
            await self._give_one(tx, row, all_teams, everybody, given_at)
        await write_cursor(tx, CURSOR, seq)

    async def _give_one(
        self,
        tx: Tx,
        row: Row,
        all_teams: Sequence[Team],
        everybody: list[AgentView],
        given_at: dict[str, int],
    ) -> None:
        team = _team_of(row, all_teams)
        if team is None:
            return
        loads = await store.loads(tx, team.agents)
        now = self._clock.now_ms()
        candidates = [
            Candidate(each.id, loads.get(each.id, 0), each.capacity, given_at[each.id])
            for each in everybody
            if each.id in team.agents and not each.away
        ]
        chosen = choose_agent(team.policy, candidates)
        before = await standings(tx, [str(row["id"])])
        after = [decided(before[0], Decision(team=team.id, assignee=chosen))]
        await put(tx, self._ids, before, after, by=ROUND_ROBIN, now=now)
        if chosen is not None:
            given_at[chosen] = max(now, max(given_at.values()) + 1)
            await store.note_given(tx, chosen, given_at[chosen])


def _team_of(row: Row, all_teams: Sequence[Team]) -> Team | None:
    """The team that has the conversation, or else the one of the channel on which the person wrote last."""
    of_id = next((each for each in all_teams if each.id == row["team_id"]), None)
    return of_id or next((each for each in all_teams if row["last_channel"] in each.channels), None)
