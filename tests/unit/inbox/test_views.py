"""Views cost a fixed number of statements, whatever is on the page."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import pytest

from holdfast.inbox import (
    BadCursorError,
    ViewFilter,
    contacts_page,
    conversations_page,
    happenings_after,
    newest_page,
    open_counts,
    thread_page,
)
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
            tx,
            ViewFilter(status="all"),
            order="latest",
            before=None,
            limit=100,
            windows={"instagram:shop": 1000},
        ),
        5,
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


@pytest.mark.parametrize("order", ["latest", "answer"])
async def test_pages_with_equal_times_neither_skip_nor_repeat(database: Database, order: str) -> None:
    await database.write(fill, 25)
    seen: list[str] = []
    before: str | None = None
    while True:
        page: Any = await database.read(
            conversations_page,
            ViewFilter(status="all"),
            order=order,
            before=before,
            limit=7,
            windows={},
        )
        seen += [item.id for item in page.items]
        before = page.next
        if before is None:
            break
    assert seen == [f"cnv_{number:04}" for number in reversed(range(25))]


async def test_who_waits_comes_first_the_most_urgent_before_the_others(database: Database) -> None:
    await database.write(fill, 20)

    async def let_wait(tx: Tx) -> None:
        for number in (3, 7, 11, 12):
            await tx.run(
                "UPDATE conversation SET answer_by = :by WHERE id = :id",
                by=100 - number,
                id=f"cnv_{number:04}",
            )

    await database.write(let_wait)
    seen: list[str] = []
    before: str | None = None
    while True:
        page: Any = await database.read(
            conversations_page, ViewFilter(), order="answer", before=before, limit=3, windows={}
        )
        seen += [item.id.removeprefix("cnv_00") for item in page.items]
        before = page.next
        if before is None:
            break
    others = [f"{number:02}" for number in reversed(range(20)) if number not in {3, 7, 11, 12}]
    assert seen == ["12", "11", "07", "03", *others]
    only = await database.read(
        conversations_page, ViewFilter(waiting=True), order="latest", before=None, limit=10, windows={}
    )
    assert [item.id for item in only.items] == ["cnv_0012", "cnv_0011", "cnv_0007", "cnv_0003"]
    for cursor in ("x.1.cnv_1", "l.1.cnv_1", "w.1.§"):
        with pytest.raises(BadCursorError):
            await database.read(
                conversations_page, ViewFilter(), order="answer", before=cursor, limit=3, windows={}
            )


async def test_views_show_what_they_are_asked_for(database: Database) -> None:
    await database.write(fill, 6)

    async def decide(tx: Tx) -> None:
        await tx.run("UPDATE conversation SET assignee_id = 'agt_1' WHERE id IN ('cnv_0000', 'cnv_0001')")
        await tx.run("UPDATE conversation SET team_id = 'tea_1' WHERE id = 'cnv_0002'")
        await tx.run("UPDATE conversation SET status = 'snoozed', snoozed_until = 9 WHERE id = 'cnv_0003'")
        await tx.run("UPDATE conversation SET last_channel = 'sms:shop' WHERE id = 'cnv_0004'")
        await tx.run("INSERT INTO label (id, name, colour, created_at) VALUES ('lab_1', 'Red', 'red', 0)")
        await tx.run("INSERT INTO conversation_label VALUES ('cnv_0005', 'lab_1', 0)")
        await tx.run(
            "INSERT INTO internal_note (id, conversation_id, author, text, at) "
            "VALUES ('not_1', 'cnv_0001', 'agent:agt_1', '', 0)"
        )
        await tx.run(
            "INSERT INTO mention (note_id, agent_id, conversation_id, at) VALUES ('not_1', 'agt_1', 'cnv_0001', 0)"
        )
        await tx.run("UPDATE conversation SET answer_by = 9, unread = 1 WHERE id IN ('cnv_0001', 'cnv_0002')")
        await tx.run("UPDATE conversation SET due_at = 90 - last_at WHERE id IN ('cnv_0001', 'cnv_0003')")
        await tx.run("UPDATE conversation SET due_at = 40 WHERE id = 'cnv_0005'")

    await database.write(decide)
    for view, expected in (
        (ViewFilter(assignee="agt_1"), {0, 1}),
        (ViewFilter(assignee="nobody"), {2, 4, 5}),
        (ViewFilter(team="tea_1"), {2}),
        (ViewFilter(status="snoozed"), {3}),
        (ViewFilter(status="all", channel="sms:shop"), {4}),
        (ViewFilter(label="lab_1"), {5}),
        (ViewFilter(mentioned="agt_1"), {1}),
        (ViewFilter(assignee="agt_1", waiting=True), {1}),
        (ViewFilter(due_until=40), {5}),
        (ViewFilter(due_until=85), {1, 3, 5}),
        (ViewFilter(due_until=85, assignee="agt_1"), {1}),
        (ViewFilter(due_until=85, status="resolved"), set()),
    ):
        page = await database.read(
            conversations_page, view, order="answer", before=None, limit=10, windows={}
        )
        assert {int(item.id[-1]) for item in page.items} == expected, view
    counts = await database.read(open_counts, "agt_1", now=40, soon=85)
    assert counts == {
        "waiting": 2,
        "mine": 1,
        "unassigned": 1,
        "mentions": 1,
        "overdue": 1,
        "due_soon": 3,
    }
    page = await database.read(
        conversations_page, ViewFilter(due_until=85), order="latest", before=None, limit=2, windows={}
    )
    assert [item.id for item in page.items] == ["cnv_0005", "cnv_0001"], "what is due soonest comes first"
    page = await database.read(
        conversations_page, ViewFilter(due_until=85), order="latest", before=page.next, limit=2, windows={}
    )
    assert [item.id for item in page.items] == ["cnv_0003"]


async def test_a_conversation_tells_what_is_under_way_and_when_its_window_closes(database: Database) -> None:
    await database.write(fill, 1)
    page = await database.read(
        conversations_page,
        ViewFilter(),
        order="latest",
        before=None,
        limit=5,
        windows={"instagram:shop": 1000},
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
