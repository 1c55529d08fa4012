"""Claims: an address is shown to be theirs by a code that was sent there, against both stores."""

import re
from typing import Any

import pytest

from holdfast.conversations import Conversations, person_at
from holdfast.conversations.store import note_wrote
from holdfast.kernel import IdSource
from holdfast.members import MemberDesk, MemberRefusedError, Members, Session
from holdfast.members.claims.claims import CLAIMS_OF_MEMBER_MAX, name_in, spellings
from holdfast.members.codes import ATTEMPTS_MAX
from holdfast.storage import Database, EventLog, Tx

DIRECT = "direct:web"


class Claimant:
    """A member who reads what is sent to their other addresses."""

    def __init__(self, desk: MemberDesk, session: Session, letterbox: Any, queue: Any) -> None:
        self.desk = desk
        self.session = session
        self.letters = letterbox.letters
        self.replies = queue.replies

    async def ask(self, channel: str, value: str) -> str:
        claim = await self.desk.claims.ask(self.session, channel, value)
        while await self.desk.courier.carry_one():
            pass
        return claim

    def code(self) -> str:
        text = self.replies[-1].text if self.replies else self.letters[-1].text
        return re.findall(r"\b\d{6}\b", text)[0]

    async def claim(self, channel: str, value: str) -> None:
        claim = await self.ask(channel, value)
        await self.desk.claims.prove(self.session, claim, self.code())


async def session_of(members: Members, name: str) -> Session:
    session = await members.by_token((await members.create_guest(name)).token)
    assert session is not None
    return session


@pytest.fixture
async def ann(desk: MemberDesk, members: Members, letterbox: Any, queue: Any) -> Claimant:
    return Claimant(desk, await session_of(members, "Ann"), letterbox, queue)


@pytest.fixture
def wrote(database: Database, ids: IdSource, clock: Any) -> Any:
    """Somebody writes from an address; the address's id."""

    async def write(tx: Tx, channel: str, value: str, name: str) -> str:
        at = clock.now_ms()
        person = await person_at(tx, ids, channel=channel, value=value, name=name, at=at)
        await note_wrote(tx, address_id=person.address_id, at=at, name=name, proven=True)
        return person.address_id

    async def act(channel: str, value: str, name: str = "") -> str:
        clock.seconds += 1
        return await database.write(write, channel, value, name)

    return act


async def seen_by(members: Members, database: Database, member_id: str) -> set[str]:
    return {row["value"] for row in await database.read(members.addresses_of, member_id)}


async def contacts(database: Database) -> set[str]:
    rows = await database.read(lambda tx: tx.all("SELECT contact_id FROM address"))
    return {row["contact_id"] for row in rows}


async def test_a_code_goes_to_the_address_alone_and_is_nobodys_words(ann: Claimant, wrote: Any) -> None:
    address = await wrote("sms:shop", "+31612345678")
    await ann.ask("sms:shop", "06 12345678")
    assert ann.replies == []
    await ann.ask("sms:shop", "+31 (6) 123-45678")
    [reply] = ann.replies
    assert (reply.route, reply.address_id, reply.klass) == ("only:sms:shop", address, "bot")
    assert reply.author == "hub:Address check"
    assert ann.letters == []


async def test_by_mail_it_is_a_letter_and_no_message(ann: Claimant, wrote: Any) -> None:
    await wrote("email:shop", "ann@example.org")
    await ann.ask("email:shop", "Ann@Example.org")
    assert ann.replies == []
    [letter] = ann.letters
    assert (letter.address, "Kelp & Co" in letter.text) == ("ann@example.org", True)


async def test_proof_joins_what_was_said_to_the_members_own_thread(
    ann: Claimant, members: Members, database: Database, wrote: Any
) -> None:
    await wrote("instagram:shop", "9001", "Ann_93")
    await wrote(DIRECT, ann.session.member.id)
    assert len(await contacts(database)) == 2
    await ann.claim("instagram:shop", "@ann_93")
    assert len(await contacts(database)) == 1
    assert await seen_by(members, database, ann.session.member.id) == {"9001", ann.session.member.id}


async def test_a_member_who_never_wrote_goes_on_in_the_claimed_conversation(
    ann: Claimant, members: Members, database: Database, wrote: Any
) -> None:
    await wrote("sms:shop", "+31612345678")
    await ann.claim("sms:shop", "0031612345678")
    assert len(await contacts(database)) == 1
    await wrote(DIRECT, ann.session.member.id)
    assert len(await contacts(database)) == 1
    assert "+31612345678" in await seen_by(members, database, ann.session.member.id)


async def test_what_agents_joined_is_not_shown_and_what_they_split_is_not_any_more(
    ann: Claimant, members: Members, database: Database, wrote: Any, clock: Any, ids: IdSource
) -> None:
    conversations = Conversations(database=database, events=EventLog(database, clock), clock=clock, ids=ids)
    address = await wrote("sms:shop", "+31612345678")
    await wrote("instagram:shop", "9001", "ann_93")
    found = sorted(await contacts(database))
    await conversations.merge(found[0], found[1], by="agent:mara")
    await ann.claim("sms:shop", "+31612345678")
    mine = ann.session.member.id
    assert await seen_by(members, database, mine) == {"+31612345678", mine}
    [contact] = await contacts(database)
    await conversations.split(contact, address, by="agent:mara")
    assert await seen_by(members, database, mine) == {mine}


@pytest.mark.parametrize("value", ["+31687654321", "nobody", "%", "' OR 1=1 --", "\u202e\0x", "9" * 254])
async def test_an_address_that_nobody_wrote_from_is_answered_alike(
    ann: Claimant, wrote: Any, value: str
) -> None:
    await wrote("sms:shop", "+31612345678")
    claim = await ann.ask("sms:shop", value)
    assert claim.startswith("clm_")
    assert (ann.replies, ann.letters) == ([], [])
    with pytest.raises(MemberRefusedError) as refused:
        await ann.desk.claims.prove(ann.session, claim, "123456")
    assert refused.value.code == "wrong_code"


async def test_an_address_that_agents_wrote_down_is_not_written_to(
    ann: Claimant, database: Database, ids: IdSource, clock: Any
) -> None:
    await database.write(
        person_at, ids, channel="sms:shop", value="+31612345678", name="", at=clock.now_ms(), proven=False
    )
    await ann.ask("sms:shop", "+31612345678")
    assert ann.replies == []


async def test_two_with_the_same_name_are_nobody(ann: Claimant, wrote: Any) -> None:
    for value in ("9001", "9002"):
        await wrote("instagram:shop", value, "ann_93")
    await ann.ask("instagram:shop", "ann_93")
    assert ann.replies == []


@pytest.mark.parametrize(
    ("channel", "value"), [("direct:web", "mem_1"), ("none:x", "a"), ("sms:shop", " \0")]
)
async def test_what_is_no_claim_is_refused(ann: Claimant, channel: str, value: str) -> None:
    with pytest.raises(MemberRefusedError) as refused:
        await ann.ask(channel, value)
    assert refused.value.code == "invalid"


async def test_a_claim_is_of_one_member_and_works_once(ann: Claimant, members: Members, wrote: Any) -> None:
    await wrote("sms:shop", "+31612345678")
    claim = await ann.ask("sms:shop", "+31612345678")
    eve = await session_of(members, "Eve")
    with pytest.raises(MemberRefusedError):
        await ann.desk.claims.prove(eve, claim, ann.code())
    await ann.desk.claims.prove(ann.session, claim, ann.code())
    with pytest.raises(MemberRefusedError):
        await ann.desk.claims.prove(ann.session, claim, ann.code())


async def test_wrong_codes_end_a_claim(ann: Claimant, wrote: Any) -> None:
    await wrote("sms:shop", "+31612345678")
    claim = await ann.ask("sms:shop", "+31612345678")
    wrong = f"{(int(ann.code()) + 1) % 1_000_000:06}"
    for code in [wrong] * ATTEMPTS_MAX + [ann.code()]:
        with pytest.raises(MemberRefusedError):
            await ann.desk.claims.prove(ann.session, claim, code)


async def test_nobody_is_pestered_with_codes(
    ann: Claimant, desk: MemberDesk, members: Members, wrote: Any, letterbox: Any, queue: Any
) -> None:
    await wrote("sms:shop", "+31612345678")
    for _ in range(CLAIMS_OF_MEMBER_MAX + 2):
        await ann.ask("sms:shop", "+31612345678")
    assert len(queue.replies) == CLAIMS_OF_MEMBER_MAX
    eve = Claimant(desk, await session_of(members, "Eve"), letterbox, queue)
    await eve.ask("sms:shop", "0031 612345678")
    assert len(queue.replies) == CLAIMS_OF_MEMBER_MAX


async def test_a_code_that_was_not_sent_proves_nothing(ann: Claimant, wrote: Any) -> None:
    await wrote("sms:shop", "+31612345678")
    claims = [await ann.ask("sms:shop", "+31612345678") for _ in range(CLAIMS_OF_MEMBER_MAX + 1)]
    with pytest.raises(MemberRefusedError):
        await ann.desk.claims.prove(ann.session, claims[-1], f"{CLAIMS_OF_MEMBER_MAX + 1:06}")
    await ann.desk.claims.prove(ann.session, claims[-2], f"{CLAIMS_OF_MEMBER_MAX:06}")


@pytest.mark.parametrize(
    ("value", "name"), [("@Ann_93", "ann_93"), ("+31612345678", ""), ("ann@example.org", ""), ("12345", "")]
)
def test_a_name_is_no_number_and_no_mail_address(value: str, name: str) -> None:
    assert name_in(value) == name


def test_numbers_are_known_in_every_spelling() -> None:
    assert set(spellings("0031 612-345678")) == {"0031 612-345678", "+31612345678", "31612345678"}
