"""Forgetting in small steps: each is a unit of work of its own, and others get in between."""

import asyncio
import base64
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from holdfast.kernel import Clock
from holdfast.retention.archive import Archive
from holdfast.retention.rules import DAY_MS, Rule, rules
from holdfast.retention.store import forget_events, oldest_events
from holdfast.settings.model import Retention
from holdfast.storage import Database, Envelope, Row, Spool

BATCH_ROWS: Final = 1_000
"""Rows that one unit of work forgets; some milliseconds."""
REST_SECONDS: Final = 0.02
"""How long others go first between two batches."""


async def keep_house(
    database: Database, clock: Clock, settings: Retention, archive: Archive | None
) -> dict[str, int]:
    """Forget everything in the store whose time has come; how many rows, by table."""
    forgotten = {"event": await _forget_events(database, clock, settings, archive)}
    for rule in rules(settings):
        forgotten[rule.table] = await _forget(database, clock, rule)
    return forgotten


async def keep_spool(
    spool: Spool, clock: Clock, settings: Retention, archive: Archive | None, *, applied: int
) -> int:
    """Forget envelopes that were applied and whose time has come; how many."""
    before = clock.now_ms() - int(settings.envelope_days * DAY_MS)
    forgotten, last = 0, 0
    while True:
        oldest = [each for each in await spool.after(last, BATCH_ROWS) if each.seq <= applied]
        due = [each for each in oldest if each.received_at < before]
        if not due:
            return forgotten
        if archive is not None:
            lines = [(each.received_at, _line(each)) for each in due]
            await asyncio.to_thread(archive.write, "envelopes", lines)
        last = due[-1].seq
        forgotten += await spool.prune(applied=last, before_ms=before)
        await clock.sleep(REST_SECONDS)


async def _forget_events(
    database: Database, clock: Clock, settings: Retention, archive: Archive | None
) -> int:
    before = clock.now_ms() - int(settings.event_days * DAY_MS)
    forgotten = 0
    while rows := await database.read(oldest_events, before, BATCH_ROWS):
        if archive is not None:
            await asyncio.to_thread(archive.write, "events", _event_lines(rows))
        forgotten += await database.write(forget_events, int(rows[-1]["seq"]))
        await clock.sleep(REST_SECONDS)
    return forgotten


async def _forget(database: Database, clock: Clock, rule: Rule) -> int:
    before = clock.now_ms() - rule.keep_ms
    forgotten = 0
    while count := await database.write(rule.forget, before, BATCH_ROWS):
        forgotten += count
        await clock.sleep(REST_SECONDS)
    return forgotten


def _event_lines(rows: Sequence[Row]) -> list[tuple[int, dict[str, Any]]]:
    return [(int(row["at"]), {**dict(row), "body": msgspec.json.decode(row["body"])}) for row in rows]


def _line(envelope: Envelope) -> dict[str, Any]:
    """An envelope as JSON: its body as text where it is text, in base64 where it is not."""
    line = {name: getattr(envelope, name) for name in ("seq", "channel", "source", "received_at", "headers")}
    try:
        return {**line, "body": envelope.body.decode()}
    except UnicodeDecodeError:
        return {**line, "body_base64": base64.b64encode(envelope.body).decode()}
