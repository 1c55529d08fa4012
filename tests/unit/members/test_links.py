"""Private links that bring a person to our own chat: each works once, for a while, on one channel."""

from collections.abc import Callable
from typing import Any

import pytest

from holdfast.kernel import IdSource
from holdfast.members import Members
from holdfast.storage import Database, EventLog, Tx

CHANNEL = "direct:web"
LINK_HOURS = 2


def counting_bytes() -> Callable[[int], bytes]:
    calls = iter(range(1, 10_000))
    return lambda length: next(calls).to_bytes(length, "big")


@pytest.fixture
def members(database: Database, clock: Any, ids: IdSource) -> Members:
    return Members(
        database=database,
        events=EventLog(database, clock),
        clock=clock,
        ids=ids,
        random_bytes=counting_bytes(),
        continue_link_hours=LINK_HOURS,
    )


@pytest.fixture
async def ann(database: Database) -> str:
    async def add(tx: Tx) -> None:
        await tx.run("INSERT INTO contact (id, name, created_at) VALUES ('con_ann', 'Ann', 0)")
        await tx.run(
            "INSERT INTO contact (id, name, created_at, merged_into) VALUES ('con_old', '', 0, 'con_ann')"
        )

    await database.write(add)
    return "con_ann"


async def addresses(database: Database) -> list[tuple[str, str, str]]:
    async def look(tx: Tx) -> list[tuple[str, str, str]]:
        rows = await tx.all("SELECT * FROM address")
        return [(row["contact_id"], row["proof"], row["consent"]) for row in rows]

    return await database.read(look)


async def test_a_link_joins_a_visitor_to_its_contact_once(
    members: Members, database: Database, ann: str
) -> None:
    token = await database.write(members.links.make, ann, CHANNEL)
    assert (await members.create_guest("Ann", token, channel=CHANNEL)).continued
    assert not (await members.create_guest("Eve", token, channel=CHANNEL)).continued
    assert await addresses(database) == [(ann, "confirmed", "failover")]


async def test_a_link_follows_a_merge(members: Members, database: Database, ann: str) -> None:
    token = await database.write(members.links.make, "con_old", CHANNEL)
    assert (await members.create_guest("Ann", token, channel=CHANNEL)).continued
    assert await addresses(database) == [(ann, "confirmed", "failover")]


async def test_a_link_ends_with_its_time_and_is_for_one_channel(
    members: Members, database: Database, clock: Any, ann: str
) -> None:
    token = await database.write(members.links.make, ann, CHANNEL)
    assert not (await members.create_guest("Eve", token, channel="direct:other")).continued
    clock.seconds += LINK_HOURS * 3600
    assert not (await members.create_guest("Ann", token, channel=CHANNEL)).continued
    assert await addresses(database) == []
