"""Counting as it happens: every message and every resolution once, in the order in which they were stored.

The place up to which everything is counted moves in the transaction that counts, so that a kill repeats nothing and
skips nothing. A store that is older than this is counted from its first message, a little at a time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from holdfast.figures import store
from holdfast.figures.calendar import BUCKET_MS
from holdfast.figures.spread import bin_of
from holdfast.figures.store import Time
from holdfast.figures.talks import Said, Talk, follow
from holdfast.kernel import Clock, get_log
from holdfast.storage import Database, Row, StoreUnavailableError, Tx

EVERY_SECONDS: Final = 30.0
REST_SECONDS: Final = 0.05
"""How long others go first between two batches, where there is much to count."""
BEHIND_MS: Final = 60_000
"""What was stored later than this ago is left for the next time: a commit may still be on its way."""
BATCH_ROWS: Final = 1_000


class FigureKeeper:
    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._log = get_log("figures")

    async def run(self) -> None:
        while True:
            try:
                more = await self.step()
            except StoreUnavailableError as error:
                self._log.warning("store unavailable", error=str(error))
                more = False
            await self._clock.sleep(REST_SECONDS if more else EVERY_SECONDS)

    async def step(self) -> bool:
        """Count a batch; whether there is more."""
        return await self._database.write(count_batch, self._clock.now_ms() - BEHIND_MS)


async def count_batch(tx: Tx, until: int) -> bool:
    """Count what was stored next, up to a time; whether there is more."""
    since = await store.counted_until(tx)
    if since >= until:
        return False
    messages = await store.messages_between(tx, since, until, BATCH_ROWS)
    changes = await store.resolutions_between(tx, since, until, BATCH_ROWS)
    reached = min(until, _reached(messages, "stored_at", until), _reached(changes, "at", until))
    if reached <= since:  # more at one instant than a batch holds: all of that instant
        reached = since + 1
        messages = await store.messages_between(tx, since, reached, -1)
        changes = await store.resolutions_between(tx, since, reached, -1)
    counted = [row for row in messages if row["stored_at"] < reached]
    resolved = [row for row in changes if row["at"] < reached]
    await store.add_volumes(tx, _volumes(counted))
    await _measure(tx, counted, resolved)
    await store.set_counted_until(tx, reached)
    return reached < until


def _reached(rows: Sequence[Row], column: str, until: int) -> int:
    """Up to when a batch is whole: a full one may go on at the time of its last row."""
    return int(rows[-1][column]) if len(rows) == BATCH_ROWS else until


def _volumes(messages: Iterable[Row]) -> list[dict[str, object]]:
    counts = Counter(
        (
            row["stored_at"] // BUCKET_MS * BUCKET_MS,
            row["channel"] or "",
            _direction(row),
            _agent(row["author"]),
            row["team_id"] or "",
        )
        for row in messages
    )
    names = ("bucket", "channel", "direction", "agent_id", "team_id")
    return [{**dict(zip(names, key, strict=True)), "messages": count} for key, count in counts.items()]


def _direction(row: Row) -> str:
    if row["direction"] == "in":
        return "in"
    return "automatic" if row["automatic"] else "out"


def _agent(author: str) -> str:
    kind, _, identifier = author.partition(":")
    return identifier if kind == "agent" else ""


async def _measure(tx: Tx, messages: Sequence[Row], resolved: Sequence[Row]) -> None:
    """Follow each talk through what happened in it, the earliest first."""
    happened: dict[str, list[tuple[int, Said, Row]]] = defaultdict(list)
    for row in messages:
        said = _said(row)
        if said is not None:
            happened[row["conversation_id"]].append((row["stored_at"], said, row))
    for row in resolved:
        happened[row["conversation_id"]].append((row["at"], Said(what="resolved", at=row["at"]), row))
    before = await store.talks_of(tx, list(happened))
    after: dict[str, Talk | None] = {}
    times: list[Time] = []
    for conversation_id, events in happened.items():
        talk = before.get(conversation_id)
        for at, said, row in sorted(events, key=_order):
            talk, measured = follow(talk, said)
            times += [
                Time(
                    kind=each.kind,
                    at=at,
                    conversation_id=conversation_id,
                    took_ms=each.took_ms,
                    bin=bin_of(each.took_ms),
                    channel=each.channel,
                    agent_id=_agent(row["author"]),
                    team_id=row["team_id"] or "",
                )
                for each in measured
            ]
        after[conversation_id] = talk
    await store.put_talks(tx, after)
    await store.add_times(tx, [msgspec.structs.asdict(each) for each in times])


def _order(event: tuple[int, Said, Row]) -> int:
    return event[0]


def _said(row: Row) -> Said | None:
    """Machines neither wait nor answer."""
    if row["automatic"]:
        return None
    if row["direction"] == "in":
        return Said(what="heard", at=row["at"], channel=row["channel"] or "")
    return Said(what="answered", at=row["at"])
