"""Erasing a person leaves nothing of what they said or who they are, in any table, on every database."""

import json
import zipfile
from typing import Any

import pytest

from holdfast.conversations import NewAddress
from holdfast.outbox import NewReply
from holdfast.storage import NewEnvelope
from holdfast.work import Decision, TakenError, UnknownError

IG, SMS, MAIL = "instagram:shop", "sms:shop", "email:shop"
SECRETS = ("Zaphod", "+31655", "zaphod@x.org", "my-secret", "Betelgeuse", "a-note", "for-later", "the-reply")


async def written(town: Any) -> str:
    """Every text of every row of the store, as one."""
    postgres = type(town.database).__name__ == "PostgresDatabase"
    names = (
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
        if postgres
        else "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    )
    found = []
    for table in await town.rows(names):
        rows = await town.rows(f"SELECT * FROM {table['name']}")
        found += [f"{table['name']}: {tuple(dict(row).values())}" for row in rows]
    return "\n".join(found)


async def zaphod(town: Any) -> str:
    """Somebody with something in every place where something can be kept of a person."""
    other = await town.person("Zaphod B", (SMS, "+31655"))
    contact = await town.person("Zaphod", (IG, "zaphod-ig"), (MAIL, "zaphod@x.org"))
    await town.says(IG, "zaphod-ig", "this is my-secret")
    await town.conversations.merge(contact, other, "agent:a")
    conversation = await town.conversation(contact)
    city = await town.book.add_field("City", "text", [])
    await town.book.set_fields(contact, {city.id: "Betelgeuse"}, "agent:a")
    await town.book.set_lead(contact, "stg_new", 5, "EUR", "agent:a")
    await town.book.rename(contact, "Zaphod Beeblebrox", "agent:a")
    await town.work.add_note(conversation, "a-note of my-secret", [], "agent:a")
    label = await town.work.add_label("Urgent", "red", "agent:a")
    await town.work.decide([conversation], Decision(add_labels=(label.id,)), "agent:a")
    await town.run(
        "INSERT INTO later_reply (id, conversation_id, author, text, route, send_at, state, made_at) "
        "VALUES ('lat_1', :id, 'agent:a', 'for-later', 'auto', 1, 'waiting', 1)",
        id=conversation,
    )
    await town.run(
        "INSERT INTO draft (conversation_id, agent_id, text, route, at) VALUES (:id, 'a', 'the-reply', 'auto', 1)",
        id=conversation,
    )
    reply = NewReply(conversation_id=conversation, text="the-reply to my-secret", author="agent:a")
    await town.outbox.enqueue(reply)
    return str(contact)


async def test_nothing_that_says_who_they_are_or_what_was_said_is_left(town: Any) -> None:
    contact = await zaphod(town)
    before = await written(town)
    assert all(secret in before for secret in SECRETS), "the test looks where they are kept"
    plan = await town.erasing.plan(contact)
    assert (plan.name, plan.addresses, plan.messages, plan.notes, plan.later) == (
        "Zaphod Beeblebrox",
        3,
        2,
        1,
        1,
    )
    assert (plan.under_way, plan.merged) == (1, 1)
    await town.erasing.erase(contact, "agent:a")
    after = await written(town)
    assert [secret for secret in SECRETS if secret.lower() in after.lower()] == []
    assert [row["state"] for row in await town.rows("SELECT state FROM delivery")] == ["cancelled"]
    with pytest.raises(UnknownError):
        await town.erasing.plan(contact)
    [row] = await town.rows("SELECT who, messages FROM erasure")
    assert (row["who"], row["messages"]) == ("agent:a", 2)
    assert len(await town.rows("SELECT id FROM message")) == 2, "that something was written stays"


async def test_whoever_writes_again_is_somebody_new(town: Any) -> None:
    contact = await zaphod(town)
    await town.erasing.erase(contact, "agent:a")
    await town.says(IG, "zaphod-ig", "Me again")
    [row] = await town.rows("SELECT contact_id FROM address WHERE value = 'zaphod-ig'")
    assert row["contact_id"] != contact
    assert [each.text for each in (await town.book.timeline(row["contact_id"], [], None, 9)).items] == [
        "Me again"
    ]


async def test_nobody_is_erased_while_a_message_is_just_being_sent(town: Any) -> None:
    contact = await zaphod(town)
    await town.run("UPDATE delivery SET state = 'sending'")
    with pytest.raises(TakenError, match="just being sent"):
        await town.erasing.erase(contact, "agent:a")
    assert "my-secret" in await written(town)


async def test_what_arrived_is_emptied_in_the_spool_also_after_a_kill(town: Any) -> None:
    contact = await town.person("Zaphod", (IG, "zaphod-ig"))
    for body in (b"this is my-secret", b"of somebody else", b"my-secret, not applied yet"):
        await town.spool.append(NewEnvelope(IG, "webhook", 1, body))
    first, second = await town.says(IG, "zaphod-ig", "one"), await town.says(IG, "zaphod-ig", "two")
    for message, seq in ((first, 1), (second, 3)):
        await town.run("UPDATE message SET spool_seq = :seq WHERE id = :id", seq=seq, id=message)
    await town.run("INSERT INTO reader_cursor (name, value) VALUES ('applier', 2)")
    await town.database.write(town.erasing._erase, contact, "agent:a")
    assert (await town.spool.get(1)).body == b"this is my-secret"
    await town.erasing.empty_spool()
    bodies = [each.body for each in await town.spool.after(0, 10)]
    assert bodies == [b"", b"of somebody else", b"my-secret, not applied yet"]
    assert await town.rows("SELECT id FROM erasure WHERE spool_done_at IS NULL") == []


async def test_an_export_holds_what_is_kept_and_runs_nothing(town: Any) -> None:
    contact = await zaphod(town)
    await town.book.rename(contact, "<script>alert(1)</script>", "agent:a")
    await town.conversations.add_address(
        contact, NewAddress(channel=SMS, value="+31656", proof="agent", consent="failover"), "agent:a"
    )
    async with town.taking.archive(contact) as path:
        with zipfile.ZipFile(path) as archive:
            texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert sorted(texts) == ["index.html", "messages.html", "messages.jsonl", "person.json"]
    person = json.loads(texts["person.json"])
    assert person["fields"] == {"City": "Betelgeuse"}
    assert person["lead"]["stage"] == "New"
    assert {each["value"] for each in person["contact"]["addresses"]} == {
        "zaphod-ig",
        "zaphod@x.org",
        "+31655",
        "+31656",
    }
    assert "my-secret" in texts["messages.jsonl"]
    assert "the-reply" in texts["messages.html"]
    assert "<script>alert" not in texts["index.html"] + texts["messages.html"]
    assert "Merged with Zaphod B" in texts["index.html"]
    assert not path.exists()
    with pytest.raises(UnknownError):
        async with town.taking.archive("con_none"):
            raise AssertionError("there is nobody")
