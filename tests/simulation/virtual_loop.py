"""An event loop whose time jumps to the next thing that is due, instead of passing."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, Final, TypeVar

START_MS: Final = 1_790_000_000_000

T = TypeVar("T")
TaskMade = Callable[[asyncio.Task[Any], Context | None], None]


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
    """``time`` starts at 0 s. What goes wrong in a task that nobody awaits is kept in ``mishaps``."""

    def __init__(self, on_task: TaskMade) -> None:
        self._jump = _TimeJump()
        super().__init__(self._jump)
        self.mishaps: list[str] = []
        self._on_task = on_task
        self.set_task_factory(self._make_task)
        self.set_exception_handler(lambda _, context: self.mishaps.append(_told(context)))

    def time(self) -> float:
        return self._jump.now

    def _make_task(
        self,
        _: asyncio.AbstractEventLoop,
        work: Any,
        *,
        context: Context | None = None,
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(work, loop=self, context=context)
        self._on_task(task, context)
        return task


class LoopClock:
    """The one clock of a run, for the hub and for the platforms."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now_ms(self) -> int:
        return START_MS + round(self._loop.time() * 1000)

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run_virtually(work: Callable[[VirtualLoop], Coroutine[Any, Any, T]], on_task: TaskMade) -> T:
    """Run to the end on a loop of its own; what is left over is cancelled."""
    loop = VirtualLoop(on_task)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        result = runner.run(work(loop))
    if loop.mishaps:
        raise RuntimeError("Something failed that nobody was waiting for: " + "; ".join(loop.mishaps[:5]))
    return result


def _told(context: dict[str, Any]) -> str:
    return f"{context.get('message')} {context.get('exception')!r} {context.get('task') or ''}"
