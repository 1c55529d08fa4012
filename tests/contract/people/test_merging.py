"""Two people are joined, and parted again exactly, on every database."""

from typing import Any

import pytest

from holdfast.conversations import UnknownContactError
from holdfast.work import Decision

IG, SMS, MAIL = "instagram:shop", "sms:shop", "email:shop"
KEPT = (
    "SELECT * FROM contact ORDER BY id",
    "SELECT * FROM conversation ORDER BY id",
    "SELECT * FROM address ORDER BY id",
    "SELECT id, conversation_id FROM message ORDER BY id",
    "SELECT id, conversation_id, contact_id FROM intent ORDER BY id",
    "SELECT * FROM conversation_label ORDER BY conversation_id, label_id",
    "SELECT * FROM internal_note ORDER BY id",
    "SELECT * FROM mention ORDER BY note_id",
    "SELECT * FROM conversation_change ORDER BY id",
    "SELECT * FROM later_reply ORDER BY id",
    "SELECT * FROM draft ORDER BY agent_id",
    "SELECT contact_id, field_id, value FROM contact_value ORDER BY contact_id, field_id",
    "SELECT contact_id, stage_id, value, currency, since FROM lead ORDER BY contact_id",
    "SELECT word, contact_id FROM contact_word ORDER BY word, contact_id",
)


async def everything(town: Any) -> list[list[dict[str, Any]]]:
    return [[dict(row) for row in await town.rows(sql)] for sql in KEPT]


async def two_people(town: Any) -> tuple[str, str]:
    """Ann and Bo, each with messages, a label, a note, values and a lead."""
    ann = await town.person("Ann Lee", (IG, "ann"))
    bo = await town.person("Bo", (SMS, "+31"), (MAIL, "bo@x.org"))
    await town.says(IG, "ann", "one")
    await town.says(SMS, "+31", "two")
    await town.says(MAIL, "bo@x.org", "three")
    labels = [await town.work.add_label(name, "red", "agent:a") for name in ("Urgent", "Friend", "Both")]
    size = await town.book.add_field("Size", "choice", ["S", "M"])
    born = await town.book.add_field("Born", "date", [])
    for contact, own, value in ((ann, labels[0], "S"), (bo, labels[1], "M")):
        conversation = await town.conversation(contact)
        await town.work.decide([conversation], Decision(add_labels=(own.id, labels[2].id)), "agent:a")
        await town.work.add_note(conversation, f"A note of {contact}", [], "agent:a")
        await town.book.set_fields(contact, {size.id: value}, "agent:a")
        await town.run(
            "INSERT INTO draft (conversation_id, agent_id, text, route, at) VALUES (:id, 'a', 'x', 'auto', 1) "
            "ON CONFLICT DO NOTHING",
            id=conversation,
        )
        await town.run(
            "INSERT INTO later_reply (id, conversation_id, author, text, route, send_at, state, made_at) "
            "VALUES (:later, :id, 'agent:a', 'x', 'auto', 1, 'waiting', 1)",
            id=conversation,
            later=f"lat_{contact}",
        )
    await town.book.set_fields(bo, {born.id: "1990-02-01"}, "agent:a")
    await town.book.set_lead(ann, "stg_new", 100, "EUR", "agent:a")
    await town.book.set_lead(bo, "stg_offer", 99_00, "EUR", "agent:a")
    await town.work.decide([await town.conversation(bo)], Decision(status="resolved", assignee=""), "agent:a")
    return ann, bo


async def test_a_merge_that_is_undone_leaves_everything_as_it_was(town: Any) -> None:
    ann, bo = await two_people(town)
    before = await everything(town)
    merge_id = await town.conversations.merge(ann, bo, "agent:a")
    assert await everything(town) != before
    assert await town.conversations.unmerge(merge_id, "agent:a") == bo
    assert await everything(town) == before


async def test_what_the_other_says_wins_where_a_person_chose_so_and_goes_back_with_them(town: Any) -> None:
    ann, bo = await two_people(town)
    preview = await town.book.merge_preview(ann, bo)
    keys = [each.key for each in preview.conflicts]
    assert [(each.name, each.kept, each.other) for each in preview.conflicts] == [
        ("Name", "Ann Lee", "Bo"),
        ("Size", "S", "M"),
        ("Lead", "New, 1.00 EUR", "Offer made, 99.00 EUR"),
    ]
    assert (preview.kept.messages, preview.other.messages) == (1, 2)
    assert (preview.other.notes, preview.other.later, preview.other.status) == (1, 1, "resolved")
    before = await everything(town)
    merge_id = await town.conversations.merge(ann, bo, "agent:a", frozenset(keys))
    details = await town.book.details(ann)
    assert sorted(details.fields.values()) == ["1990-02-01", "M"]
    assert (details.lead.stage, details.lead.value) == ("stg_offer", 99_00)
    [row] = await town.rows("SELECT name FROM contact WHERE id = :id", id=ann)
    assert row["name"] == "Bo"
    await town.conversations.unmerge(merge_id, "agent:a")
    assert await everything(town) == before


async def test_what_came_after_the_merge_goes_by_its_address(town: Any) -> None:
    ann, bo = await two_people(town)
    merge_id = await town.conversations.merge(ann, bo, "agent:a")
    theirs = await town.says(SMS, "+31", "after, from the phone")
    hers = await town.says(IG, "ann", "after, from Instagram")
    note = await town.work.add_note(await town.conversation(ann), "After", [], "agent:a")
    await town.book.set_lead(ann, "stg_won", 5, "USD", "agent:a")
    await town.conversations.unmerge(merge_id, "agent:a")
    placed = {
        row["id"]: row["conversation_id"]
        for row in await town.rows("SELECT id, conversation_id FROM message")
    }
    assert placed[theirs] == await town.conversation(bo)
    assert placed[hers] == await town.conversation(ann)
    [noted] = await town.rows("SELECT conversation_id FROM internal_note WHERE id = :id", id=note.id)
    assert noted["conversation_id"] == await town.conversation(ann)
    leads = {row["contact_id"]: row["stage_id"] for row in await town.rows("SELECT * FROM lead")}
    assert leads == {ann: "stg_won", bo: "stg_offer"}
    unread = {row["contact_id"]: row["unread"] for row in await town.rows("SELECT * FROM conversation")}
    assert unread == {ann: 2, bo: 3}


async def test_whoever_was_answered_meanwhile_waits_no_more(town: Any) -> None:
    ann, bo = await two_people(town)
    merge_id = await town.conversations.merge(ann, bo, "agent:a")
    await town.run(
        "UPDATE conversation SET waiting_since = NULL, answer_by = NULL, unread = 0 WHERE contact_id = :id",
        id=ann,
    )
    await town.conversations.unmerge(merge_id, "agent:a")
    rows = await town.rows("SELECT waiting_since, answer_by, unread FROM conversation")
    assert [tuple(dict(row).values()) for row in rows] == [(None, None, 0), (None, None, 0)]


async def test_of_merges_in_a_row_each_can_be_undone_in_any_order(town: Any) -> None:
    ann, bo = await two_people(town)
    cy = await town.person("Cy", (MAIL, "cy@x.org"))
    before = await everything(town)
    first = await town.conversations.merge(ann, bo, "agent:a")
    second = await town.conversations.merge(cy, ann, "agent:a")
    assert {each.id for each in (await town.book.details(cy)).merges} == {second}
    await town.conversations.unmerge(first, "agent:a")
    held = {row["value"]: row["contact_id"] for row in await town.rows("SELECT * FROM address")}
    assert held == {"ann": cy, "+31": bo, "bo@x.org": bo, "cy@x.org": cy}
    await town.conversations.unmerge(second, "agent:a")
    after = await everything(town)
    assert after[0] == before[0]
    assert [(row["id"], row["contact_id"]) for row in after[2]] == [
        (row["id"], row["contact_id"]) for row in before[2]
    ]
    assert after[3] == before[3]


async def test_a_merge_is_undone_once_and_told_in_the_story(town: Any) -> None:
    ann, bo = await two_people(town)
    merge_id = await town.conversations.merge(ann, bo, "agent:a")
    story = await town.book.timeline(ann, ["contact"], None, 50)
    assert [each.text for each in story.items if each.merge == merge_id] == ["Merged with Bo"]
    assert any(each.text == "Lead: Offer made" for each in story.items), "the other's story is told, too"
    await town.conversations.unmerge(merge_id, "agent:b")
    with pytest.raises(ValueError, match="undone already"):
        await town.conversations.unmerge(merge_id, "agent:b")
    with pytest.raises(UnknownContactError, match="no merge"):
        await town.conversations.unmerge("mrg_none", "agent:b")
    for contact_id, other in ((ann, "Bo"), (bo, "Bo")):
        newest = (await town.book.timeline(contact_id, ["contact"], None, 1)).items[0]
        assert (newest.kind, newest.text) == ("contact.unmerged", f"Parted again from {other}")
