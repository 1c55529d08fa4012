"""One run from its seed: the world is built, lives through its fate, comes to rest and is judged."""

import asyncio
import random
import tempfile
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from holdfast.outbox import ledger_since
from holdfast_simulators import World, build_fakes
from holdfast_simulators.faults import Fault
from holdfast_simulators.population import populate

from .actors import Agents, People
from .diary import Diary
from .fate import Fate, Kill, Misfortune, draw_fate
from .hub_process import HubProcess
from .invariants import broken_promises
from .lives import note_owner
from .log_book import Line, keeping_logs
from .moments import Moments
from .network import Network
from .town import draw_people, world_settings
from .truth import Truth, failing_channels, is_quiet, look_back
from .virtual_loop import LoopClock, VirtualLoop, run_virtually

QUIET_SECONDS_MAX: Final = 900.0
"""How long everything may take to come to rest once nothing fails any more."""
QUIET_STEP_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 20.0
"""How long a kill waits for its moment."""
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


def simulate(seed: int, fate: Fate | None = None) -> Outcome:
    """Live through the fate of a seed, or through a given one."""
    fate = fate or draw_fate(seed)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="holdfast-simulation-") as folder:
        diary = Diary()
        with keeping_logs(diary.log):
            truth = run_virtually(lambda loop: _live(loop, fate, Path(folder), diary), note_owner)
    return Outcome(
        fate=fate,
        broken=broken_promises(truth),
        trace=truth.trace,
        virtual_seconds=truth.ended_at,
        real_seconds=time.perf_counter() - started,
        counts=truth.counts(),
        log=diary.log,
    )


async def _live(loop: VirtualLoop, fate: Fate, folder: Path, diary: Diary) -> Truth:
    clock = LoopClock(loop)
    moments = Moments()
    network = Network(random.Random(f"network {fate.seed}"), moments)  # noqa: S311 - repeatable, not secret
    network.on_answered = diary.note_answer
    people = draw_people(fate.seed, fate.people)
    world = World(
        settings=world_settings(people, fate.seed, fate.echo_timing),
        clock=clock,
        chance=random.Random(f"world {fate.seed}"),  # noqa: S311 - repeatable, not secret
    )
    world.addresses.update({name: f"http://{name}" for name in ("instagram", "whatsapp", "sms")})
    populate(world)
    fakes = build_fakes(world, network)
    network.connect(fakes)
    process = HubProcess(fate, folder, network, clock, diary)
    await process.start()
    for person in people:
        if person.known:
            await process.ask(
                process.hub.conversations.create_contact(person.name, person.known_addresses(), "agent:a")
            )
    somebody = People(fate, people, fakes, process, diary)
    agents = Agents(fate, fakes, process, diary)
    clearing = asyncio.create_task(agents.clear_doubts())
    async with asyncio.TaskGroup() as group:
        group.create_task(somebody.write_for_a_while())
        group.create_task(agents.answer_for_a_while())
        group.create_task(_kills(process, fate.kills, moments))
        for misfortune in fate.misfortunes:
            group.create_task(_befall(world, misfortune))
    world.faults.end_all()
    rested = await _come_to_rest(somebody, agents, folder, clock)
    clearing.cancel()
    ledger = await process.ask(process.hub.database.read(ledger_since, 0))
    ended_at = loop.time()
    await process.kill()
    truth = look_back(
        fate, diary, world, folder / "hub.db", ended_at=ended_at, rested=rested, lost=ledger["lost"]
    )
    await world.close()
    return truth


async def _befall(world: World, misfortune: Misfortune) -> None:
    await asyncio.sleep(misfortune.at)
    fault = Fault(
        platform=misfortune.platform,
        kind=misfortune.kind,
        capability=misfortune.capability,
        account=misfortune.account,
        rate=misfortune.rate,
        delay_ms=misfortune.delay_ms,
        seconds=misfortune.seconds,
    )
    world.faults.start(fault)


async def _kills(process: HubProcess, kills: tuple[Kill, ...], moments: Moments) -> None:
    loop = asyncio.get_running_loop()
    for kill in sorted(kills, key=lambda each: each.at):
        await asyncio.sleep(max(0.0, kill.at - loop.time()))
        if kill.after:
            await _soon(moments.next(kill.after))
        await asyncio.sleep(kill.delay)
        await process.kill()
        await asyncio.sleep(kill.away_seconds)
        starting = asyncio.create_task(process.start())
        if kill.again_after is not None:
            await asyncio.sleep(kill.again_after)
            await process.kill()
        await starting
        if not process.up.is_set():
            await process.start()


async def _soon(moment: Coroutine[Any, Any, None]) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(moment, PATIENCE_SECONDS)


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
