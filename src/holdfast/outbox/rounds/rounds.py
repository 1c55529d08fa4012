"""One transaction for what many lanes ask at the same time; what is asked meanwhile waits for the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from holdfast.kernel import Clock
from holdfast.outbox import store
from holdfast.outbox.candidates import Facts
from holdfast.outbox.rounds.begin import Begin, due
from holdfast.outbox.rounds.model import GOES_ON, Ask, GoOn, Step, Wait
from holdfast.outbox.rounds.settle_all import settle_all
from holdfast.outbox.settle import Settle
from holdfast.storage import StoreUnavailableError, Tx

ASKS_MAX: Final = 128
"""Lanes in one round."""

Write = Callable[..., Awaitable[Any]]
"""Runs one unit of work with its arguments and returns once it is committed."""


class Rounds:
    def __init__(
        self,
        *,
        write: Write,
        clock: Clock,
        facts: Facts,
        settle: Settle,
        begin: Begin,
        done: Callable[[], None],
    ) -> None:
        self._write = write
        self._clock = clock
        self._facts = facts
        self._settle = settle
        self._begin = begin
        self._done = done
        self._asked: list[tuple[Ask, asyncio.Future[Step]]] = []
        self._round: asyncio.Task[None] | None = None

    async def step(self, ask: Ask) -> Step:
        """What a lane does next, committed. Raises StoreUnavailableError, and then nothing has changed."""
        waiter: asyncio.Future[Step] = asyncio.get_running_loop().create_future()
        self._asked.append((ask, waiter))
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._run(), name="rounds")
        return await waiter

    async def end(self) -> None:
        """Let the round under way come to its end."""
        if self._round is not None:
            await asyncio.gather(self._round, return_exceptions=True)

    async def _run(self) -> None:
        while self._asked:
            asked, self._asked = self._asked[:ASKS_MAX], self._asked[ASKS_MAX:]
            await self._answer(asked)

    async def _answer(self, asked: Sequence[tuple[Ask, asyncio.Future[Step]]]) -> None:
        try:
            steps = await self._write(self._take, [ask for ask, _ in asked])
        except Exception as error:  # noqa: BLE001 - whatever it was, each lane is told, and the round goes on
            if len(asked) == 1 or isinstance(error, StoreUnavailableError):
                _fail(asked, error)
                return
            for each in asked:  # one of them is at fault: the others go on without it
                await self._answer([each])
            return
        for (_, waiter), step in zip(asked, steps, strict=True):
            if not waiter.done():
                waiter.set_result(step)
        self._done()

    async def _take(self, tx: Tx, asks: Sequence[Ask]) -> list[Step]:
        now = self._clock.now_ms()
        returned = [ask.returned for ask in asks if ask.returned is not None]
        states = await settle_all(tx, self._settle, self._facts, returned, now)
        steps: dict[str, Step] = {}
        beginning = []
        for ask in asks:
            if ask.returned is not None and (ask.probing or states[ask.returned.delivery_id] not in GOES_ON):
                steps[ask.lane.lane] = await _let_go(tx, ask)
            elif ask.begins:
                beginning.append(ask)
            else:
                steps[ask.lane.lane] = GoOn()
        begun = await self._begin(tx, beginning, now) if beginning else {}
        return [begun.get(ask.lane.lane) or steps[ask.lane.lane] for ask in asks]


async def _let_go(tx: Tx, ask: Ask) -> Wait:
    due_at = due(await store.head_of_lane(tx, ask.lane.lane))
    await store.release_lane(tx, ask.lane, due_at)
    return Wait(due_at)


def _fail(asked: Sequence[tuple[Ask, asyncio.Future[Step]]], error: Exception) -> None:
    for _, waiter in asked:
        if not waiter.done():
            waiter.set_exception(error)
