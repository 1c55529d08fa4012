"""Filling an empty, migrated store in the order of time, in bulk."""

import asyncio
from collections.abc import Callable
from itertools import islice
from typing import Final

import msgspec

from holdfast.conversations.texts import start_filling
from holdfast.sample.rows import Rows, Scribe
from holdfast.sample.store import close_talks, create_index, drop_index, indexes, put_rows
from holdfast.sample.town import Plan, said
from holdfast.storage import Database, Tx

BATCH_MESSAGES: Final = 20_000
BATCH_CONTACTS: Final = 20_000
SHARED_BATCH: Final = 1_000
"""Messages or contacts at once where a database limits how long a statement may take."""

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
    filled = await fill_slowly(database, plan, progress, BATCH_MESSAGES, BATCH_CONTACTS)
    for done, statement in enumerate(statements.values(), start=1):
        await database.write(create_index, statement)
        progress("indexes", done, len(statements))
    return filled


async def fill_slowly(
    database: Database,
    plan: Plan,
    progress: Progress,
    messages_at_once: int = SHARED_BATCH,
    contacts_at_once: int = SHARED_BATCH,
) -> Filled:
    """The same with the indexes in place, in steps that no database finds too long."""
    scribe = Scribe(plan)
    await _write_messages(database, plan, scribe, progress, messages_at_once)
    contacts = len(scribe.people.keys)
    for first in range(0, contacts, contacts_at_once):
        await database.write(close_talks, *scribe.standing(first, first + contacts_at_once))
        progress("conversations", min(contacts, first + contacts_at_once), contacts)
    await database.write(start_filling)
    return Filled(plan.messages, contacts)


async def _write_messages(
    database: Database, plan: Plan, scribe: Scribe, progress: Progress, at_once: int
) -> None:
    """One batch is written while the next is being made."""
    story, written = said(plan), 0
    writing: asyncio.Task[None] | None = None
    while written < plan.messages:
        for each in islice(story, at_once):
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
