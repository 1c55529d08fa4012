"""Fields, leads, the story and the list of people, on every database."""

from typing import Any

import pytest

from holdfast.contacts import ContactFilter, NewStage
from holdfast.conversations import NewAddress, UnknownContactError
from holdfast.work import Decision, TakenError, UnknownError, WorkRefusedError

IG, WA, SMS, MAIL = "instagram:shop", "whatsapp:shop", "sms:shop", "email:shop"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("text", ["Rotterdam", " padded "], ["x" * 1_001]),
        ("number", ["12", "-0.5", "9" * 29], ["1e5", "1,5", "NaN", "٣", "12 EUR", "9" * 31]),
        ("date", ["2026-02-28"], ["2026-02-30", "28.2.2026", "20260228"]),
        ("choice", ["S"], ["s", "L"]),
    ],
)
async def test_values_fit_their_field(town: Any, kind: str, good: list[str], bad: list[str]) -> None:
    ann = await town.person("Ann", (IG, "ann"))
    field = await town.book.add_field("Thing", kind, ["S", "M"] if kind == "choice" else [])
    for value in good:
        await town.book.set_fields(ann, {field.id: value}, "agent:a")
        assert (await town.book.details(ann)).fields == {field.id: value.strip()}
    for value in bad:
        with pytest.raises(WorkRefusedError, match="Thing is"):
            await town.book.set_fields(ann, {field.id: value}, "agent:a")
    assert (await town.book.details(ann)).fields == {field.id: good[-1].strip()}
    await town.book.set_fields(ann, {field.id: " "}, "agent:a")
    assert (await town.book.details(ann)).fields == {}


async def test_people_are_found_by_the_values_of_their_fields(town: Any) -> None:
    ann = await town.person("Ann", (IG, "ann"))
    await town.person("Bo", (IG, "bo"))
    city = await town.book.add_field("City", "text", [])
    await town.book.set_fields(ann, {city.id: "Rotterdam"}, "agent:a")
    found = await town.book.page(ContactFilter(query="rotter"), None, 10)
    assert [each.id for each in found.items] == [ann]


async def test_fields_are_named_once_and_a_choice_that_somebody_has_stays(town: Any) -> None:
    ann = await town.person("Ann", (IG, "ann"))
    size = await town.book.add_field("Size", "choice", ["S", "M"])
    with pytest.raises(TakenError):
        await town.book.add_field(" Size ", "text", [])
    with pytest.raises(WorkRefusedError, match="Only a choice"):
        await town.book.add_field("Other", "text", ["x"])
    await town.book.set_fields(ann, {size.id: "M"}, "agent:a")
    with pytest.raises(WorkRefusedError, match="Somebody has"):
        await town.book.change_field(size.id, "Size", ["S", "L"])
    changed = await town.book.change_field(size.id, "Fit", ["M", "L"])
    assert (await town.book.fields()) == [changed]
    await town.book.remove_field(size.id)
    assert await town.book.fields() == []
    assert (await town.book.details(ann)).fields == {}
    with pytest.raises(UnknownError):
        await town.book.remove_field(size.id)
    again = await town.book.add_field("Fit", "text", [])
    assert (again.id, again.kind) == (size.id, "text")


async def test_a_lead_moves_and_the_sums_follow(town: Any) -> None:
    ann, bo, cy = [await town.person(name, (IG, name)) for name in ("ann", "bo", "cy")]
    for contact, value, currency in ((ann, 100, "EUR"), (bo, 250, "EUR"), (cy, 30, "USD")):
        await town.book.set_lead(contact, "stg_new", value, currency, "agent:a")
    first = (await town.book.board())[0]
    assert first.people == 3
    assert [(each.currency, each.people, each.value) for each in first.sums] == [
        ("EUR", 2, 350),
        ("USD", 1, 30),
    ]
    town.clock.ms += 5
    await town.book.set_lead(ann, "stg_won", 120, "EUR", "agent:a")
    assert [(column.stage.name, column.people) for column in await town.book.board() if column.people] == [
        ("New", 2),
        ("Won", 1),
    ]
    page = await town.book.cards("stg_new", None, 1)
    assert len(page.items) == 1
    assert len((await town.book.cards("stg_new", page.next, 1)).items) == 1
    told = await town.book.timeline(ann, ["contact"], None, 2)
    assert [each.text for each in told.items] == ["Lead: New → Won", "Lead: New"]
    await town.book.drop_lead(ann, "agent:a")
    assert (await town.book.details(ann)).lead is None


@pytest.mark.parametrize(
    ("stage", "value", "currency", "error"),
    [
        ("stg_none", 1, "EUR", UnknownError),
        ("stg_new", -1, "EUR", WorkRefusedError),
        ("stg_new", 10**16, "EUR", WorkRefusedError),
        ("stg_new", 1, "eur", WorkRefusedError),
        ("stg_new", 1, "", WorkRefusedError),
    ],
)
async def test_a_lead_that_makes_no_sense_is_refused(
    town: Any, stage: str, value: int, currency: str, error: type[Exception]
) -> None:
    ann = await town.person("Ann", (IG, "ann"))
    with pytest.raises(error):
        await town.book.set_lead(ann, stage, value, currency, "agent:a")
    assert (await town.book.details(ann)).lead is None


async def test_stages_are_put_whole_and_one_with_people_in_it_stays(town: Any) -> None:
    ann = await town.person("Ann", (IG, "ann"))
    await town.book.set_lead(ann, "stg_offer", 0, "", "agent:a")
    with pytest.raises(WorkRefusedError, match="people in Offer made"):
        await town.book.put_stages([NewStage("New", "open", "stg_new")])
    stages = await town.book.put_stages([NewStage("Offer", "open", "stg_offer"), NewStage("Done", "won")])
    assert (
        [each.name for each in await town.book.stages()]
        == ["Offer", "Done"]
        == [each.name for each in stages]
    )
    with pytest.raises(WorkRefusedError, match="open"):
        await town.book.put_stages([NewStage("Offer", "won", "stg_offer")])


async def test_the_story_tells_everything_in_order_and_by_page(town: Any) -> None:
    ann = await town.person("Ann", (IG, "ann"))
    conversation = await town.conversation(ann)
    await town.says(IG, "ann", "Hello")
    label = await town.work.add_label("Urgent", "red", "agent:a")
    for act in (
        lambda: town.work.add_note(conversation, "Ask for the size", [], "agent:a"),
        lambda: town.work.decide([conversation], Decision(add_labels=(label.id,)), "agent:a"),
        lambda: town.conversations.add_address(
            ann, NewAddress(channel=MAIL, value="a@x.org", proof="agent", consent="failover"), "agent:a"
        ),
        lambda: town.book.rename(ann, "Ann Lee", "agent:a"),
    ):
        town.clock.ms += 1_000
        await act()
    whole = (await town.book.timeline(ann, [], None, 50)).items
    assert [each.text for each in whole] == [
        "Named Ann Lee",
        "Address added: email:shop a@x.org",
        "Labelled Urgent",
        "Ask for the size",
        "Hello",
        "Address added: instagram:shop ann",
    ]
    paged, before = [], None
    while True:
        page = await town.book.timeline(ann, [], before, 2)
        paged += page.items
        before = page.next
        if before is None:
            break
    assert paged == whole
    assert [each.part for each in (await town.book.timeline(ann, ["note", "message"], None, 9)).items] == [
        "note",
        "message",
    ]
    with pytest.raises(UnknownContactError):
        await town.book.timeline("con_none", [], None, 9)


async def test_the_list_is_filtered_by_what_is_known_of_people(town: Any) -> None:
    ann = await town.person("Ann", (IG, "ann"))
    bo = await town.person("Bo", (IG, "bo"), (WA, "bo"))
    cy = await town.person("Cy", (SMS, "+31"))
    for channel, value in ((IG, "ann"), (IG, "bo"), (SMS, "+31")):
        await town.says(channel, value, "Hello")
    await town.conversations.add_address(
        ann, NewAddress(channel=MAIL, value="a@x.org", proof="confirmed", consent="failover"), "agent:a"
    )
    label = await town.work.add_label("Urgent", "red", "agent:a")
    await town.work.decide([await town.conversation(bo)], Decision(add_labels=(label.id,)), "agent:a")
    await town.book.set_lead(cy, "stg_new", 0, "", "agent:a")

    async def found(**filters: str) -> list[str]:
        names: list[str] = []
        before = None
        while True:
            page = await town.book.page(ContactFilter(**filters), before, 1)
            names += [each.name for each in page.items]
            before = page.next
            if before is None:
                return names

    assert await found() == ["Cy", "Bo", "Ann"]
    assert await found(channel=IG) == ["Bo", "Ann"]
    assert await found(label=label.id) == ["Bo"]
    assert await found(stage="stg_new") == ["Cy"]
    assert await found(reachable="yes") == ["Ann"]
    assert await found(reachable="no") == ["Cy", "Bo"], "WhatsApp fails with Instagram"
    assert await found(query="an", channel=IG) == ["Ann"]
    [line] = (await town.book.page(ContactFilter(query="ann"), None, 5)).items
    assert line.way == MAIL
