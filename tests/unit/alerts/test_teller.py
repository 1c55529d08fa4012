"""Alerts: what is told, once, and not lost by a kill."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from holdfast.alerts import AlertTeller, targets_of
from holdfast.alerts.choosing import choose_alerts
from holdfast.alerts.teller import SENDING_MS, pause_ms
from holdfast.settings import Secret
from holdfast.storage import EventLog, SqliteDatabase, Tx, append_event, migrate

START = 1_790_000_000_000
URLS = (Secret("json://one.example/secret"), Secret("json://two.example/secret"))


class HandClock:
    def __init__(self) -> None:
        self.ms = START

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000

    async def sleep(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


class ScriptedWay:
    """Takes what it is told, or says why not."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.problem = ""
        self.killed = False

    async def tell(self, url: str, title: str, text: str) -> str:
        self.told.append((url, title))
        assert text
        if self.killed:
            raise KeyboardInterrupt
        return self.problem


def incident(state: str = "open", *, lines: tuple[str, ...] = ("opened",), parts: Any = None) -> Any:
    channels = parts or {"instagram:shop": "open"}
    return {
        "id": "inc_1",
        "title": "Instagram is not accepting messages",
        "state": state,
        "closed_at": 5 if state == "closed" else None,
        "merged_into": "",
        "updates": [{"kind": kind, "text": f"A line: {kind}."} for kind in lines],
        "components": [
            {"channel": name, "state": each, "capabilities": ["send"]} for name, each in channels.items()
        ],
    }


class Desk:
    def __init__(self, path: Path) -> None:
        self.clock = HandClock()
        self.database = SqliteDatabase(path, inline=True)
        self.events = EventLog(self.database, self.clock)
        self.way = ScriptedWay()
        self.urls = URLS[:1]

    def teller(self) -> AlertTeller:
        return AlertTeller(
            database=self.database,
            events=self.events,
            clock=self.clock,
            way=self.way,
            targets=targets_of(self.urls),
            give_up_ms=3_600_000,
            business="Kelp & Co",
            url="https://hub.example",
        )

    async def happen(self, kind: str, **more: Any) -> None:
        await self.database.write(_append, kind, {"incident": incident(**more)}, self.clock.ms)

    async def step(self, seconds: float = 1) -> None:
        self.clock.ms += int(seconds * 1000)
        await self.teller().step()

    def titles(self) -> list[str]:
        return [title.removeprefix("Kelp & Co: ") for _, title in self.way.told]

    async def states(self) -> list[str]:
        rows = await self.database.read(_states)
        return [row["state"] for row in rows]


async def _append(tx: Tx, kind: str, body: Any, at: int) -> None:
    await append_event(tx, at=at, kind=kind, body=body)


async def _states(tx: Tx) -> Any:
    return await tx.all("SELECT state FROM team_alert WHERE state <> 'known' ORDER BY made_at, target")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path / "hub.db")
    await migrate(made.database, now_ms=START)
    await made.step()
    yield made
    await made.database.close()


async def test_the_team_hears_of_each_turn_once(desk: Desk) -> None:
    await desk.happen("incident.opened")
    await desk.happen("incident.updated", lines=("opened", "note"))
    both = {"instagram:shop": "open", "whatsapp:shop": "open"}
    for _ in range(3):
        await desk.happen("incident.updated", lines=("opened", "note"), parts=both)
        await desk.step()
    await desk.happen("incident.updated", state="recovering", lines=("opened", "recovering"))
    await desk.happen("incident.updated", lines=("opened", "recovering", "note"), parts=both)
    await desk.happen("incident.closed", state="closed", lines=("opened", "closed"))
    await desk.step()
    await desk.step()
    name = "Instagram is not accepting messages"
    assert desk.titles() == [name, f"Worse: {name}", f"Recovering: {name}", f"Worse: {name}", f"Over: {name}"]


async def test_every_address_is_told(desk: Desk) -> None:
    desk.urls = URLS
    await desk.happen("incident.opened")
    await desk.step()
    assert {url for url, _ in desk.way.told} == {url.reveal() for url in URLS}
    assert await desk.states() == ["sent", "sent"]


async def test_what_was_not_taken_is_tried_again_with_growing_pauses_and_given_up(desk: Desk) -> None:
    desk.way.problem = "The service refused it or did not answer."
    await desk.happen("incident.opened")
    for _ in range(400):
        await desk.step(15)
    assert 5 <= len(desk.way.told) <= 12
    assert await desk.states() == ["failed"]
    assert [pause_ms(attempts) for attempts in (1, 2, 3, 50)] == [15_000, 30_000, 60_000, 1_800_000]


async def test_a_kill_while_sending_loses_nothing_and_doubles_only_what_was_in_doubt(desk: Desk) -> None:
    await desk.happen("incident.opened")
    desk.way.killed = True
    with pytest.raises(KeyboardInterrupt):
        await desk.step()
    desk.way.killed = False
    await desk.step()
    assert len(desk.way.told) == 1, "somebody may still be sending it"
    await desk.step(SENDING_MS / 1000)
    await desk.step(SENDING_MS / 1000)
    assert len(desk.way.told) == 2
    assert await desk.states() == ["sent"]


async def test_who_is_added_later_hears_nothing_of_before(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "hub.db")
    await migrate(desk.database, now_ms=START)
    await desk.happen("incident.opened")
    await desk.step()
    await desk.happen("incident.closed", state="closed")
    await desk.step()
    assert desk.titles() == ["Over: Instagram is not accepting messages"]
    await desk.database.close()


async def test_an_address_that_is_no_more_is_not_waited_for(desk: Desk) -> None:
    await desk.happen("incident.opened")
    desk.way.problem = "no"
    await desk.step()
    desk.urls = URLS[1:]
    await desk.step(60)
    assert await desk.states() == ["failed"]


def test_a_part_of_another_incident_is_not_told_as_over() -> None:
    merged = {**incident("closed"), "merged_into": "inc_0"}
    assert choose_alerts("incident.closed", {"incident": merged}, business="b", url="u") == []
    assert choose_alerts("message.received", {}, business="b", url="u") == []


def test_the_team_is_told_the_evidence_that_the_public_is_not() -> None:
    body = {
        **incident(),
        "evidence": ["A line: opened.", "Another monitor raised an alert. Probe: no answer."],
    }
    [alert, _] = choose_alerts(
        "incident.opened", {"incident": body}, business="Kelp", url="https://hub.example"
    )
    assert alert.text.startswith(
        "A line: opened. Another monitor raised an alert. Probe: no answer.\nhttps://"
    )
