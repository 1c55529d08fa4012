"""Who owns a task, so that one process can be killed while the rest of the world goes on."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any, Final, TypeVar

KILL_ROUNDS_MAX: Final = 200

T = TypeVar("T")
_OWNER: ContextVar["Life | None"] = ContextVar("owner", default=None)


class KilledError(Exception):
    """The process that was asked is gone; whether it did anything is not known."""


class Life:
    """One run of one process, from its start to its kill: all tasks that were begun inside it."""

    def __init__(self) -> None:
        self.dead = False
        self.frozen = False
        self._postponed: list[Callable[[], object]] = []
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._context = copy_context()
        self._context.run(_OWNER.set, self)

    def begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        return asyncio.get_running_loop().create_task(work, context=self._context.copy())

    async def ask(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of work inside the process; raises KilledError when it dies meanwhile."""
        if self.dead:
            work.close()
            raise KilledError
        task = self.begin(work)
        await asyncio.wait({task})
        if self.dead and (task.cancelled() or task.exception() is not None):
            raise KilledError
        return task.result()

    async def kill(self) -> None:
        """Nothing of it goes on: every task is cancelled wherever it stands."""
        self.dead = True
        self.thaw()
        for _ in range(KILL_ROUNDS_MAX):
            if not self._tasks:
                return
            for task in list(self._tasks):
                task.cancel()
            await asyncio.sleep(0)
        raise RuntimeError(f"These outlived their process: {list(self._tasks)}")

    def freeze(self) -> None:
        """It stands still, as a process does that is stopped or swapped out: time goes on, it does not."""
        self.frozen = True

    def thaw(self) -> None:
        """It goes on where it stood, and finds everything that came meanwhile at once."""
        self.frozen = False
        postponed, self._postponed = self._postponed, []
        for call in postponed:
            call()

    def postpone(self, call: Callable[[], object]) -> None:
        self._postponed.append(call)

    def own(self, task: asyncio.Task[Any]) -> None:
        self._tasks[task] = None
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(task, None)
        if self.dead and not task.cancelled():
            task.exception()  # what a dying process still complains of is heard by nobody


def note_owner(task: asyncio.Task[Any], context: Context | None) -> None:
    """Called for every task that is made; hands it to the process in which it was begun."""
    owner = context.get(_OWNER) if context is not None else _OWNER.get()
    if owner is not None:
        owner.own(task)


def frozen_owner(context: Context | None) -> Life | None:
    """The process that stands still and to which this context belongs, if any."""
    owner = context.get(_OWNER) if context is not None else _OWNER.get()
    return owner if owner is not None and owner.frozen else None


def outside() -> Context:
    """A context that belongs to no process."""
    context = copy_context()
    context.run(_OWNER.set, None)
    return context
