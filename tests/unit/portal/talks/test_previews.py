"""Messages get what the page that they name says of itself, later, as a change."""

from typing import Any, Final

import pytest

from holdfast.media import Preview
from holdfast.portal.previews import LinkPreviews
from holdfast.portal.talks.model import MessageChanged, ThreadToMake

LINK: Final = "https://kelp.example/mug"
BUSINESS: Final = "business:web"
SHOWN: Final = {"url": LINK, "title": "A mug", "text": "Blue.", "picture": ""}


class Library:
    """Knows one page, and counts who asks."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def look(self, url: str) -> Preview | None:
        self.asked.append(url)
        return Preview(url, "A mug", "Blue.") if url == LINK else None


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def adding(town: Any, library: Any) -> LinkPreviews:
    return LinkPreviews(
        database=town.database,
        events=town.events,
        clock=town.clock,
        previews=library,
        channels=lambda: list(town.adapters),
    )


async def look(adding: LinkPreviews) -> None:
    await adding.look()
    await adding.settled()


async def test_among_members(town: Any, adding: LinkPreviews, library: Library) -> None:
    ann, bob = await town.member("Ann"), await town.member("Bob")
    thread = await town.pair(ann, bob)
    cursor = (await town.direct.threads(bob, "")).cursor
    message_id = await town.tell(ann, thread.id, f"Look at {LINK}!")
    await look(adding)
    assert (await town.read(bob, thread.id))[-1].preview == SHOWN
    changes = (await town.changes(bob, cursor)).changes
    assert [each.message.preview for each in changes if isinstance(each, MessageChanged)][-1] == SHOWN
    await look(adding)
    assert library.asked == [LINK]
    await town.edit(ann, message_id, "Look elsewhere")
    assert (await town.read(bob, thread.id))[-1].preview is None
    await look(adding)
    assert library.asked == [LINK]


async def test_nobody_asks_for_strangers(town: Any, adding: LinkPreviews, library: Library) -> None:
    ann, bob = await town.member("Ann"), await town.member("Bob")
    thread = await town.direct.make_thread(ann, ThreadToMake(kind="pair", member=bob.id))
    await town.tell(ann, thread.id, LINK)
    await look(adding)
    assert library.asked == []


async def test_what_was_taken_back_meanwhile_stays_empty(town: Any, library: Library) -> None:
    ann, bob = await town.member("Ann"), await town.member("Bob")
    thread = await town.pair(ann, bob)

    class Slow(Library):
        async def look(self, url: str) -> Preview | None:
            await town.unsend(ann, message_id)
            return await super().look(url)

    adding = LinkPreviews(
        database=town.database,
        events=town.events,
        clock=town.clock,
        previews=Slow(),  # type: ignore[arg-type]
        channels=list,
    )
    message_id = await town.tell(ann, thread.id, LINK)
    await look(adding)
    assert (await town.read(bob, thread.id))[-1].preview is None


async def test_with_the_business_both_ways(town: Any, adding: LinkPreviews, library: Library) -> None:
    ann = await town.member("Ann")
    await look(adding)
    await town.tell(ann, BUSINESS, f"Have you got {LINK} in grey?")
    [conversation] = await town.rows("SELECT id FROM conversation")
    await town.answer(conversation["id"], f"Here: {LINK}")
    await look(adding)
    assert [each.preview for each in await town.read(ann, BUSINESS)] == [SHOWN, SHOWN]
    await look(adding)
    assert len(library.asked) == 2


async def test_other_words_are_left_alone(town: Any, adding: LinkPreviews, library: Library) -> None:
    ann, bob = await town.member("Ann"), await town.member("Bob")
    thread = await town.pair(ann, bob)
    await town.tell(ann, thread.id, "no link, ftp://a.example neither")
    await town.tell(ann, thread.id, "https://unknown.example")
    await look(adding)
    await look(adding)
    assert library.asked == ["https://unknown.example"]
    assert [each.preview for each in await town.read(bob, thread.id)] == [None] * 3
