"""What was said is found on every database, in the transaction that said it, and is found no more when it is gone."""

from random import Random
from zoneinfo import ZoneInfo

import pytest

from holdfast.conversations import NewAddress, store
from holdfast.conversations.actions import Conversations
from holdfast.conversations.past import PastMessage, take_over
from holdfast.conversations.texts import Text, forget_texts, index_texts, is_filling, place_of, start_filling
from holdfast.conversations.texts.filling import fill_some
from holdfast.inbox.finding import Found, Seeker, find
from holdfast.kernel import IdSource, SystemClock
from holdfast.storage import Database, EventLog, Tx
from holdfast.work import Decision, Work

NOW = 1_790_000_000_000
DAY = 86_400_000
NUMBER = "+31612345678"
SEEKER = Seeker(author="agent:agt_1", zone=ZoneInfo("UTC"), now=NOW, channels=["instagram:shop", "sms:shop"])
IDS = IdSource(SystemClock(), Random(3))  # noqa: S311 - identifiers of a test


class Town:
    """One person who writes, and whoever looks for what they wrote."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.events = EventLog(database, SystemClock())
        self.work = Work(database=database, events=self.events, clock=SystemClock(), ids=IDS)

    async def begin(self) -> None:
        people = Conversations(database=self.database, events=self.events, clock=SystemClock(), ids=IDS)
        address = NewAddress(channel="sms:shop", value=NUMBER, proof="wrote", consent="reply")
        self.contact = await people.create_contact("José Müller", [address], "test")
        await self.database.write(fill_all)

    async def said(self, *texts: str, direction: str = "in", days_ago: int = 0) -> None:
        messages = [
            PastMessage(
                channel="sms:shop",
                value=NUMBER,
                direction=direction,
                text=text,
                at=NOW - days_ago * DAY - place,
                external_id=IDS.new("ext"),
            )
            for place, text in enumerate(texts)
        ]
        await self.database.write(take_over, IDS, messages, NOW)

    async def find(
        self, query: str, *, order: str = "recent", before: str | None = None, limit: int = 50
    ) -> Found:
        return await self.database.read(find, query, SEEKER, order=order, before=before, limit=limit)

    async def found(self, query: str, *, order: str = "recent") -> list[str]:
        found = await self.find(query, order=order)
        return ["".join(piece.text for piece in hit.snippet) for hit in found.items]


async def fill_all(tx: Tx) -> None:
    while await fill_some(tx):
        pass


@pytest.fixture
async def town(database: Database) -> Town:
    town = Town(database)
    await town.begin()
    return town


REFUND = "Hello, where is my refund for order 4711?"


async def test_words_and_the_beginning_of_the_last_one_are_found(town: Town) -> None:
    await town.said(REFUND, "Something else")
    for query in ("refund", "REFU", "order refu", '"my refund"', "4711", "refund:", "refund o", "refund x"):
        assert (query, await town.found(query)) == (query, [REFUND])
    for query in ("refu order", '"refund my"', "fund", "refund nothing"):
        assert (query, await town.found(query)) == (query, [])


SPOKEN = {
    "Ça va très bien": "tres bien",
    "muchos anos": "años",
    "東京タワーに行きたい": "タワー",
    "大阪城": "城",
    "ฉันต้องการเงินคืน": "เงินคืน",
    "한국어 안녕하세요": "한국",
    "हिन्दी में": "हिन्दी",
    "\uff26\uff35\uff2c\uff2c width": "full",
    "Straße 5": "strasse",
    "שָׁלוֹם": "שלום",
}


async def test_every_language_is_found(town: Town) -> None:
    await town.said(*SPOKEN)
    for said, query in SPOKEN.items():
        assert await town.found(query) == [said]


async def test_what_stands_apart_is_not_found_as_one_where_no_spaces_are_written(town: Town) -> None:
    await town.said("京タ東京、タワー")
    assert await town.found("東京タワー") == []


async def test_filters_narrow_down(town: Town) -> None:
    await town.said("A parcel came", days_ago=40)
    await town.said("A parcel left", direction="out", days_ago=2)
    assert await town.found("parcel") == ["A parcel left", "A parcel came"]
    assert await town.found("parcel from:customer") == ["A parcel came"]
    assert await town.found("parcel after:7d") == ["A parcel left"]
    assert await town.found("parcel before:7d channel:sms") == ["A parcel came"]
    assert await town.found("before:7d") == ["A parcel came"]
    assert await town.found("parcel channel:instagram:shop") == []
    assert await town.found("parcel has:file") == []
    assert await town.found("parcel is:resolved") == []
    assert await town.found("parcel assignee:nobody in:messages") == ["A parcel left", "A parcel came"]


async def test_labels_and_states_of_the_conversation_narrow_down(town: Town) -> None:
    await town.said("A parcel came")
    label = await town.work.add_label("Very important", "red", "test")
    [hit] = (await town.find("parcel")).items
    await town.work.decide([hit.conversation_id], Decision(add_labels=(label.id,), status="resolved"), "test")
    assert await town.found('label:"very important" is:resolved parcel') == ["A parcel came"]
    assert await town.found("is:open parcel") == []


async def test_what_is_edited_is_found_by_what_it_says_now_and_what_is_unsent_not_at_all(town: Town) -> None:
    await town.said("An old word")
    [hit] = (await town.find("old")).items
    await town.database.write(lambda tx: store.edit_message(tx, message_id=hit.id, text="A new word", at=NOW))
    assert await town.found("old") == []
    assert await town.found("new") == ["A new word"]
    await town.database.write(lambda tx: store.unsend_message(tx, message_id=hit.id, at=NOW))
    assert await town.found("new") == []
    assert await words_kept(town.database) == 0


async def test_notes_are_found_until_they_are_removed(town: Town) -> None:
    await town.said("hello")
    [hit] = (await town.find("hello")).items
    note = await town.work.add_note(hit.conversation_id, "Ask the carrier", [], "agent:agt_1")
    assert await town.found("carrier in:notes from:me") == ["Ask the carrier"]
    await town.work.edit_note(note.id, "Ask the post", [], "agent:agt_1")
    assert await town.found("carrier") == []
    assert await town.found("post") == ["Ask the post"]
    await town.work.remove_note(note.id, "agent:agt_1")
    assert await town.found("post") == []


async def test_nothing_of_what_is_forgotten_stays_in_the_index(town: Town) -> None:
    await town.said("hello there")
    [hit] = (await town.find("hello")).items
    await town.database.write(forget_texts, [hit.id])
    assert await town.found("hello") == []
    assert await words_kept(town.database) == 0


async def words_kept(database: Database) -> int:
    async def count(tx: Tx) -> int:
        row = await tx.one("SELECT COUNT(*) AS count FROM find_words")
        return int(row["count"]) if row else 0

    return await database.read(count)


async def test_people_are_found_beside_messages_and_their_names_are_marked(town: Town) -> None:
    found = await town.find("jose")
    [person] = found.people
    assert [(piece.text, piece.hit) for piece in person.name] == [("José", True), (" Müller", False)]
    assert (await town.find("jose from:customer")).people == []


async def test_pages_follow_one_another_without_a_gap_or_a_repeat(town: Town) -> None:
    await town.said(*(f"number {number}" for number in range(25)))
    seen: list[str] = []
    before: str | None = None
    while True:
        page = await town.find("number", before=before, limit=10)
        seen += [hit.id for hit in page.items]
        before = page.next
        if before is None:
            break
    assert len(seen) == len(set(seen)) == 25


async def test_the_best_come_first_when_they_are_asked_for(town: Town) -> None:
    await town.said("Order by tomorrow, and then there is a long story about why the number is not known")
    await town.said("order number", days_ago=3)
    assert (await town.found("order number", order="best"))[0] == "order number"
    assert (await town.found("order number"))[1] == "order number"


async def test_many_texts_of_one_millisecond_are_all_found(town: Town) -> None:
    texts = [Text(id=f"msg_{number}", at=NOW, text="the same", direction="in") for number in range(2_000)]
    await town.database.write(index_texts, texts)
    assert await words_kept(town.database) == 2_000


async def test_what_was_stored_before_there_was_an_index_is_indexed_beside_everything_else(
    town: Town,
) -> None:
    await town.said(*(f"older {number}" for number in range(600)))
    await town.database.write(empty_the_index)
    await town.database.write(start_filling)
    assert await town.database.read(is_filling)
    assert (await town.find("older")).indexing
    await town.said("older and new")
    assert await town.found("older") == ["older and new"]
    while await town.database.write(fill_some):
        pass
    assert not await town.database.read(is_filling)
    assert await words_kept(town.database) == 601
    assert not (await town.find("older")).indexing


async def empty_the_index(tx: Tx) -> None:
    await tx.run("DELETE FROM find_words WHERE rowid >= :first", first=place_of(0))
    await tx.run("DELETE FROM find_entry WHERE place >= :first", first=place_of(0))
