"""What a person decides about people: joining, parting, consent; each written down with its author."""

from typing import Any

import pytest

from holdfast.channels.contract import MessageReceived
from holdfast.conversations import AddressTakenError, NewAddress, UnknownContactError

IG, SMS, MAIL = "instagram:shop", "sms:shop", "email:shop"


@pytest.fixture
async def shop(hub: Any) -> Any:
    for channel in (IG, SMS, MAIL):
        hub.add(channel)
    return hub


async def wrote(hub: Any, channel: str, address: str, text: str, number: int) -> None:
    hub.clock.move(1)
    await hub.arrive(channel, MessageReceived(f"{channel}-{number}", address, hub.clock.now_ms(), text))


async def contact_at(hub: Any, channel: str, value: str) -> str:
    row = await hub.one(
        "SELECT contact_id FROM address WHERE channel = :channel AND value = :value",
        channel=channel,
        value=value,
    )
    return str(row["contact_id"])


async def texts(hub: Any, contact_id: str) -> list[str]:
    row = await hub.one("SELECT id FROM conversation WHERE contact_id = :id", id=contact_id)
    return [message["text"] for message in await hub.thread(row["id"])]


async def audited(hub: Any) -> list[tuple[str, str, str]]:
    rows = await hub.rows("SELECT who, action, subject FROM audit_entry ORDER BY id")
    return [tuple(row) for row in rows]


async def two_people(hub: Any) -> tuple[str, str]:
    await wrote(hub, IG, "ann", "one", 1)
    await wrote(hub, SMS, "+31", "two", 2)
    await wrote(hub, IG, "ann", "three", 3)
    return await contact_at(hub, IG, "ann"), await contact_at(hub, SMS, "+31")


async def test_two_contacts_become_one_thread_in_order_of_time(shop: Any) -> None:
    ann, other = await two_people(shop)
    await shop.conversations.merge(ann, other, "agent:mara")
    assert await texts(shop, ann) == ["one", "two", "three"]
    assert await contact_at(shop, SMS, "+31") == ann
    gone = await shop.one("SELECT merged_into FROM contact WHERE id = :id", id=other)
    assert gone["merged_into"] == ann
    assert len(await shop.rows("SELECT id FROM conversation")) == 1
    assert ("agent:mara", "contact.merged", ann) in await audited(shop)
    await wrote(shop, SMS, "+31", "four", 4)
    assert await texts(shop, ann) == ["one", "two", "three", "four"]


async def test_a_merge_keeps_what_still_has_to_be_sent(shop: Any) -> None:
    ann, other = await two_people(shop)
    row = await shop.one("SELECT id FROM conversation WHERE contact_id = :id", id=other)
    message_id = await shop.reply(row["id"], "On its way")
    await shop.conversations.merge(ann, other, "agent:mara")
    await shop.dispatch()
    assert (await shop.message(message_id))["state"] == "sent"
    assert "On its way" in await texts(shop, ann)
    assert [sent.address for sent in shop.adapters[SMS].sent] == ["+31"]


async def test_a_merge_keeps_the_unread_and_the_waiting(shop: Any) -> None:
    ann, other = await two_people(shop)
    row = await shop.one("SELECT id FROM conversation WHERE contact_id = :id", id=ann)
    await shop.conversations.mark_read(row["id"])
    await shop.conversations.merge(ann, other, "agent:mara")
    kept = await shop.one("SELECT * FROM conversation")
    assert kept["unread"] == 1
    assert kept["waiting_since"] is not None
    assert (kept["last_preview"], kept["last_channel"]) == ("three", IG)


async def test_what_was_joined_can_be_parted_again(shop: Any) -> None:
    ann, other = await two_people(shop)
    await shop.conversations.merge(ann, other, "agent:mara")
    address = await shop.one("SELECT id FROM address WHERE value = '+31'")
    parted = await shop.conversations.split(ann, address["id"], "agent:mara")
    assert await texts(shop, ann) == ["one", "three"]
    assert await texts(shop, parted) == ["two"]
    assert await contact_at(shop, SMS, "+31") == parted
    await wrote(shop, SMS, "+31", "four", 4)
    assert await texts(shop, parted) == ["two", "four"]
    assert ("agent:mara", "address.split", ann) in await audited(shop)


async def test_replies_stay_with_the_address_they_were_for_when_people_part(shop: Any) -> None:
    ann, other = await two_people(shop)
    await shop.conversations.merge(ann, other, "agent:mara")
    row = await shop.one("SELECT id FROM conversation")
    message_id = await shop.reply(row["id"], "For the phone", route=f"only:{SMS}")
    address = await shop.one("SELECT id FROM address WHERE value = '+31'")
    parted = await shop.conversations.split(ann, address["id"], "agent:mara")
    intent = await shop.one("SELECT * FROM intent WHERE message_id = :id", id=message_id)
    conversation = await shop.one("SELECT id FROM conversation WHERE contact_id = :id", id=parted)
    assert (intent["contact_id"], intent["conversation_id"]) == (parted, conversation["id"])
    assert await texts(shop, parted) == ["two", "For the phone"]


async def test_what_cannot_be_joined_or_parted_is_refused_in_words(shop: Any) -> None:
    ann, other = await two_people(shop)
    address = await shop.one("SELECT id FROM address WHERE value = 'ann'")
    with pytest.raises(ValueError, match="itself"):
        await shop.conversations.merge(ann, ann, "x")
    with pytest.raises(UnknownContactError):
        await shop.conversations.merge(ann, "con_none", "x")
    with pytest.raises(ValueError, match="only address"):
        await shop.conversations.split(ann, address["id"], "x")
    with pytest.raises(UnknownContactError, match="has no address"):
        await shop.conversations.split(other, address["id"], "x")
    await shop.conversations.merge(ann, other, "x")
    with pytest.raises(UnknownContactError):
        await shop.conversations.merge(other, ann, "x")


async def test_an_address_of_someone_else_is_not_taken(shop: Any) -> None:
    ann, other = await two_people(shop)
    with pytest.raises(AddressTakenError):
        await shop.conversations.add_address(other, NewAddress(channel=IG, value="ann"), "x")
    same = await shop.conversations.add_address(
        ann, NewAddress(channel=IG, value="ann", consent="failover"), "x"
    )
    row = await shop.one("SELECT * FROM address WHERE id = :id", id=same)
    assert (row["consent"], row["proof"]) == ("failover", "wrote")
    assert len(await shop.rows("SELECT id FROM address")) == 2


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        (NewAddress(channel=MAIL, value="a@b", consent="perhaps"), "consent must be one of"),
        (NewAddress(channel=MAIL, value="a@b", proof="felt"), "proof must be one of"),
        (NewAddress(channel=MAIL, value="  "), "empty"),
    ],
)
async def test_unknown_words_are_refused_and_nothing_is_stored(
    shop: Any, address: NewAddress, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        await shop.person(address)
    assert await shop.rows("SELECT id FROM contact") == []


async def test_consent_is_set_with_its_time_and_its_author(shop: Any) -> None:
    ann, other = await two_people(shop)
    address = await shop.one("SELECT id FROM address WHERE value = 'ann'")
    shop.clock.move(5)
    await shop.conversations.set_consent(ann, address["id"], "failover", "agent:mara")
    row = await shop.one("SELECT * FROM address WHERE id = :id", id=address["id"])
    assert (row["consent"], row["consent_at"]) == ("failover", shop.clock.now_ms())
    assert ("agent:mara", "consent.set", ann) in await audited(shop)
    with pytest.raises(ValueError, match="consent must be"):
        await shop.conversations.set_consent(ann, address["id"], "yes", "x")
    with pytest.raises(UnknownContactError):
        await shop.conversations.set_consent(other, address["id"], "none", "x")


async def test_a_conversation_is_read(shop: Any) -> None:
    ann, _ = await two_people(shop)
    row = await shop.one("SELECT id FROM conversation WHERE contact_id = :id", id=ann)
    await shop.conversations.mark_read(row["id"])
    after = await shop.one("SELECT unread FROM conversation WHERE id = :id", id=row["id"])
    assert after["unread"] == 0
    told = await shop.one("SELECT COUNT(*) AS n FROM event")
    await shop.conversations.mark_read(row["id"])
    assert await shop.one("SELECT COUNT(*) AS n FROM event") == told, "what was read already is no news"
    with pytest.raises(UnknownContactError):
        await shop.conversations.mark_read("cnv_none")
