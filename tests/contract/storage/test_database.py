import asyncio
from collections.abc import Awaitable, Callable, Generator

import pytest

from holdfast.storage import Database, StoreUnavailableError, Tx

WRITERS = 200
MANY = 151


class Elsewhere:
    """Awaiting this is awaiting something that is not the transaction."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class RefusedError(Exception):
    pass


async def put(tx: Tx, number: int, text: str = "", about: int | None = None) -> int:
    return await tx.run(
        "INSERT INTO note (id, text, about) VALUES (:id, :text, :about)", id=number, text=text, about=about
    )


async def numbers(tx: Tx) -> list[int]:
    return [row["id"] for row in await tx.all("SELECT id FROM note ORDER BY id")]


async def test_a_unit_of_work_answers_what_it_returns_and_rows_are_read_by_name(database: Database) -> None:
    assert await database.write(put, 1, "hello") == 1
    row = await database.read(lambda tx: tx.one("SELECT id, text FROM note WHERE id = :id", id=1))
    assert row is not None
    assert (row["id"], row["text"]) == (1, "hello")
    assert await database.read(lambda tx: tx.one("SELECT id FROM note WHERE id = :id", id=2)) is None


async def test_a_read_sees_every_write_that_was_acknowledged_before_it(database: Database) -> None:
    for number in range(1, 30):
        await database.write(put, number)
        assert await database.read(numbers) == list(range(1, number + 1))


async def test_many_rows_are_written_in_one_call(database: Database) -> None:
    rows = [{"id": number} for number in range(MANY)]

    async def put_all(tx: Tx) -> None:
        await tx.many("INSERT INTO note (id, text) VALUES (:id, 'sms:shop, (?)')", rows)
        await tx.many("INSERT INTO note (id, text) VALUES (:id, 'sms:shop')", [])

    await database.write(put_all)
    assert await database.read(numbers) == list(range(MANY))


async def test_many_rows_are_changed_in_one_call_each_in_its_own_way(database: Database) -> None:
    texts = {number: f"a '{number}' ? :b \N{SNOWMAN}" for number in range(MANY)}

    async def change_all(tx: Tx) -> None:
        rows = [{"id": number, "text": "x"} for number in texts]
        await tx.many("INSERT INTO note (id, text) VALUES (:id, :text)", rows)
        changed = [{"id": number, "text": text} for number, text in texts.items() if number % 2]
        await tx.many(
            "UPDATE note SET text = given.text FROM GIVEN (id BIGINT, text TEXT) WHERE note.id = given.id",
            changed,
        )

    await database.write(change_all)
    found = await database.read(lambda tx: tx.all("SELECT id, text FROM note ORDER BY id"))
    assert [row["text"] for row in found] == [texts[number] if number % 2 else "x" for number in range(MANY)]


async def test_concurrent_units_all_take_effect_and_each_gets_its_own_answer(database: Database) -> None:
    async def put_and_tell(tx: Tx, number: int) -> int:
        await put(tx, number)
        return number * 10

    answers = await asyncio.gather(*(database.write(put_and_tell, number) for number in range(WRITERS)))
    assert answers == [number * 10 for number in range(WRITERS)]
    assert await database.read(numbers) == list(range(WRITERS))


async def test_a_unit_that_fails_is_undone_alone(database: Database) -> None:
    async def put_then_fail(tx: Tx, number: int) -> None:
        await put(tx, number)
        raise RefusedError(number)

    work: list[Awaitable[object]] = []
    for number in range(WRITERS):
        chosen: Callable[[Tx, int], Awaitable[object]] = put_then_fail if number % 7 == 0 else put
        work.append(database.write(chosen, number))
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    for number, outcome in enumerate(outcomes):
        assert isinstance(outcome, RefusedError) == (number % 7 == 0)
    assert await database.read(numbers) == [number for number in range(WRITERS) if number % 7]


async def test_a_statement_that_the_schema_refuses_undoes_its_unit_only(database: Database) -> None:
    async def twice(tx: Tx) -> None:
        await put(tx, 5)
        await put(tx, 5)

    first, second = await asyncio.gather(
        database.write(twice), database.write(put, 6), return_exceptions=True
    )
    assert isinstance(first, Exception)
    assert not isinstance(first, StoreUnavailableError)
    assert second == 1
    assert await database.read(numbers) == [6]


async def test_a_unit_that_awaits_anything_but_its_transaction_is_refused_and_undone(
    database: Database,
) -> None:
    async def wander(tx: Tx) -> None:
        await put(tx, 1)
        await Elsewhere()

    with pytest.raises(RuntimeError, match="nothing but its transaction"):
        await database.write(wander)
    assert await database.read(numbers) == []
    await database.write(put, 2)
    assert await database.read(numbers) == [2]


async def test_a_commit_that_the_engine_refuses_says_so_and_leaves_nothing(database: Database) -> None:
    with pytest.raises(StoreUnavailableError):
        await database.write(put, 1, about=99)
    assert await database.read(numbers) == []
    await database.write(put, 2)
    assert await database.read(numbers) == [2]


async def test_a_caller_that_goes_away_does_not_undo_its_write(database: Database) -> None:
    writing = asyncio.ensure_future(database.write(put, 1))
    await asyncio.gather(database.write(put, 2), _cancel(writing))
    await database.write(put, 3)
    assert writing.cancelled()
    assert await database.read(numbers) == [1, 2, 3]


async def test_a_closed_store_is_unavailable(database: Database) -> None:
    await database.write(put, 1)
    await database.close()
    with pytest.raises(StoreUnavailableError):
        await database.write(put, 2)
    with pytest.raises(StoreUnavailableError):
        await database.read(numbers)


async def test_what_was_accepted_before_closing_is_there_when_opened_again(
    database: Database, open_store: Callable[[], Awaitable[Database]]
) -> None:
    waiting = [asyncio.ensure_future(database.write(put, number)) for number in range(20)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    await database.close()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    accepted = [number for number, outcome in enumerate(outcomes) if outcome == 1]
    again = await open_store()
    assert await again.read(numbers) == accepted
    assert accepted


async def _cancel(task: asyncio.Future[int]) -> None:
    task.cancel()
