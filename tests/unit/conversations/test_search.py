"""People are found by the beginnings of words, and a search costs the same however many there are."""

from typing import Any

import pytest

from holdfast.channels.contract import MessageReceived
from holdfast.conversations import NewAddress
from holdfast.conversations.search import find_contacts, words_of
from holdfast.inbox import ViewFilter, contacts_page, conversations_page

CHANNEL = "instagram:shop"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ada  Berg-Öztürk", {"ada", "berg", "ozturk", "ada berg-ozturk"}),
        ("Ada.Berg@Example.org", {"ada", "berg", "example.org", "ada.berg@example.org"}),
        ("+31612345678", {"31612345678", "+31612345678", "<87654321613"}),
        ("ann_93", {"ann_93"}),
        ("山田太郎", {"山田太郎", "田太郎", "太郎", "郎"}),
        ("", set()),
        ("  ", set()),
    ],
)
def test_the_words_of_a_name_or_address(text: str, words: set[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("ada", True),
        ("BER", True),
        ("ada be", True),
        ("berg ada", True),
        ("ber ad", True),
        ("da", False),
        ("ada x", False),
        ("ada.berg@", True),
        ("example", True),
        ("+31 6 1234 5678", True),
        ("0612345678", True),
        ("5678", True),
        ("1234", False),
        ("%", False),
        ("_", False),
        ("", False),
        ("   ", False),
        ("<", False),
    ],
)
async def test_a_person_is_found_by_how_words_begin_and_numbers_end(
    hub: Any, query: str, *, is_found: bool
) -> None:
    contact_id, _ = await hub.person(
        NewAddress(channel="email:shop", value="ada.berg@example.org"),
        NewAddress(channel="sms:shop", value="+31612345678"),
        name="Ada Berg",
    )
    await hub.person(NewAddress(channel="email:shop", value="zoe@elsewhere.net"), name="Zoe Vos")
    found = await hub.database.read(find_contacts, query)
    assert (contact_id in found) is is_found
    assert len(found) <= 1


async def test_whoever_writes_is_found_by_address_and_by_a_name_that_came_later(hub: Any) -> None:
    hub.add(CHANNEL)
    for number, name in enumerate(("", "Nora Visser", "Nora Bos")):
        event = MessageReceived(
            external_id=f"m{number}", address="7700123", at=hub.clock.now_ms() + number, text="Hi", name=name
        )
        await hub.arrive(CHANNEL, event)
    for query in ("7700", "nora", "visser", "bos"):
        assert len(await hub.database.read(find_contacts, query)) == 1, query


async def test_a_joined_person_is_found_by_both_names_and_a_split_one_by_their_own(hub: Any) -> None:
    kept, _ = await hub.person(NewAddress(channel="sms:shop", value="+31611111111"), name="Ada Berg")
    other = NewAddress(channel="email:shop", value="vos@example.org", name="Zoe")
    dropped, _ = await hub.person(other, name="Zoe Vos")
    await hub.conversations.merge(kept, dropped, "agent:mara")
    for query in ("ada", "zoe", "vos@example.org"):
        assert await hub.database.read(find_contacts, query) == [kept], query
    address = await hub.one("SELECT id FROM address WHERE channel = 'email:shop'")
    split = await hub.conversations.split(kept, address["id"], "agent:mara")
    assert await hub.database.read(find_contacts, "vos@example.org") == [split]
    assert await hub.database.read(find_contacts, "ada") == [kept]


async def test_of_many_with_the_same_name_the_newest_are_found_and_no_more_than_a_bound(hub: Any) -> None:
    for number in range(80):
        await hub.person(NewAddress(channel="sms:shop", value=f"+316{number:08}"), name="Ada")
        hub.clock.move(1)
    newest = await hub.rows("SELECT id FROM contact ORDER BY created_at DESC, id DESC LIMIT 50")
    assert await hub.database.read(find_contacts, "ada") == [row["id"] for row in newest]
    page = await hub.database.read(contacts_page, "ada", None, 30)
    assert [view.id for view in page.items] == [row["id"] for row in newest[:30]]


async def test_the_conversation_is_found_in_which_it_was_said(hub: Any) -> None:
    hub.add(CHANNEL)
    event = MessageReceived(
        external_id="m1", address="1", at=hub.clock.now_ms(), text="Is it 100% wool?", name=""
    )
    await hub.arrive(CHANNEL, event)
    for query, count in (("100% W", 1), ("wool 100", 1), ("ool", 0), ("silk", 0)):
        page = await hub.database.read(
            conversations_page, ViewFilter(query=query), order="latest", before=None, limit=10, windows={}
        )
        assert len(page.items) == count, query
