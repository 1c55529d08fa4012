"""One run from its seed: the world is built, lives through its fate, comes to rest and is judged."""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from holdfast.outbox import ledger_since
from holdfast_simulators import World, build_fakes
from holdfast_simulators.population import populate

from .actors import Agents, People
from .blows import all_blows
from .diary import Diary
from .fate import Fate, draw_fate
from .follower import Follower
from .front_door import FrontDoor
from .hub_process import HubProcess, Machine
from .invariants import broken_promises
from .log_book import Line, keeping_logs
from .moments import Moments
from .network import Network
from .town import Person, draw_people, world_settings
from .truth import Truth, failing_channels, is_quiet, look_back
from .virtual_loop import LoopClock, VirtualLoop, run_virtually
from .witness import STORE

IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
QUIET_SECONDS_MAX: Final = 900.0
"""How long everything may take to come to rest once nothing fails any more."""
QUIET_STEP_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 1.0
SETTLE_SECONDS: Final = 15.0
SENTENCES_TOLD: Final = 8


@dataclass(frozen=True)
class Outcome:
    """``broken``: a sentence for each promise that was not kept; ``trace``: equal for equal runs."""

    fate: Fate
    broken: list[str]
    trace: str
    virtual_seconds: float
    real_seconds: float
    counts: dict[str, int]
    log: list[Line]

    def told(self) -> str:
        """The fate, and the first sentences about what was broken."""
        told = [f"  BROKEN: {sentence}" for sentence in self.broken[:SENTENCES_TOLD]]
        return "\n".join([self.fate.told(), *told])


class _BrokenError(Exception):
    """Enough was seen."""


def simulate(seed: int, fate: Fate | None = None, *, stop_early: bool = False) -> Outcome:
    """Live through the fate of a seed, or through a given one; with ``stop_early`` until something is seen."""
    fate = fate or draw_fate(seed)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="holdfast-simulation-", dir=_fast_place()) as folder:
        diary = Diary()
        with keeping_logs(diary.log):
            truth, mishaps = run_virtually(
                lambda loop: _live(loop, fate, Path(folder), diary, stop_early=stop_early)
            )
    return Outcome(
        fate=fate,
        broken=broken_promises(truth)
        + [f"nothing_surprises: nobody waited for this: {each}" for each in mishaps],
        trace=truth.trace,
        virtual_seconds=truth.ended_at,
        real_seconds=time.perf_counter() - started,
        counts=truth.counts(),
        log=diary.log,
    )


def _fast_place() -> Path | None:
    """Where a sync costs nothing, if there is such a place: the disk that matters is a simulated one."""
    return IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None


async def _live(loop: VirtualLoop, fate: Fate, folder: Path, diary: Diary, *, stop_early: bool) -> Truth:
    clock = LoopClock(loop)
    network = Network(random.Random(f"network {fate.seed}"), Moments())  # noqa: S311 - repeatable, not secret
    network.on_answered = diary.note_answer
    people = draw_people(fate.seed, fate.people)
    world = _world(fate, people, clock)
    fakes = build_fakes(world, network)
    network.connect(fakes)
    machine = Machine(fate, folder, network, LoopClock(loop), diary)
    machine.witness.is_written = lambda each: _is_written(world, each)
    process = HubProcess(machine)
    await process.start()
    await _introduce(process, people)
    if fate.two_nodes:
        await HubProcess(machine, 1).start()
    door = FrontDoor(network, machine.witness, clock)
    somebody = People(fate, people, fakes, door, diary)
    agents = Agents(fate, fakes, process, door, diary)
    follower = Follower(fate.seed, process, door)
    for_ever = [asyncio.create_task(work) for work in (agents.clear_doubts(), follower.follow())]
    whole = False
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(somebody.write_for_a_while())
            group.create_task(agents.answer_for_a_while())
            for blow in all_blows(machine, world, network, somebody.write_on):
                group.create_task(_to_the_end(blow))
            if stop_early:
                group.create_task(_stop_when_broken(machine))
        whole = True
    except* _BrokenError:
        """What is left is as good as lived through."""
    world.faults.end_all()
    rested = not whole or await _come_to_rest(somebody, agents, folder, clock)
    for task in for_ever:
        task.cancel()
    lost = await _count_lost(process) if whole else 0
    misled = await follower.misled() if whole else []
    ended_at = loop.time()
    for node in machine.nodes:
        await node.kill()
    truth = look_back(
        fate,
        diary,
        world,
        folder / STORE,
        ended_at=ended_at,
        rested=rested,
        lost=lost,
        witnessed=[
            *machine.witness.seen,
            *machine.overseer.seen,
            *(f"clients_are_told: {sentence}" for sentence in misled),
        ],
        aside=machine.overseer.aside,
    )
    await world.close()
    return truth


async def _to_the_end(blow: Coroutine[Any, Any, None]) -> None:
    """A group of tasks does not mind one that was cancelled; a blow that stops half-way leaves a hub that is down."""
    try:
        await blow
    except asyncio.CancelledError as error:
        if asyncio.current_task().cancelling():  # type: ignore[union-attr]
            raise
        raise RuntimeError("something that a process left behind cancelled a blow") from error


async def _stop_when_broken(machine: Machine) -> None:
    while asyncio.get_running_loop().time() < machine.fate.active_seconds:
        if machine.witness.seen or machine.overseer.seen:
            raise _BrokenError
        await asyncio.sleep(LOOK_SECONDS)


async def _count_lost(process: HubProcess) -> int:
    ledger = await process.ask(process.hub.database.read(ledger_since, 0))
    return int(ledger["lost"])


def _world(fate: Fate, people: list[Person], clock: LoopClock) -> World:
    world = World(
        settings=world_settings(people, fate.seed, fate.echo_timing),
        clock=clock,
        chance=random.Random(f"world {fate.seed}"),  # noqa: S311 - repeatable, not secret
    )
    world.addresses.update({name: f"http://{name}" for name in ("instagram", "whatsapp", "sms")})
    populate(world)
    return world


def _is_written(world: World, external_id: str) -> bool:
    message = world.message(external_id)
    return message is not None and message.direction == "out"


async def _introduce(process: HubProcess, people: list[Person]) -> None:
    """The shop knows some of its people on several channels."""
    for person in people:
        if person.known:
            await process.ask(
                process.hub.conversations.create_contact(person.name, person.known_addresses(), "agent:a")
            )


async def _come_to_rest(somebody: People, agents: Agents, folder: Path, clock: LoopClock) -> bool:
    """Let time run until nothing is open any more; whether that came about."""
    until = clock.monotonic() + QUIET_SECONDS_MAX
    await clock.sleep(SETTLE_SECONDS)
    while clock.monotonic() < until:
        if is_quiet(folder):
            return True
        for channel in failing_channels(folder):
            await somebody.write_on(channel)
            await agents.answer_on(channel)
        await clock.sleep(QUIET_STEP_SECONDS)
    return False
