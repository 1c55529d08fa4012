"""Steps that the playbook leaves to people: one asks for a step, and it is taken for that incident as if by itself.

What was asked for is a row beside the steps that were taken: a kill forgets nothing, and any node carries it out.
"""

from collections.abc import Callable, Collection
from typing import Final, Literal

import msgspec

from holdfast.conversations.store import audit
from holdfast.kernel import Clock, IdSource
from holdfast.playbooks import store
from holdfast.playbooks.model import Playbook
from holdfast.radar import Incident, IncidentState, load_incident
from holdfast.storage import Database, EventLog, Tx

Mode = Literal["automatic", "by_hand", "asked"]
WHILE_FAILING: Final = ("hold", "fail_over", "auto_reply")
AFTERWARDS: Final = ("drain", "read_back", "thank")
STEPS: Final = (*WHILE_FAILING, *AFTERWARDS)


class StepRefusedError(ValueError):
    """The step cannot be asked for now; the sentence says why."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """``by_hand``: the playbook leaves it to people; ``asked``: one has asked for it, ``by`` and ``at`` (ms) say who
    and when. ``is_due``: it would do something now.
    """

    step: str
    mode: Mode
    is_due: bool
    by: str = ""
    at: int | None = None


def with_steps(playbook: Playbook, asked: Collection[str]) -> Playbook:
    """The playbook with the steps on that people asked for."""
    for step in asked:
        if step in AFTERWARDS:
            recovery = msgspec.structs.replace(playbook.recovery, **{step: True})
            playbook = msgspec.structs.replace(playbook, recovery=recovery)
        elif step in WHILE_FAILING:
            section = msgspec.structs.replace(getattr(playbook, step), enabled=True)
            playbook = msgspec.structs.replace(playbook, **{step: section})
    return playbook


def by_itself(playbook: Playbook, step: str) -> bool:
    """Whether the playbook takes a step without being asked."""
    return bool(getattr(playbook.recovery, step) if step in AFTERWARDS else getattr(playbook, step).enabled)


def is_due(incident: Incident, step: str) -> bool:
    if step in WHILE_FAILING:
        sends = {"send", "sign_in"} & {each.value for each in incident.capabilities}
        return incident.state is IncidentState.OPEN and bool(sends)
    if step == "drain":
        return incident.state is not IncidentState.OPEN
    return incident.state is IncidentState.CLOSED


class StepDesk:
    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        playbook: Callable[[], Playbook],
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._playbook = playbook

    async def steps(self, incident_id: str) -> list[Step]:
        """Every step and how it stands; raises LookupError where there is no such incident."""
        return await self._database.read(_steps, incident_id, self._playbook())

    async def ask(self, incident_id: str, step: str, by: str) -> list[Step]:
        """Let a step be taken for one incident. Asking again changes nothing. Raises LookupError, StepRefusedError."""
        told = await self._database.write(
            _ask,
            incident_id,
            step,
            by=by,
            now=self._clock.now_ms(),
            entry_id=self._ids.new("aud"),
            playbook=self._playbook(),
        )
        self._events.wake()
        return told


async def _steps(tx: Tx, incident_id: str, playbook: Playbook) -> list[Step]:
    return _told(await _found(tx, incident_id), playbook, await store.asked_steps(tx, incident_id))


async def _ask(
    tx: Tx, incident_id: str, step: str, *, by: str, now: int, entry_id: str, playbook: Playbook
) -> list[Step]:
    incident = await _found(tx, incident_id)
    if step not in STEPS:
        raise StepRefusedError(f"There is no step {step[:40]}; there are {', '.join(STEPS)}.")
    if by_itself(playbook, step):
        raise StepRefusedError("The playbook does this by itself.")
    if not is_due(incident, step):
        when = "while it fails" if step in WHILE_FAILING else "when it works again"
        raise StepRefusedError(f"This can be done {when}.")
    if await store.take_step(tx, incident_id, f"{store.ASKED}{step}", "", now, by):
        await audit(
            tx, entry_id=entry_id, at=now, who=by, action="incident.step", subject=incident_id, detail=step
        )
    return _told(incident, playbook, await store.asked_steps(tx, incident_id))


async def _found(tx: Tx, incident_id: str) -> Incident:
    incident = await load_incident(tx, incident_id)
    if incident is None:
        raise LookupError(f"there is no incident {incident_id}")
    return incident


def _told(incident: Incident, playbook: Playbook, asked: dict[str, tuple[str, int]]) -> list[Step]:
    return [_step(incident, playbook, step, asked.get(step)) for step in STEPS]


def _step(incident: Incident, playbook: Playbook, step: str, asked: tuple[str, int] | None) -> Step:
    by, at = asked or ("", None)
    mode: Mode = "automatic" if by_itself(playbook, step) else "asked" if asked else "by_hand"
    return Step(step=step, mode=mode, is_due=is_due(incident, step), by=by, at=at)
