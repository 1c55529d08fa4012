"""An event loop whose time jumps to the next thing that is due, instead of passing."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from contextvars import Context
from typing import Any, Final, TypeVar, TypeVarTuple, Unpack

from .lives import frozen_owner, note_owner

START_MS: Final = 1_790_000_000_000

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class StuckError(RuntimeError):
    """Nothing is due and nothing can wake anybody: the run would never end."""


class _TimeJump(selectors.SelectSelector):
    """Waiting moves the clock. No socket is ever ready: there are none but the loop's own."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise StuckError("Everybody waits, and nothing is due.")
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """``time`` starts at 0 s. What goes wrong in a task that nobody awaits is kept in ``mishaps``.

    What is due in a process that stands still waits until that goes on.
    """

    def __init__(self) -> None:
        self._jump = _TimeJump()
        super().__init__(self._jump)
        self.mishaps: list[str] = []
        self.set_task_factory(self._make_task)
        self.set_exception_handler(lambda _, context: self.mishaps.append(_told(context)))

    def time(self) -> float:
        return self._jump.now

    def call_soon(
        self,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        owner = frozen_owner(context)
        if owner is None:
            return super().call_soon(callback, *args, context=context)
        handle = asyncio.Handle(callback, args, self, context)
        owner.postpone(lambda: super(VirtualLoop, self).call_soon(_run, handle))
        return handle

    def call_soon_threadsafe(
        self,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """There is one thread, and no selector to be woken."""
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """What is done beside the loop elsewhere takes no time here."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
            done.set_exception(error)
        return done

    def _make_task(
        self,
        _: asyncio.AbstractEventLoop,
        work: Any,
        *,
        context: Context | None = None,
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(work, loop=self, context=context)
        note_owner(task, context)
        return task


class LoopClock:
    """The platforms' clock, or that of a machine of the hub's: its time of day may be wrong by ``off_ms``."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.off_ms = 0

    def now_ms(self) -> int:
        return START_MS + round(self._loop.time() * 1000) + self.off_ms

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run_virtually(work: Callable[[VirtualLoop], Coroutine[Any, Any, T]]) -> tuple[T, list[str]]:
    """Run to the end on a loop of its own; what is left over is cancelled. The result, and the mishaps."""
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        result = runner.run(work(loop))
    return result, loop.mishaps


def _run(handle: asyncio.Handle) -> None:
    if not handle.cancelled():
        handle._run()


def _told(context: dict[str, Any]) -> str:
    return f"{context.get('message')} {context.get('exception')!r} {context.get('task') or ''}"
