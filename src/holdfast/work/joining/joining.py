"""Labels, notes, drafts, replies for later and the story go along when people are joined, and back when they part."""

from typing import Any

import msgspec

from holdfast.conversations import Pair
from holdfast.storage import Tx
from holdfast.work.joining import store


class Moved(msgspec.Struct, frozen=True):
    """What was moved, by ids; labels with the time at which they were put; drafts as they were."""

    kept_labels: list[str]
    labels: list[tuple[str, int]]
    notes: list[str]
    changes: list[str]
    later: list[str]
    drafts: list[dict[str, Any]]


class WorkJoining:
    """Implements ``Beside`` of the conversations."""

    async def join(self, tx: Tx, pair: Pair) -> dict[str, Any]:
        moved = Moved(
            kept_labels=[label for label, _ in await store.labels(tx, pair.kept)],
            labels=await store.labels(tx, pair.dropped),
            notes=await store.ids_of(tx, store.NOTES, pair.dropped),
            changes=await store.ids_of(tx, store.CHANGES, pair.dropped),
            later=await store.ids_of(tx, store.LATER, pair.dropped),
            drafts=await store.drafts(tx, pair.dropped),
        )
        await store.move_all(tx, kept=pair.kept, dropped=pair.dropped)
        return msgspec.to_builtins(moved)  # type: ignore[no-any-return]

    async def part(self, tx: Tx, pair: Pair, record: Any) -> None:
        moved = msgspec.convert(record, Moved)
        came = [label for label, _ in moved.labels if label not in moved.kept_labels]
        await store.take_labels(tx, pair.kept, came)
        await store.put_labels(tx, pair.dropped, moved.labels)
        await store.move_back(
            tx,
            kept=pair.kept,
            dropped=pair.dropped,
            notes=moved.notes,
            changes=moved.changes,
            later=moved.later,
        )
        await store.put_drafts(tx, moved.drafts)
