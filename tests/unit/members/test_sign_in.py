"""Signing in by what was sent to an address, against both stores."""

import re
from typing import Any

import pytest

from holdfast.conversations import person_at
from holdfast.kernel import IdSource
from holdfast.members import MemberDesk, MemberRefusedError, Members, NewSession, Session
from holdfast.members.codes import ATTEMPTS_MAX, CODE_LIFE_MS
from holdfast.members.signing_in.sign_in import LETTERS_MAX
from holdfast.storage import Database, Row

EMAIL = "Ann@Example.org"
DIRECT = "direct:web"


class Door:
    """Somebody who reads their mail and types what it says."""

    def __init__(self, desk: MemberDesk, letterbox: Any) -> None:
        self.sign_in = desk.sign_in
        self.courier = desk.courier
        self.letters = letterbox.letters

    async def ask(self, email: str = EMAIL) -> tuple[str, str, str]:
        """The login, and the code and the link of the letter."""
        login = await self.sign_in.ask(email)
        while await self.courier.carry_one():
            pass
        text = self.letters[-1].text
        code, link = re.search(r"^(\d{6})$", text, re.MULTILINE), re.search(r"#s=(\S+)", text)
        assert code is not None
        assert link is not None
        return login, code[1], link[1]

    async def enter(self, guest: Session | None = None, email: str = EMAIL) -> NewSession:
        login, code, _ = await self.ask(email)
        return await self.sign_in.by_code(login, code, guest=guest, device="Phone")


@pytest.fixture
def door(desk: MemberDesk, letterbox: Any) -> Door:
    return Door(desk, letterbox)


async def session_of(members: Members, made: NewSession) -> Session:
    session = await members.by_token(made.token)
    assert session is not None
    return session


async def rows(database: Database, sql: str) -> list[Row]:
    return await database.read(lambda tx: tx.all(sql))


async def test_a_code_makes_an_account_once_and_opens_it_again(door: Door, members: Members) -> None:
    first = await door.enter()
    assert (first.is_new, first.member.kind, first.member.email) == (True, "member", "ann@example.org")
    again = await door.enter(email=" ann@example.ORG ")
    assert (again.is_new, again.member.id) == (False, first.member.id)
    assert len(await members.devices(await session_of(members, again))) == 2


async def test_the_letter_says_who_asks_and_holds_the_page_of_the_chat(door: Door) -> None:
    await door.ask()
    [letter] = door.letters
    assert letter.address == "ann@example.org"
    assert "Kelp & Co" in letter.subject
    assert "https://hub.example/chat/web#s=" in letter.text


async def test_nothing_is_sent_before_the_answer(door: Door) -> None:
    assert (await door.sign_in.ask(EMAIL)).startswith("lgn_")
    assert door.letters == []


async def test_a_code_and_its_link_work_once(door: Door) -> None:
    login, code, link = await door.ask()
    await door.sign_in.by_link(link, guest=None, device="")
    for attempt in (
        door.sign_in.by_code(login, code, guest=None, device=""),
        door.sign_in.by_link(link, guest=None, device=""),
    ):
        with pytest.raises(MemberRefusedError) as refused:
            await attempt
        assert refused.value.code == "wrong_code"


async def test_wrong_codes_end_a_login(door: Door) -> None:
    login, code, link = await door.ask()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(ATTEMPTS_MAX):
        with pytest.raises(MemberRefusedError):
            await door.sign_in.by_code(login, wrong, guest=None, device="")
    with pytest.raises(MemberRefusedError):
        await door.sign_in.by_code(login, code, guest=None, device="")
    assert (await door.sign_in.by_link(link, guest=None, device="")).is_new


async def test_a_code_may_be_typed_with_a_space(door: Door) -> None:
    login, code, _ = await door.ask()
    assert await door.sign_in.by_code(login, f" {code[:3]} {code[3:]}", guest=None, device="")


async def test_a_code_ends_with_its_time(door: Door, clock: Any) -> None:
    login, code, link = await door.ask()
    clock.seconds += CODE_LIFE_MS / 1000
    with pytest.raises(MemberRefusedError):
        await door.sign_in.by_code(login, code, guest=None, device="")
    with pytest.raises(MemberRefusedError):
        await door.sign_in.by_link(link, guest=None, device="")


@pytest.mark.parametrize("login", ["", "lgn_none", "' OR 1=1", "\0", "x" * 300])
async def test_an_invented_login_is_like_a_wrong_code(door: Door, login: str) -> None:
    with pytest.raises(MemberRefusedError) as refused:
        await door.sign_in.by_code(login, "000000", guest=None, device="")
    assert refused.value.code == "wrong_code"


@pytest.mark.parametrize(
    "email", ["", "ann", "a@b, c@d", "a@b\r\nBcc: x@y", "<a@b>", "a" * 250 + "@b.example"]
)
async def test_what_is_no_address_is_refused(door: Door, email: str) -> None:
    with pytest.raises(MemberRefusedError) as refused:
        await door.sign_in.ask(email)
    assert refused.value.field == "email"


async def test_nobodys_mailbox_is_filled(door: Door, clock: Any) -> None:
    for _ in range(LETTERS_MAX + 3):
        await door.sign_in.ask(EMAIL)
    while await door.courier.carry_one():
        pass
    assert len(door.letters) == LETTERS_MAX
    clock.seconds += 3600
    await door.ask()
    assert len(door.letters) == LETTERS_MAX + 1


async def test_a_code_that_was_not_sent_lets_nobody_in(door: Door) -> None:
    logins = [await door.sign_in.ask(EMAIL) for _ in range(LETTERS_MAX + 1)]
    sent, unsent = (f"{2 * place - 1:06}" for place in (LETTERS_MAX, LETTERS_MAX + 1))
    with pytest.raises(MemberRefusedError) as refused:
        await door.sign_in.by_code(logins[-1], unsent, guest=None, device="")
    assert refused.value.code == "wrong_code"
    assert (await door.sign_in.by_code(logins[-2], sent, guest=None, device="")).is_new


async def test_a_guest_becomes_a_member_and_stays_who_they_are(door: Door, members: Members) -> None:
    guest = await members.create_guest("Vi")
    made = await door.enter(await session_of(members, guest))
    assert made.is_new
    assert (made.member.id, made.member.kind, made.member.name) == (guest.member.id, "member", "Vi")
    assert await members.by_token(guest.token) is None
    assert (await session_of(members, made)).member.email == "ann@example.org"


async def test_what_a_guest_said_comes_along_to_the_account_that_is_there(
    door: Door, members: Members, database: Database, ids: IdSource, clock: Any
) -> None:
    account = await door.enter()
    guest = await members.create_guest("Vi")
    for member_id in (account.member.id, guest.member.id):
        clock.seconds += 1
        await database.write(person_at, ids, channel=DIRECT, value=member_id, name="", at=clock.now_ms())
    made = await door.enter(await session_of(members, guest))
    assert (made.is_new, made.member.id) == (False, account.member.id)
    assert await members.by_token(guest.token) is None
    assert (await rows(database, f"SELECT deleted_at FROM member WHERE id = '{guest.member.id}'"))[0][
        "deleted_at"
    ]
    addresses = await rows(database, "SELECT contact_id FROM address")
    assert len(addresses) == 2
    assert len({row["contact_id"] for row in addresses}) == 1
    seen = await database.read(members.addresses_of, account.member.id)
    assert {row["value"] for row in seen} == {account.member.id, guest.member.id}


async def test_an_account_without_a_word_is_placed_where_its_guest_wrote(
    door: Door, members: Members, database: Database, ids: IdSource, clock: Any
) -> None:
    account = await door.enter()
    guest = await members.create_guest("Vi")
    await database.write(person_at, ids, channel=DIRECT, value=guest.member.id, name="", at=clock.now_ms())
    await door.enter(await session_of(members, guest))
    addresses = await rows(database, "SELECT contact_id, value FROM address")
    assert {row["value"] for row in addresses} == {account.member.id, guest.member.id}
    assert len({row["contact_id"] for row in addresses}) == 1


async def test_a_member_who_signs_in_again_takes_nothing_along(door: Door, members: Members) -> None:
    ann = await door.enter()
    ben = await door.enter(await session_of(members, ann), email="ben@example.org")
    assert ben.member.id != ann.member.id
    assert await members.by_token(ann.token) is not None


async def test_a_banned_member_does_not_come_in(door: Door, database: Database) -> None:
    made = await door.enter()
    await database.write(
        lambda tx: tx.run("UPDATE member SET standing = 'banned' WHERE id = :id", id=made.member.id)
    )
    with pytest.raises(MemberRefusedError) as refused:
        await door.enter()
    assert refused.value.code == "forbidden"
