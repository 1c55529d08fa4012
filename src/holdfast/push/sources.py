"""Where news come from, and what is to be said of them at the moment at which it is said."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from holdfast.push import store
from holdfast.push.model import News, Telling
from holdfast.storage import Event, Tx, last_event_seq, read_events

PAGE: Final = 500
BUSINESS: Final = "business:"
POSTS: Final = "posts"
POST_PUBLISHED: Final = "post.published"
WITHOUT_TEXT: Final = {
    "picture": "A picture",
    "image": "A picture",
    "video": "A video",
    "voice": "A voice message",
}


class Found(msgspec.Struct, frozen=True):
    """What a log says after a cursor; ``of_posts``: for whoever follows the business's posts."""

    cursor: int
    news: Sequence[News] = ()
    of_posts: Sequence[News] = ()


class Source(Protocol):
    """``name`` is that of its cursor."""

    name: str

    async def last(self, tx: Tx) -> int:
        """Where the log ends now."""
        ...

    async def after(self, tx: Tx, cursor: int) -> Found: ...

    async def telling(self, tx: Tx, news: News, now: int) -> Telling | None:
        """None where there is nothing to tell any more: it was read, taken back, or the thread is muted."""
        ...


class BusinessLog:
    """What the business says in its conversations over our own chat, and what it posts: the event log."""

    name = "push.events"

    def __init__(self, *, business: str, posts_path: Callable[[Mapping[str, Any]], str]) -> None:
        """``posts_path``: where the post that an event speaks of is read."""
        self._business = business
        self._posts_path = posts_path

    async def last(self, tx: Tx) -> int:
        return await last_event_seq(tx)

    async def after(self, tx: Tx, cursor: int) -> Found:
        events = await read_events(tx, cursor, PAGE)
        if not events:
            return Found(cursor)
        return Found(
            events[-1].seq, await _said(tx, events), [_posted(each) for each in events if _is_post(each)]
        )

    async def telling(self, tx: Tx, news: News, now: int) -> Telling | None:
        if news.thread == POSTS:
            return await self._post(tx, news.message_id)
        name = news.thread.removeprefix(BUSINESS)
        row = await store.word_of_business(tx, news, channel=f"direct:{name}", now=now)
        if row is None or row["unsent_at"] is not None:
            return None
        agent = str(row["agent_name"] or "").split()
        return Telling(
            title=f"{agent[0]} · {self._business}" if agent else self._business,
            text=row["text"] or words_for(row["attachments"]),
            path=f"/chat/{name}",
            count=int(row["unread"]),
        )

    async def _post(self, tx: Tx, seq: str) -> Telling | None:
        event = next(iter(await read_events(tx, int(seq) - 1, 1)), None)
        if event is None or not _is_post(event) or str(event.seq) != seq:
            return None
        text = str(event.body.get("title") or event.body.get("text") or "A new post")
        return Telling(title=self._business, text=text, path=self._posts_path(event.body))


class MemberLog:
    """What members say to one another, in pairs and groups: the log of their talks."""

    name = "push.members"

    async def last(self, tx: Tx) -> int:
        return await store.last_of_members(tx)

    async def after(self, tx: Tx, cursor: int) -> Found:
        rows = await store.log_of_members(tx, cursor, PAGE)
        if not rows:
            return Found(cursor)
        said = await store.said_by_members(tx, [row["subject"] for row in rows if row["kind"] == "message"])
        fresh = {row["thread_id"]: row for row in said if row["place"] > cursor}
        listening = await store.listening(tx, list(fresh)) if fresh else []
        news = [
            News(
                member_id=each["member_id"],
                thread=each["thread_id"],
                message_id=fresh[each["thread_id"]]["id"],
                order=fresh[each["thread_id"]]["place"],
            )
            for each in listening
            if each["member_id"] != fresh[each["thread_id"]]["author"]
        ]
        return Found(rows[-1]["seq"], news)

    async def telling(self, tx: Tx, news: News, now: int) -> Telling | None:
        row = await store.word_of_members(tx, news, now)
        if row is None:
            return None
        name = row["author_name"] or row["author_handle"] or "Somebody"
        is_group = row["kind"] == "group"
        return Telling(
            title=f"{name} · {row['title']}" if is_group and row["title"] else name,
            text=row["text"] or words_for(row["attachments"]),
            path=f"/chat/#/t/{news.thread}",
            direct=not is_group or _names(row["text"], row["own_handle"]),
            count=int(row["unread"]),
        )


def _names(text: str, handle: str | None) -> bool:
    """Whether a text speaks to somebody by their handle."""
    if not handle:
        return False
    return re.search(rf"(?<![\w.])@{re.escape(handle)}(?![\w.]*\w)", text, re.IGNORECASE) is not None


def words_for(attachments: str) -> str:
    """What a message without words is called."""
    found = msgspec.json.decode(attachments)
    first = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
    return WITHOUT_TEXT.get(str(first.get("kind", "")), "A file" if first else "New message")


async def _said(tx: Tx, events: Sequence[Event]) -> list[News]:
    ids = {
        event.body.get("message_id")
        for event in events
        if event.kind in {"message.created", "message.changed"}
    }
    wanted = [each for each in ids if isinstance(each, str)]
    rows = await store.news_of_business(tx, wanted) if wanted else []
    return [
        News(
            member_id=row["member_id"],
            thread=BUSINESS + row["channel"].partition(":")[2],
            message_id=row["message_id"],
            order=row["at"],
        )
        for row in rows
    ]


def _is_post(event: Event) -> bool:
    return event.kind == POST_PUBLISHED


def _posted(event: Event) -> News:
    return News(member_id="", thread=POSTS, message_id=str(event.seq), order=event.seq)
