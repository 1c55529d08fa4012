"""The hub as a process that can be started, killed and started again on the same files."""

import asyncio
import random
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

from prometheus_client import CollectorRegistry

from holdfast.app.hub import Hub
from holdfast.app.serve import surroundings
from holdfast.portal import Portal
from holdfast.storage import StoreUnavailableError
from holdfast.web.hooks import Hooks
from holdfast.web.metrics import Metrics
from holdfast.web.refusals import RefusalCounter

from .diary import Diary
from .fate import Fate
from .lives import KilledError, Life
from .network import Line, Network
from .town import HUB_URL, hub_settings
from .virtual_loop import LoopClock
from .weather import StormyDatabase, StormySpool, Weather

RESTART_SECONDS: Final = 1.0
"""After how long whoever watches over the process starts it again when it does not come up."""

T = TypeVar("T")


class HubProcess:
    """``up`` is set while the hub takes calls."""

    def __init__(self, fate: Fate, data_dir: Path, network: Network, clock: LoopClock, diary: Diary) -> None:
        self._fate = fate
        self._data_dir = data_dir
        self._network = network
        self._clock = clock
        self._diary = diary
        self._starts = 0
        self._life = Life()
        self._stores: list[StormyDatabase | StormySpool] = []
        self._up_since = 0.0
        self.up = asyncio.Event()
        self.hub: Hub
        self.portal: Portal

    async def start(self) -> None:
        """Come up, however often the store refuses, or somebody kills it on the way."""
        while True:
            try:
                await self._start()
            except (StoreUnavailableError, KilledError):
                await self._stop()
                await self._clock.sleep(RESTART_SECONDS)
            else:
                return

    async def kill(self) -> None:
        if self.up.is_set():
            self._diary.alive.append((self._up_since, self._clock.monotonic()))
        self.up.clear()
        await self._stop()

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
        self.portal = _portal(hub, self._chance("portal"))
        await life.ask(hub.prepare())
        life.begin(hub.run(surroundings(hub, self.portal)))
        self._network.hub = (life, self._hooks(hub))
        self._up_since = self._clock.monotonic()
        self.up.set()

    async def _stop(self) -> None:
        self._network.hub = None
        await self._life.kill()
        for store in self._stores:
            await store.close()
        self._stores.clear()

    def _made(self, life: Life) -> Hub:
        settings = hub_settings(self._data_dir)
        database = StormyDatabase(self._data_dir / "hub.db", self._weather(life, spool=False))
        spool = StormySpool(self._data_dir / "spool.db", self._weather(life, spool=True))
        self._stores = [database, spool]
        return Hub(
            settings=settings,
            database=database,
            spool=spool,
            transport=Line(self._network, life),
            clock=self._clock,
            random=self._chance("hub"),
            node=f"node-{self._starts}",
        )

    def _weather(self, life: Life, *, spool: bool) -> Weather:
        troubles = [trouble for trouble in self._fate.store_troubles if trouble.spool == spool]
        return Weather(
            troubles,
            failures=0.0 if spool else self._fate.commit_failures,
            until=self._fate.active_seconds,
            moments=self._network.moments,
            chance=self._chance("spool" if spool else "store"),
            life=life,
        )

    def _hooks(self, hub: Hub) -> Hooks:
        return Hooks(
            spool=hub.spool,
            clock=hub.clock,
            channels=hub.channels.adapters,
            public_url=HUB_URL,
            refusals=RefusalCounter(hub.database, hub.clock),
            metrics=Metrics(CollectorRegistry()),
        )

    def _chance(self, what: str) -> random.Random:
        """Every start has chances of its own, so that one more draw in one life does not change the next."""
        return random.Random(f"{what} {self._fate.seed} {self._starts}")  # noqa: S311 - repeatable, not secret


def _portal(hub: Hub, chance: random.Random) -> Portal:
    return Portal(
        database=hub.database,
        events=hub.events,
        spool=hub.spool,
        clock=hub.clock,
        ids=hub.ids,
        random_bytes=chance.randbytes,
        continue_link_hours=hub.settings.direct.continue_link_hours,
    )
