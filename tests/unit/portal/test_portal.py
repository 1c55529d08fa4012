"""Visitors, their messages in the spool, and private links, against a real store."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from holdfast.kernel import IdSource
from holdfast.members import Members
from holdfast.portal import ChatRefusedError, Portal
from holdfast.storage import Database, EventLog, Spool, Tx

CHANNEL = "direct:web"
LINK_HOURS = 2


def counting_bytes() -> Callable[[int], bytes]:
    calls = iter(range(1, 10_000))
    return lambda length: next(calls).to_bytes(length, "big")


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    spool = Spool(tmp_path / "spool.db", synchronous="OFF")
    yield spool
    await spool.close()


@pytest.fixture
def portal(database: Database, spool: Spool, clock: Any, ids: IdSource) -> Portal:
    events = EventLog(database, clock)
    members = Members(
        database=database,
        events=events,
        clock=clock,
        ids=ids,
        random_bytes=counting_bytes(),
        continue_link_hours=LINK_HOURS,
    )
    return Portal(database=database, events=events, spool=spool, clock=clock, members=members)


@pytest.fixture
async def ann(database: Database) -> str:
    async def add(tx: Tx) -> None:
        await tx.run("INSERT INTO contact (id, name, created_at) VALUES ('con_ann', 'Ann', 0)")
        await tx.run(
            "INSERT INTO contact (id, name, created_at, merged_into) VALUES ('con_old', '', 0, 'con_ann')"
        )

    await database.write(add)
    return "con_ann"


async def test_a_token_finds_its_visitor_on_every_channel_of_ours(portal: Portal) -> None:
    made = await portal.create_visitor(CHANNEL, " Vi\0 ")
    visitor = await portal.visitor(CHANNEL, made.token)
    assert visitor is not None
    assert (visitor.id, visitor.name) == (made.visitor, "Vi")
    other = await portal.visitor("direct:other", made.token)
    assert other is not None
    assert (other.id, other.channel) == (made.visitor, "direct:other")
    assert await portal.visitor(CHANNEL, made.visitor) is None


async def test_a_message_is_in_the_spool_when_it_is_called_safe(portal: Portal, spool: Spool) -> None:
    made = await portal.create_visitor(CHANNEL, "Vi")
    visitor = await portal.visitor(CHANNEL, made.token)
    assert visitor is not None
    written = await portal.write(visitor, "a1", "Hello\0")
    assert written.state == "safe"
    envelope = (await spool.after(0, 10))[0]
    assert (envelope.channel, envelope.source) == (CHANNEL, "direct")
    assert msgspec.json.decode(envelope.body) == {
        "id": f"{visitor.id}:a1",
        "visitor": visitor.id,
        "name": "Vi",
        "text": "Hello",
        "at": written.at,
        "kind": "message",
    }


@pytest.mark.parametrize(
    ("client_id", "text", "field"),
    [
        ("", "x", "id"),
        ("a" * 101, "x", "id"),
        ("a\n", "x", "id"),
        ("a", "", "text"),
        ("a", "\0 \n", "text"),
        ("a", "x" * 4001, "text"),
    ],
)
async def test_what_cannot_be_a_message_is_refused(
    portal: Portal, spool: Spool, client_id: str, text: str, field: str
) -> None:
    made = await portal.create_visitor(CHANNEL, "")
    visitor = await portal.visitor(CHANNEL, made.token)
    assert visitor is not None
    with pytest.raises(ChatRefusedError) as refused:
        await portal.write(visitor, client_id, text)
    assert refused.value.field == field
    assert await spool.last_seq() == 0


async def addresses(database: Database) -> list[tuple[str, str, str]]:
    async def look(tx: Tx) -> list[tuple[str, str, str]]:
        rows = await tx.all("SELECT * FROM address")
        return [(row["contact_id"], row["proof"], row["consent"]) for row in rows]

    return await database.read(look)


async def test_a_link_joins_a_visitor_to_its_contact_once(
    portal: Portal, database: Database, ann: str
) -> None:
    token = await database.write(portal.make_continue_link, ann, CHANNEL)
    assert (await portal.create_visitor(CHANNEL, "Ann", token)).continued
    assert not (await portal.create_visitor(CHANNEL, "Eve", token)).continued
    assert await addresses(database) == [(ann, "confirmed", "failover")]


async def test_a_link_follows_a_merge(portal: Portal, database: Database, ann: str) -> None:
    token = await database.write(portal.make_continue_link, "con_old", CHANNEL)
    assert (await portal.create_visitor(CHANNEL, "Ann", token)).continued
    assert await addresses(database) == [(ann, "confirmed", "failover")]


async def test_a_link_ends_with_its_time_and_is_for_one_channel(
    portal: Portal, database: Database, clock: Any, ann: str
) -> None:
    token = await database.write(portal.make_continue_link, ann, CHANNEL)
    assert not (await portal.create_visitor("direct:other", "Eve", token)).continued
    clock.seconds += LINK_HOURS * 3600
    assert not (await portal.create_visitor(CHANNEL, "Ann", token)).continued
    assert await addresses(database) == []


async def test_a_visitor_without_a_word_has_an_empty_thread(portal: Portal) -> None:
    made = await portal.create_visitor(CHANNEL, "")
    visitor = await portal.visitor(CHANNEL, made.token)
    assert visitor is not None
    page = await portal.thread(visitor, 0)
    assert (page.items, page.conversation_id) == ([], None)
    await portal.seen(visitor, 10)
