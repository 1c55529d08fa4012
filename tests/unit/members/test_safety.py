"""Complaints, what agents decide, and what they leave of an account, against both stores."""

from typing import Any

import pytest

from holdfast.conversations import person_at
from holdfast.kernel import IdSource
from holdfast.members import (
    Member,
    MemberDesk,
    MemberRefusedError,
    Members,
    QuietNeighbour,
    Quote,
    UnknownMemberError,
)
from holdfast.members.safety import Report, Safety, SafetySettings, Verdict
from holdfast.members.safety.model import COMPLAINTS_A_DAY
from holdfast.storage import Database, Row, Tx

AGENT = "agent:mara"


class Talks(QuietNeighbour):
    """A unit above that keeps one message of Eve's, which Ann can read."""

    def __init__(self, reader: str, author: str) -> None:
        self.reader, self.author = reader, author
        self.told: list[str] = []

    async def changed(self, tx: Tx, member_id: str) -> None:
        self.told.append(f"changed {member_id}")

    async def deleted(self, tx: Tx, member_id: str) -> None:
        self.told.append(f"deleted {member_id}")

    async def exported(self, tx: Tx, member_id: str) -> dict[str, Any]:
        return {"threads": [member_id]}

    async def quoted(self, tx: Tx, member_id: str, message_id: str) -> Quote | None:
        is_theirs = (member_id, message_id) == (self.reader, "msg_1")
        return Quote(self.author, "You are a fool") if is_theirs else None


async def rows(database: Database, sql: str) -> list[Row]:
    return await database.read(lambda tx: tx.all(sql))


@pytest.fixture
def safety(desk: MemberDesk) -> Safety:
    return desk.safety


@pytest.fixture
async def ann(members: Members) -> Member:
    return (await members.create_guest("Ann")).member


@pytest.fixture
async def eve(members: Members) -> Any:
    return await members.create_guest("Eve")


@pytest.fixture
def talks(members: Members, ann: Member, eve: Any) -> Talks:
    talks = Talks(ann.id, eve.member.id)
    members.neighbours.add(talks)
    return talks


async def complain(safety: Safety, ann: Member) -> Any:
    await safety.complain(ann, Report(message="msg_1", reason="abuse", text="She\0 is rude\u202e"))
    return (await safety.complaints("open", "")).items[0]


async def test_a_complaint_shows_what_was_said(safety: Safety, ann: Member, eve: Any, talks: Talks) -> None:
    complaint = await complain(safety, ann)
    assert (complaint.by.name, complaint.about.name) == ("Ann", "Eve")
    assert (complaint.text, complaint.quote) == ("She is rude", "You are a fool")
    assert (complaint.open_about, complaint.standing) == (1, "good")
    assert await safety.count_open() == 1


async def test_nobody_quotes_what_they_cannot_read(
    safety: Safety, ann: Member, eve: Any, talks: Talks
) -> None:
    for by, message in ((ann, "msg_2"), (eve.member, "msg_1")):
        with pytest.raises(MemberRefusedError) as refused:
            await safety.complain(by, Report(message=message, reason="spam"))
        assert refused.value.code == "forbidden"


async def test_nobody_complains_of_nobody(safety: Safety, ann: Member) -> None:
    for member in (ann.id, "business", ""):
        with pytest.raises(MemberRefusedError):
            await safety.complain(ann, Report(member=member, reason="spam"))
    await safety.complain(ann, Report(member="mem_none", reason="spam"))
    assert await safety.count_open() == 0


async def test_complaints_of_one_member_are_bounded(safety: Safety, ann: Member, eve: Any) -> None:
    for _ in range(COMPLAINTS_A_DAY):
        await safety.complain(ann, Report(member=eve.member.id, reason="spam"))
    with pytest.raises(MemberRefusedError) as refused:
        await safety.complain(ann, Report(member=eve.member.id, reason="spam"))
    assert refused.value.code == "too_many"


async def test_a_complaint_is_decided_once(
    safety: Safety, ann: Member, eve: Any, talks: Talks, members: Members, database: Database
) -> None:
    complaint = await complain(safety, ann)
    with pytest.raises(MemberRefusedError):
        await safety.decide(complaint.id, Verdict(decision="warn"), AGENT)
    await safety.decide(complaint.id, Verdict(decision="warn", text="Be kind."), AGENT)
    assert (await members.get(eve.member.id)).warning == "Be kind."
    assert talks.told == [f"changed {eve.member.id}"]
    with pytest.raises(MemberRefusedError):
        await safety.decide(complaint.id, Verdict(decision="dismiss"), AGENT)
    with pytest.raises(LookupError):
        await safety.decide("cpl_none", Verdict(decision="dismiss"), AGENT)
    [decided] = (await safety.complaints("acted", "")).items
    assert (decided.decision, decided.decided_by) == ("warn", AGENT)
    actions = [row["action"] for row in await rows(database, "SELECT action FROM audit_entry ORDER BY id")]
    assert actions == ["complaint.warn", "member.warned"]


async def test_a_ban_ends_everything_at_once(
    safety: Safety, ann: Member, eve: Any, talks: Talks, members: Members
) -> None:
    first = await complain(safety, ann)
    await complain(safety, ann)
    assert await members.by_token(eve.token) is not None
    await safety.decide(first.id, Verdict(decision="ban", text="Spam."), AGENT)
    assert await members.by_token(eve.token) is None
    assert await safety.count_open() == 0
    [found] = (await safety.members("", "", in_question=True)).items
    assert (found.standing, found.standing_reason) == ("banned", "Spam.")
    await safety.stand(eve.member.id, "good", reason="", until=None, by=AGENT)
    assert (await safety.members("", "", in_question=True)).items == []


async def test_a_mute_ends_by_itself(safety: Safety, eve: Any, members: Members, clock: Any) -> None:
    now = clock.now_ms()
    with pytest.raises(MemberRefusedError):
        await safety.stand(eve.member.id, "muted", reason="Spam.", until=now, by=AGENT)
    await safety.stand(eve.member.id, "muted", reason="Spam.", until=now + 1000, by=AGENT)
    member = await members.get(eve.member.id)
    assert (member.is_muted(now), member.is_muted(now + 1000)) == (True, False)
    with pytest.raises(UnknownMemberError):
        await safety.stand("mem_none", "good", reason="", until=None, by=AGENT)


async def test_members_are_found_and_paged(safety: Safety, ann: Member, eve: Any) -> None:
    assert [each.name for each in (await safety.members("", "", in_question=False)).items] == ["Eve", "Ann"]
    for query in (ann.id, "An", "Ann"):
        assert [each.name for each in (await safety.members(query, "", in_question=False)).items] == ["Ann"]
    for query in ("' OR 1=1", "%", "\0", "_"):
        assert (await safety.members(query, "", in_question=False)).items == []


async def test_rules_hold_as_soon_as_they_are_made(safety: Safety, ann: Member, database: Database) -> None:
    assert safety.problem(ann, "thr_1", "https://bad.example") == (
        "Guests cannot send links to other members; to the business you can."
    )
    await safety.change_settings(SafetySettings(links="everyone"), AGENT)
    assert safety.problem(ann, "thr_1", "https://bad.example") == ""
    rule = await safety.add_rule("domain", "bad.example", "shop of\0 fakes", AGENT)
    assert safety.problem(ann, "thr_1", "https://bad.example")
    with pytest.raises(MemberRefusedError):
        await safety.add_rule("domain", "BAD.example", "", AGENT)
    assert [(each.value, each.note) for each in await safety.rules()] == [("bad.example", "shop of fakes")]
    assert await safety.drop_rule(rule.id, AGENT)
    assert not await safety.drop_rule(rule.id, AGENT)
    assert safety.problem(ann, "thr_1", "https://bad.example") == ""
    actions = [row["action"] for row in await rows(database, "SELECT action FROM audit_entry ORDER BY id")]
    assert actions == ["safety.set", "rule.added", "rule.removed"]


async def test_the_same_text_to_many_threads_is_refused(safety: Safety, ann: Member) -> None:
    text = "Look at my wonderful offers, today only"
    problems = [safety.problem(ann, f"thr_{number}", text) for number in range(6)]
    assert problems[:5] == [""] * 5
    assert "already" in problems[5]


async def test_a_barred_address_gets_no_letter_and_no_answer_says_so(
    desk: MemberDesk, safety: Safety, letterbox: Any
) -> None:
    await safety.add_rule("email", "@spam.example", "", AGENT)
    assert (await desk.sign_in.ask("eve@spam.example")).startswith("lgn_")
    while await desk.courier.carry_one():
        pass
    assert letterbox.letters == []


async def test_a_member_takes_everything_along_and_leaves_nothing(
    desk: MemberDesk, members: Members, database: Database, eve: Any, talks: Talks, ids: IdSource, clock: Any
) -> None:
    eve_id = eve.member.id
    person = await database.write(
        person_at, ids, channel="direct:web", value=eve_id, name="Eve", at=clock.now_ms()
    )
    message = (
        "INSERT INTO message (id, conversation_id, direction, author, channel, address_id, text, at, stored_at, "
        "source, state) VALUES ('m1', :conversation, 'in', 'contact', 'direct:web', :address, 'Hello', 5, 5, "
        "'direct', 'received')"
    )
    await database.write(
        lambda tx: tx.run(message, conversation=person.conversation_id, address=person.address_id)
    )
    await members.block(eve_id, "mem_x")
    document = await desk.leaving.export(eve_id)
    assert (document["member"]["name"], document["threads"]) == ("Eve", [eve_id])
    assert [said["text"] for said in document["business"]] == ["Hello"]
    assert [block["member"] for block in document["blocks"]] == ["mem_x"]
    assert document["addresses"] == [{"channel": "direct:web", "value": eve_id}]
    await desk.leaving.delete(eve_id, f"member:{eve_id}")
    assert f"deleted {eve_id}" in talks.told
    assert await members.by_token(eve.token) is None
    assert (await members.card([eve_id]))[eve_id].name == ""
    assert [row["name"] for row in await rows(database, "SELECT name FROM contact")] == [""]
    assert [row["consent"] for row in await rows(database, "SELECT consent FROM address")] == ["opted_out"]
    assert await rows(database, "SELECT * FROM member_block") == []
    for act in (desk.leaving.export(eve_id), desk.leaving.delete(eve_id, "x")):
        with pytest.raises(UnknownMemberError):
            await act
