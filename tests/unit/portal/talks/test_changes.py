"""What happened while one was away: everything once, by cursor, from both logs."""

import asyncio

import pytest
from tests.unit.portal.talks.conftest import SHOP, Town, messages_in

from holdfast.members import Member, ProfileChange, Session
from holdfast.portal.reading import Changes, ForgottenError
from holdfast.portal.talks import TalkError
from holdfast.portal.talks.model import (
    AnyChange,
    Gone,
    MeChanged,
    MessageChanged,
    ReceiptChanged,
    ThreadChanged,
    ThreadPatch,
    ThreadToMake,
)


def kinds(changes: Changes) -> list[type[AnyChange]]:
    return [type(each) for each in changes.changes]


async def test_a_day_away_costs_one_request(town: Town) -> None:
    ann, ben = await town.member("Ann"), await town.member("Ben")
    pair = await town.pair(ann, ben)
    cursor = await town.direct.cursor()
    first = await town.tell(ann, pair.id, "One")
    await town.tell(ben, pair.id, "Two")
    await town.react(ben, first, "👍")
    changes = await town.changes(ben, cursor)
    assert (messages_in(changes), changes.more) == (["Two", "One"], False)
    assert (await town.changes(ben, changes.cursor)).changes == []


async def test_every_cursor_on_the_way_is_one_to_come_back_with(town: Town) -> None:
    ann, ben = await town.member("Ann"), await town.member("Ben")
    pair = await town.pair(ann, ben)
    cursor = await town.direct.cursor()
    for number in range(5):
        await town.tell(ann, pair.id, f"n{number}")
        await town.tell(ben, SHOP, f"s{number}")
    seen: list[str] = []
    while changes := (await town.changes(ben, cursor)).changes:
        first = changes[0]
        assert isinstance(first, MessageChanged)
        seen.append(first.message.text)
        cursor = first.cursor
    assert sorted(seen) == sorted(
        [f"n{number}" for number in range(5)] + [f"s{number}" for number in range(5)]
    )


async def test_a_first_message_of_a_stranger_comes_after_its_thread(town: Town) -> None:
    ann, ben = await town.member("Ann"), await town.member("Ben")
    cursor = await town.direct.cursor()
    made = await town.direct.make_thread(ann, ThreadToMake(kind="pair", member=ben.id))
    assert kinds(await town.changes(ben, cursor)) == []
    assert kinds(await town.changes(ann, cursor)) == [ThreadChanged]
    await town.tell(ann, made.id, "Hello")
    assert kinds(await town.changes(ben, cursor)) == [ThreadChanged, MessageChanged]


async def test_receipts_notes_and_ones_own_account_are_told_where_they_belong(town: Town) -> None:
    ann, ben = await town.member("Ann"), await town.member("Ben")
    pair = await town.pair(ann, ben)
    cursor = await town.direct.cursor()
    await town.direct.received(ben, pair.id, seen=10**9)
    await town.direct.change_thread(ann, pair.id, ThreadPatch(draft="Half a sent"))
    await town.direct.change_thread(ann, SHOP, ThreadPatch(pinned=True))
    session = Session(id="ses_x", member=ann, seen_at=0)
    await town.members.change(session, ProfileChange(name="Anna"))
    assert kinds(await town.changes(ann, cursor)) == [ReceiptChanged, ThreadChanged, ThreadChanged, MeChanged]
    assert kinds(await town.changes(ben, cursor)) == [ReceiptChanged]


async def test_a_receipt_is_not_told_to_whoever_shows_none(town: Town) -> None:
    ann, ben = await town.member("Ann", receipts=False), await town.member("Ben")
    pair = await town.pair(ann, ben)
    cursor = await town.direct.cursor()
    await town.direct.received(ben, pair.id, seen=10**9)
    assert kinds(await town.changes(ann, cursor)) == []


async def test_what_is_gone_is_said(town: Town) -> None:
    ann, ben = await town.member("Ann"), await town.member("Ben")
    await town.pair(ann, ben)
    made = await town.direct.make_thread(ann, ThreadToMake(kind="group", members=[ben.id]))
    cursor = await town.direct.cursor()
    await town.direct.remove(ann, made.id, ben.id)
    await town.tell(ann, made.id, "Behind his back")
    assert kinds(await town.changes(ben, cursor)) == [Gone]


async def test_a_cursor_older_than_what_is_kept_is_forgotten(town: Town) -> None:
    ann, ben = await town.member("Ann"), await town.member("Ben")
    pair = await town.pair(ann, ben)
    cursor = await town.direct.cursor()
    for _ in range(3):
        await town.tell(ann, pair.id, "x")
    await town.run("DELETE FROM direct_log WHERE seq < (SELECT MAX(seq) FROM direct_log)")
    with pytest.raises(ForgottenError):
        await town.changes(ben, cursor)
    with pytest.raises(TalkError):
        await town.changes(ben, "nonsense")


async def test_many_changes_come_in_pieces(town: Town) -> None:
    ann, ben = await town.member("Ann"), await town.member("Ben")
    pair = await town.pair(ann, ben)
    cursor = await town.direct.cursor()
    await asyncio.gather(*(town.say(ann, pair.id, f"{number}", f"k{number}") for number in range(1_203)))
    await town.apply()
    seen: list[str] = []
    more = True
    while more:
        changes = await town.changes(ben, cursor)
        seen += messages_in(changes)
        cursor, more = changes.cursor, changes.more
    assert sorted(map(int, seen)) == list(range(1_203))


async def test_a_reader_misses_nothing_and_is_told_nothing_twice_while_others_write(town: Town) -> None:
    people = [await town.member(f"P{number}") for number in range(4)]
    pairs = [await town.pair(people[0], other) for other in people[1:]]
    cursor = await town.direct.cursor()
    seen: list[str] = []

    async def write(by: Member, thread: str) -> None:
        for number in range(25):
            await town.say(by, thread, f"{by.id}-{number}")
            await town.applier.apply_batch()

    writing = asyncio.gather(*(write(other, pair.id) for other, pair in zip(people[1:], pairs, strict=True)))
    while not writing.done() or (await town.applier.apply_batch()):
        changes = await town.changes(people[0], cursor)
        seen += messages_in(changes)
        cursor = changes.cursor
    await writing
    await town.apply()
    seen += messages_in(await town.changes(people[0], cursor))
    assert sorted(seen) == sorted(f"{other.id}-{number}" for other in people[1:] for number in range(25))
