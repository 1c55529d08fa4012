"""What people told is kept once; what they agreed to is used only for addresses that are shown to be theirs."""

from typing import Final

import pytest
from tests.unit.widget.conftest import Bench

from holdfast.conversations import NewAddress
from holdfast.widget import Given, Question, Setup, WidgetRefusedError

WORDS: Final = "You may write to my email address when this chat does not work."
MAIL: Final = "ann@mail.example"
SETUP: Final = Setup(
    questions=(
        Question(id="email", kind="email", label="Email address", required=True),
        Question(id="order", label="Which order?"),
        Question(id="about", kind="choice", label="What about?", choices=("An order", "A visit")),
        Question(id="phone", kind="phone", label="Phone"),
    ),
    consent=WORDS,
)


async def tell(bench: Bench, ticked: str = WORDS, **values: str) -> None:
    given = [Given(id=each, label="As it was read", value=value) for each, value in values.items()]
    await bench.leads.answer(
        member_id="mem_ann", setup=SETUP, given=given, ticked=ticked, site="https://shop.example"
    )


async def test_answers_stand_in_the_words_of_their_questions(bench: Bench) -> None:
    contact = await bench.guest()
    await tell(
        bench, email="Ann@Mail.example", order=" 17\0 ", about="A visit", phone="+31 6 12345678", old="x"
    )
    told = await bench.leads.of_contact(contact)
    assert {each.question: each.answer for each in told.answers} == {
        "Email address": MAIL,
        "Which order?": "17",
        "What about?": "A visit",
        "Phone": "+31612345678",
        "As it was read": "x",
    }


async def test_telling_again_changes_nothing(bench: Bench) -> None:
    contact = await bench.guest()
    for _ in range(2):
        await tell(bench, email=MAIL)
        bench.clock.seconds += 60
    told = await bench.leads.of_contact(contact)
    assert len(told.answers) == len(told.consents) == 1
    given = await bench.rows("SELECT who, subject, detail FROM audit_entry WHERE action = 'consent.given'")
    assert [dict(row) for row in given] == [{"who": "member:mem_ann", "subject": MAIL, "detail": WORDS}]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "email"),
        ({"email": "  "}, "email"),
        ({"email": "nonsense"}, "email"),
        ({"email": "a@b.example, c@d.example"}, "email"),
        ({"email": MAIL, "about": "Something else"}, "about"),
        ({"email": MAIL, "phone": "12"}, "phone"),
        ({"email": MAIL, "order": "x" * 1_001}, "order"),
        ({"email": MAIL, "../etc": "x"}, "answers"),
    ],
)
async def test_what_is_no_answer_is_refused_with_its_question(
    bench: Bench, values: dict[str, str], field: str
) -> None:
    contact = await bench.guest()
    with pytest.raises(WidgetRefusedError) as refused:
        await tell(bench, **values)
    assert refused.value.field == field
    assert (await bench.leads.of_contact(contact)).answers == []


async def test_an_address_is_used_once_it_is_shown_to_be_theirs(bench: Bench) -> None:
    contact = await bench.guest()
    await tell(bench, email=MAIL)
    assert await bench.consenting.look() == 0
    assert await bench.consent_of(MAIL) == ""
    await bench.signs_in(MAIL)
    assert await bench.consenting.look() == 1
    [address] = await bench.rows("SELECT * FROM address WHERE value = :value", value=MAIL)
    assert (address["channel"], address["proof"], address["consent"]) == (
        "email:shop",
        "confirmed",
        "failover",
    )
    assert address["contact_id"] == contact
    assert await bench.consenting.look() == 0
    [consent] = (await bench.leads.of_contact(contact)).consents
    assert consent.proven_at is not None
    assert (consent.text, consent.site) == (WORDS, "https://shop.example")


async def test_without_a_tick_nothing_is_used(bench: Bench) -> None:
    await bench.guest()
    await tell(bench, ticked="", email=MAIL)
    await bench.signs_in(MAIL)
    assert await bench.consenting.look() == 0
    assert await bench.consent_of(MAIL) == ""


async def test_another_address_than_the_proven_one_is_not_used(bench: Bench) -> None:
    await bench.guest()
    await tell(bench, email="somebody.else@mail.example")
    await bench.signs_in(MAIL)
    assert await bench.consenting.look() == 0


async def test_what_they_wrote_from_the_address_before_comes_along(bench: Bench) -> None:
    await bench.guest()
    known = NewAddress(channel="email:shop", value=MAIL, proof="wrote", consent="reply")
    await bench.conversations.create_contact("Ann by mail", [known], "test")
    await tell(bench, email=MAIL)
    await bench.signs_in(MAIL)
    assert await bench.consenting.look() == 1
    owners = await bench.rows("SELECT DISTINCT contact_id FROM address")
    assert len(owners) == 1
    assert await bench.consent_of(MAIL) == "failover"
    assert await bench.consenting.look() == 0


async def test_a_guest_who_turns_out_to_be_a_member_agreed_as_one(bench: Bench) -> None:
    contact = await bench.guest()
    await tell(bench, email=MAIL)
    other = await bench.guest("mem_known")
    await bench.signs_in(MAIL, "mem_known")
    assert await bench.consenting.look() == 0
    await bench.conversations.merge(other, contact, "test")
    assert await bench.consenting.look() == 1
    assert await bench.consent_of(MAIL) == "failover"


async def test_what_a_guest_told_is_the_accounts_and_taken_back_by_it(bench: Bench) -> None:
    contact = await bench.guest()
    await tell(bench, email=MAIL, order="17")
    await bench.guest("mem_known")
    await bench.database.write(bench.leads.joined, "mem_known", "mem_ann")
    exported = await bench.database.read(bench.leads.exported, "mem_known")
    assert {each["answer"] for each in exported["answers"]} == {MAIL, "17"}
    assert len(exported["consents"]) == 1
    assert (await bench.leads.of_contact(contact)).answers == []
    await bench.leads.withdraw("mem_known")
    [consent] = await bench.rows("SELECT member_id, withdrawn_at FROM lead_consent")
    assert (consent["member_id"], consent["withdrawn_at"] is not None) == ("mem_known", True)


async def test_consent_is_taken_back(bench: Bench) -> None:
    contact = await bench.guest()
    await tell(bench, email=MAIL)
    await bench.signs_in(MAIL)
    await bench.consenting.look()
    await bench.leads.withdraw("mem_ann")
    assert await bench.consent_of(MAIL) == "opted_out"
    [consent] = (await bench.leads.of_contact(contact)).consents
    assert consent.withdrawn_at is not None


async def test_whoever_leaves_takes_it_along(bench: Bench) -> None:
    contact = await bench.guest()
    await tell(bench, email=MAIL)
    exported = await bench.database.read(bench.leads.exported, "mem_ann")
    assert exported["answers"][0]["answer"] == MAIL
    await bench.database.write(bench.leads.deleted, "mem_ann")
    told = await bench.leads.of_contact(contact)
    assert (told.answers, told.consents) == ([], [])
