"""Filling an empty, migrated store in the order of time, in bulk."""

import asyncio
from collections.abc import Callable
from itertools import islice
from typing import Final

import msgspec

from holdfast.sample.rows import Rows, Scribe
from holdfast.sample.store import close_talks, create_index, drop_index, indexes, put_rows
from holdfast.sample.town import Plan, said
from holdfast.storage import Database, Tx

BATCH_MESSAGES: Final = 20_000
BATCH_CONTACTS: Final = 20_000

Progress = Callable[[str, int, int], None]
"""Told of what is being done, how much of it is done, and how much there is."""


class Filled(msgspec.Struct, frozen=True):
    messages: int
    contacts: int


async def fill(database: Database, plan: Plan, progress: Progress) -> Filled:
    """Write the plan's people and messages; indexes are made at the end, which takes a fraction of the time.

    A store whose filling was cut off is of no use: throw it away.
    """
    statements = indexes()
    for name in statements:
        await database.write(drop_index, name)
    scribe = Scribe(plan)
    await _write_messages(database, plan, scribe, progress)
    contacts = len(scribe.people.keys)
    for first in range(0, contacts, BATCH_CONTACTS):
        await database.write(close_talks, *scribe.standing(first, first + BATCH_CONTACTS))
        progress("conversations", min(contacts, first + BATCH_CONTACTS), contacts)
    for done, statement in enumerate(statements.values(), start=1):
        await database.write(create_index, statement)
        progress("indexes", done, len(statements))
    return Filled(plan.messages, contacts)


async def _write_messages(database: Database, plan: Plan, scribe: Scribe, progress: Progress) -> None:
    """One batch is written while the next is being made."""
    story, written = said(plan), 0
    writing: asyncio.Task[None] | None = None
    while written < plan.messages:
        for each in islice(story, BATCH_MESSAGES):
            scribe.write(each)
            written += 1
        if writing is not None:
            await writing
        writing = asyncio.create_task(database.write(_put, scribe.take()))
        await asyncio.sleep(0)
        progress("messages", written, plan.messages)
    if writing is not None:
        await writing


async def _put(tx: Tx, rows: Rows) -> None:
    await put_rows(tx, rows)
