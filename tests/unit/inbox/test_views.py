"""Views cost a fixed number of statements, whatever is on the page."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import pytest

from holdfast.inbox import contacts_page, conversations_page, happenings_after, newest_page, thread_page
from holdfast.storage import Database, Row, Tx, append_event


class Counting:
    """A transaction that counts its statements."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.statements = 0

    async def all(self, sql: str, /, **values: object) -> list[Row]:
        self.statements += 1
        return await self._tx.all(sql, **values)

    async def one(self, sql: str, /, **values: object) -> Row | None:
        self.statements += 1
        return await self._tx.one(sql, **values)

    async def run(self, sql: str, /, **values: object) -> int:
        self.statements += 1
        return await self._tx.run(sql, **values)

    async def many(self, sql: str, rows: Iterable[Mapping[str, object]], /) -> None:
        await self._tx.many(sql, rows)


async def fill(tx: Tx, people: int) -> None:
    """People with two messages each, one of them answered by an agent."""
    await tx.run(
        "INSERT INTO agent (id, email, name, password_hash, role, created_at) "
        "VALUES ('agt_1', 'm@x', 'Mara', '', 'owner', 0)"
    )
    for number in range(people):
        await fill_one(tx, number)


async def fill_one(tx: Tx, number: int) -> None:
    key = f"{number:04}"
    await tx.run(
        "INSERT INTO contact (id, name, created_at) VALUES (:id, :name, :at)",
        id=f"con_{key}",
        name=f"P {key}",
        at=number,
    )
    await tx.run(
        "INSERT INTO address (id, contact_id, channel, value, consent, last_in_at, created_at) "
        "VALUES (:id, :contact, 'instagram:shop', :id, 'reply', :at, :at)",
        id=f"adr_{key}",
        contact=f"con_{key}",
        at=number,
    )
    await tx.run(
        "INSERT INTO conversation (id, contact_id, last_at, last_channel, created_at) "
        "VALUES (:id, :contact, 5, 'instagram:shop', 0)",
        id=f"cnv_{key}",
        contact=f"con_{key}",
    )
    for direction, author, state in (("in", "contact", "received"), ("out", "agent:agt_1", "held")):
        await tx.run(
            "INSERT INTO message (id, conversation_id, direction, author, channel, at, stored_at, source, state) "
            "VALUES (:id, :conversation, :direction, :author, 'instagram:shop', 7, 7, 'webhook', :state)",
            id=f"msg_{key}{direction}",
            conversation=f"cnv_{key}",
            direction=direction,
            author=author,
            state=state,
        )
        await append_event(
            tx,
            at=7,
            kind="message.created",
            conversation_id=f"cnv_{key}",
            body={"message_id": f"msg_{key}{direction}"},
        )


VIEWS: dict[str, tuple[Callable[[Any], Awaitable[object]], int]] = {
    "conversations": (
        lambda tx: conversations_page(
            tx, status="all", query="", before=None, limit=100, windows={"instagram:shop": 1000}
        ),
        3,
    ),
    "contacts": (lambda tx: contacts_page(tx, "", None, 100), 2),
    "messages": (
        lambda tx: newest_page(tx, channel="", direction="", since=0, before=None, limit=100),
        5,
    ),
    "thread": (lambda tx: thread_page(tx, "cnv_0000", None, 100), 5),
    "events": (lambda tx: happenings_after(tx, 0, 500, {}), 6),
}


@pytest.mark.parametrize("name", VIEWS)
async def test_a_page_costs_the_same_for_few_and_for_many(database: Database, name: str) -> None:
    view, most = VIEWS[name]
    await database.write(fill, 30)

    async def look(tx: Tx) -> int:
        counting = Counting(tx)
        await view(counting)
        return counting.statements

    assert await database.read(look) <= most


async def test_pages_with_equal_times_neither_skip_nor_repeat(database: Database) -> None:
    await database.write(fill, 25)
    seen: list[str] = []
    before: str | None = None
    while True:
        page: Any = await database.read(
            conversations_page, status="all", query="", before=before, limit=7, windows={}
        )
        seen += [item.id for item in page.items]
        before = page.next
        if before is None:
            break
    assert seen == [f"cnv_{number:04}" for number in reversed(range(25))]


async def test_a_conversation_tells_what_is_under_way_and_when_its_window_closes(database: Database) -> None:
    await database.write(fill, 1)
    page = await database.read(
        conversations_page, status="open", query="", before=None, limit=5, windows={"instagram:shop": 1000}
    )
    # The person wrote at 0, which stands for never.
    assert page.items[0].window_closes_at is None
    assert page.items[0].waiting_out == 1
    assert page.items[0].channels == ["instagram:shop"]


async def test_authors_have_names(database: Database) -> None:
    await database.write(fill, 1)
    page = await database.read(thread_page, "cnv_0000", None, 10)
    assert [message.author_name for message in page.items] == ["P 0000", "Mara"]


@pytest.mark.parametrize(
    ("channel", "direction", "count"),
    [
        ("", "", 6),
        ("instagram:shop", "", 6),
        ("", "in", 3),
        ("instagram:shop", "out", 3),
        ("sms:shop", "in", 0),
    ],
)
async def test_messages_are_chosen_by_channel_and_direction_together(
    database: Database, channel: str, direction: str, count: int
) -> None:
    await database.write(fill, 3)
    page = await database.read(
        newest_page, channel=channel, direction=direction, since=0, before=None, limit=100
    )
    assert len(page.items) == count
