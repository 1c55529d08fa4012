"""Another email address for an account, against both stores."""

import re
from typing import Any

import pytest

from holdfast.members import MemberDesk, MemberRefusedError, Members, Session
from holdfast.members.codes import ATTEMPTS_MAX, CODE_LIFE_MS
from holdfast.members.signing_in.new_email import CHANGES_MAX
from holdfast.storage import Database

OLD, NEW = "ann@example.org", "ann@new.example"


class Desk:
    """Somebody who asks, and reads all the mail."""

    def __init__(self, desk: MemberDesk, members: Members, letterbox: Any) -> None:
        self.desk = desk
        self.members = members
        self.letters = letterbox.letters

    async def read_mail(self) -> None:
        while await self.desk.courier.carry_one():
            pass

    async def member(self, email: str) -> Session:
        login = await self.desk.sign_in.ask(email)
        made = await self.desk.sign_in.by_code(login, await self.code(), guest=None, device="")
        session = await self.members.by_token(made.token)
        assert session is not None
        return session

    async def code(self) -> str:
        await self.read_mail()
        found = re.search(r"^(\d{6})$", self.letters[-1].text, re.MULTILINE)
        assert found is not None
        return found[1]


@pytest.fixture
def asker(desk: MemberDesk, members: Members, letterbox: Any) -> Desk:
    return Desk(desk, members, letterbox)


async def test_a_code_to_the_new_address_changes_it_and_the_old_one_is_told(asker: Desk) -> None:
    session = await asker.member(OLD)
    change = await asker.desk.new_email.ask(session, " Ann@New.example ")
    code = await asker.code()
    assert asker.letters[-1].address == NEW
    assert (await asker.desk.new_email.prove(session, change, code)).email == NEW
    await asker.read_mail()
    told = asker.letters[-1]
    assert (told.address, NEW in told.text) == (OLD, False)
    assert (await asker.member(NEW)).member.id == session.member.id
    assert (await asker.member(OLD)).member.id != session.member.id


async def test_a_wrong_code_an_old_one_and_somebody_elses_change_nothing(asker: Desk, clock: Any) -> None:
    session, other = await asker.member(OLD), await asker.member("ben@example.org")
    change = await asker.desk.new_email.ask(session, NEW)
    code = await asker.code()
    for who, typed in ((other, code), *[(session, "x")] * ATTEMPTS_MAX, (session, code)):
        with pytest.raises(MemberRefusedError) as refused:
            await asker.desk.new_email.prove(who, change, typed)
        assert refused.value.code == "wrong_code"
    late = await asker.desk.new_email.ask(session, NEW)
    code = await asker.code()
    clock.seconds += CODE_LIFE_MS / 1000
    with pytest.raises(MemberRefusedError):
        await asker.desk.new_email.prove(session, late, code)
    assert (await asker.members.get(session.member.id)).email == OLD


async def test_the_code_of_a_change_signs_nobody_in_and_that_of_a_login_changes_nothing(asker: Desk) -> None:
    session = await asker.member(OLD)
    change = await asker.desk.new_email.ask(session, NEW)
    code = await asker.code()
    with pytest.raises(MemberRefusedError):
        await asker.desk.sign_in.by_code(change, code, guest=None, device="")
    login = await asker.desk.sign_in.ask(NEW)
    code = await asker.code()
    with pytest.raises(MemberRefusedError):
        await asker.desk.new_email.prove(session, login, code)


async def test_whether_an_address_has_an_account_is_told_to_its_reader_alone(asker: Desk) -> None:
    session, other = await asker.member(OLD), await asker.member(NEW)
    change = await asker.desk.new_email.ask(session, NEW)
    assert change.startswith("lgn_")
    code = await asker.code()
    assert asker.letters[-1].address == NEW
    with pytest.raises(MemberRefusedError) as refused:
        await asker.desk.new_email.prove(session, change, code)
    assert refused.value.code == "taken"
    assert (await asker.members.get(other.member.id)).email == NEW


async def test_nobody_asks_again_and_again(asker: Desk) -> None:
    session = await asker.member(OLD)
    for number in range(CHANGES_MAX):
        await asker.desk.new_email.ask(session, f"a{number}@new.example")
    with pytest.raises(MemberRefusedError) as refused:
        await asker.desk.new_email.ask(session, NEW)
    assert refused.value.code == "too_many"


async def test_a_guest_signs_in_instead(asker: Desk, members: Members, database: Database) -> None:
    made = await members.create_guest("Vi")
    session = await members.by_token(made.token)
    assert session is not None
    with pytest.raises(MemberRefusedError) as refused:
        await asker.desk.new_email.ask(session, NEW)
    assert refused.value.code == "guest"
    assert await database.read(lambda tx: tx.all("SELECT id FROM member_login")) == []
