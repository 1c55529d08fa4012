"""A store with an incident in it, with time in the test's hands."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import Capability
from holdfast.incidents import Drafter, IncidentDesk, Rule
from holdfast.kernel import IdSource
from holdfast.radar import Cause, Component, IncidentState, UpdateKind, load_incident
from holdfast.radar.incidents import Casebook, write_changes
from holdfast.radar.incidents.shape import begun, shaped
from holdfast.storage import EventLog, SqliteDatabase, Tx, migrate

NOON = 1_790_078_400_000
"""12:00 UTC on 22 September 2026."""


class HandClock:
    def __init__(self) -> None:
        self.ms = NOON

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000

    async def sleep(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


class Office:
    def __init__(self, path: Path) -> None:
        self.clock = HandClock()
        self.database = SqliteDatabase(path, inline=True)
        self.events = EventLog(self.database, self.clock)
        self.ids = IdSource(self.clock, Random(1))  # noqa: S311 - the same names in every run
        self.rule = Rule("auto", 5 * 60_000)
        self.desk = IncidentDesk(database=self.database, events=self.events, clock=self.clock, ids=self.ids)
        self.drafter = Drafter(
            database=self.database,
            events=self.events,
            clock=self.clock,
            rule=lambda: self.rule,
            other_ways=lambda _: "WhatsApp +31 20 000 0000",
        )

    async def begin(self, *, cause: Cause = Cause.PLATFORM) -> Any:
        """Instagram cannot be sent to since a minute ago."""
        component = Component(
            channel="instagram:shop",
            domain="meta",
            place="Instagram",
            capabilities=(Capability.SEND,),
            cause=cause,
            cause_since=self.clock.ms,
            title="Instagram is not accepting messages",
            state=IncidentState.OPEN,
            onset_at=self.clock.ms - 60_000,
            joined_at=self.clock.ms,
            evidence=("3 of the last 3 sends failed: connection refused.",),
        )
        incident = begun(component, incident_id="inc_1", opened_at=self.clock.ms)
        await self.write(incident, UpdateKind.OPENED, f"{incident.title}. {incident.evidence[0]}")

    async def move(self, state: IncidentState, text: str = "So it is.") -> None:
        incident = await self.incident()
        now = self.clock.ms
        times = {
            "recovered_at": None if state is IncidentState.OPEN else incident.recovered_at or now,
            "closed_at": now if state is IncidentState.CLOSED else None,
        }
        parts = [msgspec.structs.replace(each, state=state, **times) for each in incident.components]
        await self.write(shaped(incident, parts), UpdateKind(state.value.replace("open", "opened")), text)

    async def write(self, incident: Any, kind: UpdateKind, text: str) -> None:
        before = await self.incident()
        casebook = Casebook([before] if before else [], now=self.clock.ms, new_id=lambda: incident.id)
        casebook.put(incident, kind, text)
        await self.database.write(_write, casebook.changes(), self.clock.ms)

    async def incident(self) -> Any:
        return await self.database.read(load_incident, "inc_1")

    async def story(self) -> list[str]:
        return [line.text for line in (await self.incident()).updates]

    async def rows(self, sql: str) -> list[Any]:
        return [dict(row) for row in await self.database.read(_all, sql)]


async def _write(tx: Tx, changes: Any, now: int) -> None:
    await write_changes(tx, changes, now=now)


async def _all(tx: Tx, sql: str) -> list[Any]:
    return await tx.all(sql)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    made = Office(tmp_path / "hub.db")
    await migrate(made.database, now_ms=NOON)
    yield made
    await made.database.close()
