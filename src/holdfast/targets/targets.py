"""Targets as the rest of Holdfast sees them: every method is one committed unit of work."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Concatenate, Final, ParamSpec, TypeVar

import msgspec

from holdfast.conversations.store import audit
from holdfast.inbox import TimerView, timer_view
from holdfast.kernel import Clock, IdSource
from holdfast.storage import Database, EventLog, Tx, append_event
from holdfast.targets import store
from holdfast.targets.model import (
    MINUTE_MS,
    TARGETS_CHANGED,
    TARGETS_MAX,
    WITHIN_MS_MAX,
    Target,
)
from holdfast.work import TakenError, UnknownError, WorkRefusedError
from holdfast.work.store import known_labels

P = ParamSpec("P")
T = TypeVar("T")
NAME_CHARACTERS_MAX: Final = 60
CHANNELS_MAX: Final = 100
_WITHIN: Final = {
    "first_within_ms": "A first reply",
    "next_within_ms": "A next reply",
    "resolved_within_ms": "An end",
}


class Targets:
    """Raises UnknownError, TakenError and WorkRefusedError, each with a sentence for people."""

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        channels: Callable[[], Sequence[str]],
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._channels = channels

    async def all(self) -> list[Target]:
        """In the order in which they are asked whether they fit."""
        return await self._database.read(store.targets)

    async def put(self, wanted: Target, by: str) -> Target:
        """Make a target, which has no id yet and stands last, or change one."""
        action = "target.changed" if wanted.id else "target.added"
        made = msgspec.structs.replace(
            checked(wanted, self._channels()),
            id=wanted.id or self._ids.new("tgt"),
            changed_at=self._clock.now_ms(),
        )
        await self._changed(by, action, made.id, words(made), _put, made, is_new=not wanted.id)
        return made

    async def remove(self, target_id: str, by: str) -> None:
        """What was counted under it stays."""
        await self._changed(by, "target.removed", target_id, "", _remove, target_id, self._clock.now_ms())

    async def order(self, ids: Sequence[str], by: str) -> list[Target]:
        """Ask them in this order, which names every one of them."""
        await self._changed(by, "target.ordered", "targets", "", _order, ids)
        return await self.all()

    async def of_conversation(self, conversation_id: str) -> list[TimerView]:
        """Its clocks, the latest first, with those that have ended."""
        return await self._database.read(_of_conversation, conversation_id)

    async def _changed(
        self,
        by: str,
        action: str,
        subject: str,
        detail: str,
        work: Callable[Concatenate[Tx, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        now = self._clock.now_ms()

        async def and_tell(tx: Tx) -> T:
            result = await work(tx, *args, **kwargs)
            entry = {"action": action, "subject": subject, "detail": detail}
            await audit(tx, entry_id=self._ids.new("aud"), at=now, who=by, **entry)
            await append_event(tx, at=now, kind=TARGETS_CHANGED, body={})
            return result

        result = await self._database.write(and_tell)
        self._events.wake()
        return result


def checked(target: Target, channels: Sequence[str]) -> Target:
    """A target that can be kept. Raises WorkRefusedError."""
    name = " ".join(target.name.replace("\0", "").split())
    if not 0 < len(name) <= NAME_CHARACTERS_MAX:
        raise WorkRefusedError(f"A name has 1 to {NAME_CHARACTERS_MAX} characters.", "name")
    lengths = {field: getattr(target, field) for field in _WITHIN}
    if all(length is None for length in lengths.values()):
        raise WorkRefusedError("Promise something: a first reply, a next reply or an end.", "first_within_ms")
    for field, length in lengths.items():
        if length is not None and not MINUTE_MS <= length <= WITHIN_MS_MAX:
            raise WorkRefusedError(f"{_WITHIN[field]} is promised within a minute to 30 days.", field)
    unknown = next((each for each in target.channels if each not in channels), None)
    if unknown is not None or len(target.channels) > CHANNELS_MAX:
        raise WorkRefusedError(f"There is no channel {(unknown or '')[:80]}.", "channels")
    return msgspec.structs.replace(target, name=name, channels=tuple(dict.fromkeys(target.channels)))


def words(target: Target) -> str:
    """What is promised, for the audit trail."""
    parts = [
        f"{name} {length // MINUTE_MS} min"
        for name, length in (
            ("first reply", target.first_within_ms),
            ("next reply", target.next_within_ms),
            ("resolved", target.resolved_within_ms),
        )
        if length is not None
    ]
    where = [*target.channels, *([f"label {target.label}"] if target.label else [])]
    hours = ["in opening hours"] if target.in_hours else []
    return f"{target.name}: {', '.join([*parts, *hours, *where])}"


async def _put(tx: Tx, target: Target, *, is_new: bool) -> None:
    there = await store.targets(tx)
    if not is_new and target.id not in {each.id for each in there}:
        raise UnknownError(f"There is no target {target.id[:80]}.")
    if is_new and len(there) >= TARGETS_MAX:
        raise WorkRefusedError(f"There can be {TARGETS_MAX} targets at most.", "name")
    if any(each.name == target.name and each.id != target.id for each in there):
        raise TakenError(f"There is a target “{target.name}” already.")
    if target.label and target.label not in await known_labels(tx, [target.label]):
        raise WorkRefusedError(f"There is no label {target.label[:80]}.", "label")
    await store.put(tx, target, place=len(there) + 1)
    if is_new:
        await store.set_places(tx, [*(each.id for each in there), target.id])


async def _remove(tx: Tx, target_id: str, at: int) -> None:
    if not await store.remove(tx, target_id, at):
        raise UnknownError(f"There is no target {target_id[:80]}.")


async def _order(tx: Tx, ids: Sequence[str]) -> None:
    there = {each.id for each in await store.targets(tx)}
    if set(ids) != there or len(ids) != len(there):
        raise WorkRefusedError("Name every target once, in the order in which they are asked.", "ids")
    await store.set_places(tx, ids)


async def _of_conversation(tx: Tx, conversation_id: str) -> list[TimerView]:
    if not await store.conversations(tx, [conversation_id]):
        raise UnknownError(f"There is no conversation {conversation_id[:80]}.")
    return [timer_view(row) for row in await store.of_conversation(tx, conversation_id)]
