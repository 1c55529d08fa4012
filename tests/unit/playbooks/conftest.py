"""An incident, and a playbook that is carried out step by step."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import Capability, MessageReceived
from holdfast.conversations import NewAddress
from holdfast.playbooks import Playbook, PlaybookRunner, Surroundings, read_playbook
from holdfast.playbooks.model import built_in
from holdfast.radar import Cause, Component, load_incident, load_incidents
from holdfast.radar.incidents import save_incident
from holdfast.radar.incidents.shape import begun, shaped
from holdfast.radar.model import IncidentState

IG, SMS = "instagram:shop", "sms:shop"


class Shop:
    """The core's bench with a playbook in force."""

    def __init__(self, hub: Any) -> None:
        self.hub = hub
        self.playbook: Playbook = read_playbook(built_in())
        self.missing: int | Exception = 0
        self.read_back: list[tuple[str, int]] = []
        self.links = 0
        for channel in (IG, SMS):
            hub.add(channel)
        self.runner = self.make_runner()

    def make_runner(self) -> PlaybookRunner:
        """The runner as a process makes it when it starts."""
        hub = self.hub
        around = Surroundings(
            business="Kelp & Co",
            name_of=lambda channel: channel.split(":", maxsplit=1)[0].title(),
            other_ways=lambda failing: "SMS +31",
            continue_link=self._link,
            read_back=self._read_back,
            channels=hub.channels,
        )
        return PlaybookRunner(
            database=hub.database,
            events=hub.events,
            clock=hub.clock,
            ids=hub.ids,
            outbox=hub.outbox,
            playbook=lambda: self.playbook,
            surroundings=around,
        )

    async def _link(self, contact_id: str, channel: str) -> str:
        del channel
        self.links += 1
        return f"https://hub.example/c/{self.links}"

    async def _read_back(self, channel: str, since: int) -> int:
        self.read_back.append((channel, since))
        if isinstance(self.missing, Exception):
            raise self.missing
        return self.missing

    async def incident(
        self,
        state: str = "open",
        *,
        incident_id: str = "inc_1",
        channel: str = IG,
        cause: str = "platform",
        capabilities: Sequence[str] = ("send",),
    ) -> None:
        """Open an incident, or move it on."""
        now = self.hub.clock.now_ms()
        [known] = await self.hub.rows("SELECT * FROM incident WHERE id = :id", id=incident_id) or [None]
        self.hub.health[channel] = "up" if state == "closed" else "down"
        component = Component(
            channel=channel,
            place="Instagram",
            capabilities=tuple(Capability(name) for name in capabilities),
            cause=Cause(cause),
            cause_since=now,
            title="Instagram is not accepting messages",
            state=IncidentState(state),
            onset_at=known["onset_at"] if known else now,
            joined_at=known["opened_at"] if known else now,
            recovered_at=now if state != "open" else None,
            closed_at=now if state == "closed" else None,
        )
        incident = begun(component, incident_id=incident_id, opened_at=component.joined_at)
        revision = known["revision"] if known else 0
        await self.hub.database.write(save_incident, msgspec.structs.replace(incident, revision=revision))

    async def also_failing(self, channel: str) -> None:
        """Another channel of the same incident fails, and goes on failing."""
        incident = await self.hub.database.read(load_incident, "inc_1")
        part = msgspec.structs.replace(
            incident.components[0],
            channel=channel,
            state=IncidentState.OPEN,
            recovered_at=None,
            closed_at=None,
        )
        self.hub.add(channel)
        self.hub.health[channel] = "down"
        await self.hub.database.write(save_incident, shaped(incident, [*incident.components, part]))

    async def writes(self, number: int = 1, *, agreed: bool = True, **more: Any) -> str:
        """Someone writes on the failing channel; their conversation."""
        known = await self.hub.rows(
            "SELECT v.id FROM conversation v JOIN address a ON a.contact_id = v.contact_id WHERE a.value = :value",
            value=f"ann{number}",
        )
        if known:
            conversation_id = str(known[0]["id"])
        else:
            _, conversation_id = await self.hub.person(
                NewAddress(channel=IG, value=f"ann{number}", proof="wrote", consent="reply"),
                NewAddress(
                    channel=SMS,
                    value=f"+31{number}",
                    proof="confirmed",
                    consent="failover" if agreed else "reply",
                ),
            )
        self.hub.clock.move(0.001)
        at = self.hub.clock.now_ms()
        await self.hub.arrive(IG, MessageReceived(f"in-{at}", f"ann{number}", at, "Are you there?", **more))
        return conversation_id

    async def step(self, seconds: float = 1) -> None:
        """What the runner's loop does once, and what leaves thereupon."""
        self.hub.clock.move(seconds)
        await self.runner.step()
        await self.hub.dispatch()

    def sent(self, channel: str) -> list[str]:
        return [sent.text for sent in self.hub.adapters[channel].sent]

    async def steps(self, name: str) -> list[tuple[str, str]]:
        rows = await self.hub.rows(
            "SELECT subject, outcome FROM playbook_step WHERE step = :step ORDER BY at, subject", step=name
        )
        return [tuple(row) for row in rows]

    async def story(self) -> list[str]:
        """What the public is told."""
        [incident] = await self.hub.database.read(load_incidents)
        return [update.text for update in incident.updates if update.public]

    async def notes(self) -> list[str]:
        """What only the team is told."""
        [incident] = await self.hub.database.read(load_incidents)
        return [update.text for update in incident.updates if not update.public]


@pytest.fixture
def shop(hub: Any) -> Shop:
    return Shop(hub)


@pytest.fixture
def playbook() -> Callable[[str], Playbook]:
    return read_playbook
