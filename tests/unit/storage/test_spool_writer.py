"""The spool when the task that writes for it was cancelled, as by a loop that is about to end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.storage import NewEnvelope, Spool


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    spool = Spool(tmp_path / "spool.db")
    yield spool
    await spool.close()


async def test_the_next_arrival_begins_a_new_writer_which_takes_what_waits_along(spool: Spool) -> None:
    first = await _append_with_writer_cancelled(spool)
    assert await spool.append(_arrived()) == 2
    assert await first == 1


async def test_it_closes_all_the_same(spool: Spool) -> None:
    appending = await _append_with_writer_cancelled(spool)
    appending.cancel()
    await spool.close()


async def _append_with_writer_cancelled(spool: Spool) -> "asyncio.Task[int]":
    appending = asyncio.create_task(spool.append(_arrived()))
    await asyncio.sleep(0)
    (writer,) = (task for task in asyncio.all_tasks() if task.get_name() == "spool-write")
    writer.cancel()
    await asyncio.wait({writer})
    return appending


def _arrived() -> NewEnvelope:
    return NewEnvelope("instagram:shop", "webhook", 1, b"x")
