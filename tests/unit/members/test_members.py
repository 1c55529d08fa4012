"""Guests, their devices, what they say of themselves and whom they block, against both stores."""

from typing import Any

import pytest

from holdfast.conversations import person_at
from holdfast.kernel import IdSource
from holdfast.members import (
    MemberRefusedError,
    Members,
    NewSession,
    ProfileChange,
    Session,
    SettingsChange,
    UnknownMemberError,
    continue_url,
)
from holdfast.members.model import SESSIONS_OF_MEMBER_MAX
from holdfast.storage import Database, EventLog, StoreUnavailableError, Tx


class AwayDatabase:
    """A store that can be away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.away = False

    async def write(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        self._check()
        return await self._database.write(work, *args, **kwargs)

    async def read(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        self._check()
        return await self._database.read(work, *args, **kwargs)

    async def close(self) -> None:
        """Whoever opened the store closes it."""

    def _check(self) -> None:
        if self.away:
            raise StoreUnavailableError("away")


async def session_of(members: Members, made: NewSession) -> Session:
    session = await members.by_token(made.token)
    assert session is not None
    return session


async def become_member(database: Database, member_id: str) -> None:
    await database.write(lambda tx: tx.run("UPDATE member SET kind = 'member' WHERE id = :id", id=member_id))


async def test_a_guest_is_known_by_the_token_alone(members: Members) -> None:
    made = await members.create_guest(" Vi\0\u202e \n Lee ", device="Phone\0")
    session = await session_of(members, made)
    assert session.member.name == "Vi Lee"
    assert session.member.is_guest
    assert await members.by_token(made.member.id) is None
    [device] = await members.devices(session)
    assert (device.device, device.current) == ("Phone", True)


async def test_while_the_store_is_away_a_known_device_stays_known(
    database: Database, clock: Any, ids: IdSource
) -> None:
    store = AwayDatabase(database)
    members = Members(
        database=store,
        events=EventLog(database, clock),
        clock=clock,
        ids=ids,
        random_bytes=bytes,
        continue_link_hours=1,
    )
    made = await members.create_guest("Vi")
    await session_of(members, made)
    store.away = True
    clock.seconds += 600
    assert (await session_of(members, made)).member == made.member
    with pytest.raises(StoreUnavailableError):
        await members.by_token("never seen")


async def test_a_device_that_is_signed_out_is_not_known_any_more(members: Members) -> None:
    session = await session_of(members, made := await members.create_guest("Vi"))
    assert not await members.end_session(session, "ses_other")
    assert await members.end_session(session, session.id)
    assert await members.by_token(made.token) is None


async def test_nobody_ends_the_session_of_somebody_else(members: Members) -> None:
    ann = await session_of(members, await members.create_guest("Ann"))
    eve = await session_of(members, await members.create_guest("Eve"))
    assert not await members.end_session(eve, ann.id)


async def test_of_too_many_devices_the_one_longest_away_goes(
    members: Members, database: Database, clock: Any
) -> None:
    first = await members.create_guest("Vi")
    for _ in range(SESSIONS_OF_MEMBER_MAX):
        clock.seconds += 1
        last = await database.write(members.open_session, first.member, "x")
    assert await members.by_token(first.token) is None
    assert await members.by_token(last.token) is not None


async def test_when_a_device_was_here_is_noted_now_and_then(members: Members, clock: Any) -> None:
    made = await members.create_guest("Vi")
    clock.seconds += 7200
    session = await session_of(members, made)
    clock.seconds += 60
    [device] = await members.devices(session)
    assert device.seen_at == clock.now_ms() - 60_000
    assert (await members.get(made.member.id)).seen_at == device.seen_at


async def test_a_profile_changes_where_it_is_told_to(members: Members, database: Database) -> None:
    made = await members.create_guest("Vi")
    await become_member(database, made.member.id)
    session = await session_of(members, made)
    change = ProfileChange(handle="@Vi.Lee", about=" Hi\u202e\nthere ", settings=SettingsChange(typing=False))
    after = await members.change(session, change)
    assert (after.name, after.handle, after.about) == ("Vi", "vi.lee", "Hi\nthere")
    assert (after.typing, after.receipts) == (False, True)
    assert (await session_of(members, made)).member == after
    assert (await members.card([after.id, "mem_none"])) == {after.id: after.card}
    assert await members.by_handle("VI.lee") == after.card
    assert await members.by_handle("nobody") is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (ProfileChange(handle="ab"), "invalid"),
        (ProfileChange(handle="..."), "invalid"),
        (ProfileChange(handle="аnn"), "invalid"),  # noqa: RUF001 - a letter that only looks like an a
        (ProfileChange(handle="a" * 31), "invalid"),
        (ProfileChange(handle="business"), "taken"),
        (ProfileChange(handle="_support_"), "taken"),
        (ProfileChange(about="x" * 501), "too_long"),
        (ProfileChange(picture="../../etc"), "unknown_attachment"),
    ],
)
async def test_what_a_profile_cannot_say_is_refused(
    members: Members, database: Database, change: ProfileChange, code: str
) -> None:
    made = await members.create_guest("Vi")
    await become_member(database, made.member.id)
    with pytest.raises(MemberRefusedError) as refused:
        await members.change(await session_of(members, made), change)
    assert refused.value.code == code


async def test_a_handle_is_one_members_and_no_guests(members: Members, database: Database) -> None:
    ann, ben = await members.create_guest("Ann"), await members.create_guest("Ben")
    with pytest.raises(MemberRefusedError) as refused:
        await members.change(await session_of(members, ann), ProfileChange(handle="ann"))
    assert refused.value.code == "guest"
    for each in (ann, ben):
        await become_member(database, each.member.id)
    await members.change(await session_of(members, ann), ProfileChange(handle="ann"))
    with pytest.raises(MemberRefusedError) as refused:
        await members.change(await session_of(members, ben), ProfileChange(handle="Ann"))
    assert refused.value.code == "taken"
    await members.change(await session_of(members, ann), ProfileChange(handle=""))
    await members.change(await session_of(members, ben), ProfileChange(handle="ann"))


async def test_blocks_are_one_members_own(members: Members, database: Database, clock: Any) -> None:
    ann_id, eve_id = [(await members.create_guest(name)).member.id for name in ("Ann", "Eve")]
    clock.seconds += 1
    await members.block(ann_id, eve_id)
    await members.block(ann_id, eve_id)
    clock.seconds += 1
    await members.block(ann_id, "mem_nobody")
    assert [card.name for card in await members.blocks(ann_id)] == ["Eve", ""]
    assert await database.read(members.is_blocked, ann_id, eve_id)
    assert not await database.read(members.is_blocked, eve_id, ann_id)
    assert await database.read(members.blocks_of, ann_id) == {eve_id, "mem_nobody"}
    assert await database.read(members.blocked_by, eve_id, [ann_id, eve_id]) == {ann_id}
    await members.unblock(ann_id, eve_id)
    assert not await database.read(members.is_blocked, ann_id, eve_id)
    for whom in (ann_id, "business"):
        with pytest.raises(MemberRefusedError):
            await members.block(ann_id, whom)


async def test_who_is_not_there_is_no_member(members: Members) -> None:
    with pytest.raises(UnknownMemberError):
        await members.get("mem_none")


def test_a_private_links_address_names_the_page() -> None:
    assert continue_url("https://hub.example", "direct:web", "t") == "https://hub.example/chat/web?c=t"


async def test_a_picture_of_ones_own_is_shown_square_and_goes_when_another_comes(
    members: Members, database: Database
) -> None:
    made = await members.create_guest("Ann")
    session = await members.by_token(made.token)
    assert session is not None
    for name, owner in (("one", made.member.id), ("two", made.member.id), ("theirs", "mem_bob")):
        await database.write(_kept_picture, name, owner)
    changed = await members.change(session, ProfileChange(picture="one"))
    assert changed.picture == "/media/one/-/square.webp"
    for wrong in ("theirs", "nothing"):
        with pytest.raises(MemberRefusedError) as refused:
            await members.change(session, ProfileChange(picture=wrong))
        assert refused.value.code == "unknown_attachment"
    await members.change(session, ProfileChange(picture="two"))
    due = await database.read(lambda tx: tx.all("SELECT id FROM media WHERE unused_since = 0"))
    assert [row["id"] for row in due] == ["one"]
    assert (await members.change(session, ProfileChange(picture=""))).picture == ""


async def _kept_picture(tx: Tx, name: str, owner: str) -> None:
    await tx.run(
        "INSERT INTO media (id, owner, state, kind, has_thumb, created_at, unused_since) "
        "VALUES (:id, :owner, 'kept', 'picture', 1, 1, 1)",
        id=name,
        owner=owner,
    )


async def test_a_private_link_proves_the_address_at_which_it_was_read(
    members: Members, database: Database, ids: IdSource, clock: Any
) -> None:
    at = clock.now_ms()
    person = await database.write(person_at, ids, channel="sms:shop", value="+31612345678", name="Ann", at=at)
    for via, seen in (("sms:shop", {"+31612345678"}), ("", set())):
        token = await database.write(members.links.make, person.contact_id, "direct:web", via)
        made = await members.create_guest("Ann", token)
        assert made.continued
        rows = await database.read(members.addresses_of, made.member.id)
        assert {row["value"] for row in rows} == seen | {made.member.id}
