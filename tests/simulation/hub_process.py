"""The hub as a process that can be started, stopped dead, killed and started again on the same files."""

import asyncio
import random
import sqlite3
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from holdfast.app.hub import Hub
from holdfast.app.surroundings import surroundings
from holdfast.kernel import SystemClock
from holdfast.members import Members
from holdfast.storage import StoreUnavailableError

from .diary import Diary
from .disk import Disk
from .fate import Fate
from .lives import KilledError, Life
from .network import Line, Network
from .overseer import Overseer, Watch
from .store import PacedDatabase, PacedSpool
from .town import hub_settings
from .truth import spool_file
from .virtual_loop import LoopClock
from .weather import Weather
from .web_face import keep_web, make_members, make_token, make_web
from .witness import NODE, STORE, Witness

RESTART_SECONDS: Final = 1.0
"""After how long whoever watches over the process starts it again when it does not come up."""
A_MOMENT_SECONDS: Final = 0.001

T = TypeVar("T")


class Machine:
    """What the nodes of a run share: files, a clock that may be wrong, and those who look over their shoulders."""

    def __init__(self, fate: Fate, folder: Path, network: Network, clock: LoopClock, diary: Diary) -> None:
        self.fate = fate
        self.folder = folder
        self.network = network
        self.clock = clock
        self.diary = diary
        self.disk = Disk()
        self.witness = Witness(folder, self.disk)
        self.overseer = Overseer(
            clock.monotonic,
            lambda node, was, value: self.witness.applied(clock.monotonic(), node, was, value),
        )
        self.nodes: list[HubProcess] = []

    def can_lose_power(self) -> bool:
        """Power is cut where one process has the files: another would go on writing to what is put back."""
        return len(self.nodes) == 1


class HubProcess:
    """``up`` is set while the hub takes calls. Node 0 has the web face; another one does all the rest as well."""

    def __init__(self, machine: Machine, number: int = 0) -> None:
        self._machine = machine
        self._number = number
        self._starts = 0
        self._life = Life()
        self._stores: list[PacedDatabase | PacedSpool] = []
        self._up_since = 0.0
        self.up = asyncio.Event()
        self.token = ""
        self._database: PacedDatabase
        self.hub: Hub
        machine.nodes.append(self)

    async def start(self) -> None:
        """Come up, however often the store refuses, or somebody kills it on the way.

        A machine that comes up asks the time before anything else.
        """
        self._machine.clock.off_ms = 0
        while True:
            try:
                await self._start()
            except (StoreUnavailableError, KilledError):
                await self._stop()
                await asyncio.sleep(RESTART_SECONDS)
            else:
                return

    async def kill(self, *, power: bool = False) -> None:
        machine = self._machine
        if self.up.is_set() and not self._number:
            machine.diary.alive.append((self._up_since, machine.clock.monotonic()))
        self.up.clear()
        await self._stop()
        if power and machine.can_lose_power():
            machine.disk.cut_power()
            machine.witness.power_was_cut()

    async def stand_still(self, seconds: float) -> None:
        """Neither dead nor alive for a while; not while it commits, of which the others would have to wait."""
        while self._database.is_committing:  # noqa: ASYNC110 - nobody tells when a commit is over
            await asyncio.sleep(A_MOMENT_SECONDS)
        life = self._life
        if self.up.is_set() and not self._number:
            self._machine.diary.alive.append((self._up_since, self._machine.clock.monotonic()))
        life.freeze()
        await asyncio.sleep(seconds)
        life.thaw()
        self._up_since = self._machine.clock.monotonic()

    async def ask(self, work: Coroutine[Any, Any, T]) -> T:
        """Work inside the process; raises KilledError when it dies meanwhile, or is dead."""
        if not self.up.is_set():
            work.close()
            raise KilledError
        return await self._life.ask(work)

    async def _start(self) -> None:
        self._starts += 1
        self._life = life = Life()
        self.hub = hub = self._made(life)
        await life.ask(hub.prepare())
        self._database.oversee(self._overseen)
        members = make_members(hub, self._chance("portal"))
        if not self._number:
            await self._open_the_door(hub, life, members)
        life.begin(hub.run(surroundings(hub, members)))
        self._up_since = self._machine.clock.monotonic()
        self.up.set()

    async def _open_the_door(self, hub: Hub, life: Life, members: Members) -> None:
        web = make_web(hub, members, self._chance("web"))
        self.token = await life.ask(make_token(hub, self._chance("token")))
        life.begin(keep_web(web))
        self._machine.network.hub = (life, web)

    async def _stop(self) -> None:
        if not self._number:
            self._machine.network.hub = None
        await self._life.kill()
        for store in self._stores:
            await store.close()
        self._stores.clear()

    def _made(self, life: Life) -> Hub:
        machine = self._machine
        name = self._name() if machine.fate.two_nodes else ""
        database = PacedDatabase(machine.folder / STORE, self._weather(life, spool=False), machine.disk)
        spool = PacedSpool(
            machine.folder / spool_file(self._number), self._weather(life, spool=True), machine.disk, name
        )
        spool.on_appended = partial(machine.witness.appended, machine.clock)
        self._database, self._stores = database, [database, spool]
        return Hub(
            settings=hub_settings(machine.folder, machine.fate.holds_seconds),
            database=database,
            spool=spool,
            transport=Line(machine.network, life),
            clock=SystemClock(machine.clock.now_ms, machine.clock.monotonic),
            random=self._chance("hub"),
            node=self._name(),
        )

    def _overseen(self, connection: sqlite3.Connection) -> Watch:
        return self._machine.overseer.watch(connection, self._name(), self.hub.clock.now_ms)

    def _weather(self, life: Life, *, spool: bool) -> Weather:
        fate = self._machine.fate
        return Weather(
            [trouble for trouble in fate.store_troubles if trouble.spool == spool],
            failures=fate.commit_failures,
            until=fate.active_seconds,
            moments=self._machine.network.moments,
            chance=self._chance("spool" if spool else "store"),
            life=life,
        )

    def _name(self) -> str:
        return f"{NODE}{self._number}"

    def _chance(self, what: str) -> random.Random:
        """Every start has chances of its own, so that one more draw in one life does not change the next."""
        return random.Random(f"{what} {self._machine.fate.seed} {self._name()} {self._starts}")  # noqa: S311 - repeatable
