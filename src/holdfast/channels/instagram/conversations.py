"""Reading Instagram's conversations: what is there, and whether a certain message is.

Only the newest 20 messages of a conversation are given with their text; the ids of older ones answer as
deleted. Source: Conversations API.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final

import msgspec

from holdfast.channels.contract import (
    CannotTell,
    ErrorClass,
    Evidence,
    HistoryPage,
    HistoryUnavailableError,
    SentQuery,
)
from holdfast.channels.graph import CallFailedError, GraphClient
from holdfast.channels.instagram.parse import created_ms
from holdfast.channels.pace import Pace
from holdfast.channels.record import Listed, judge
from holdfast.channels.untrusted import id_at, items_at, text_at, value_at

NEWEST_MESSAGES: Final = 20
LISTED_MESSAGES: Final = 200
"""How many ids are asked for where the newest messages do not reach back to the send."""
PAGES_MAX: Final = 2_000
CONVERSATIONS_PER_PAGE: Final = 20
THROTTLED_TRIES_MAX: Final = 3
THROTTLED_WAIT_SECONDS: Final = 5.0
THROTTLED_WAIT_SECONDS_MAX: Final = 60.0

_MESSAGE_FIELDS: Final = "id,created_time,from,to,message,attachments"
_EXPANDED: Final = f"messages.limit({NEWEST_MESSAGES}){{{_MESSAGE_FIELDS}}}"
_LISTED: Final = f"messages.limit({LISTED_MESSAGES}){{id,created_time}}"
_CONVERSATION_FIELDS: Final = f"id,updated_time,participants,{_EXPANDED}"

Message = dict[str, Any]


class Conversations:
    def __init__(self, client: GraphClient, account_id: str, *, calls_per_second: float) -> None:
        self._client = client
        self._account_id = account_id
        self._pace = Pace(client.clock, calls_per_second)

    async def find_sent(self, query: SentQuery) -> Evidence:
        """Whether the record of one conversation holds a message of ours that fits the query."""
        try:
            conversation = await self._conversation_with(query.address)
            if conversation is None:
                return CannotTell("Instagram shows no conversation with this person.")
            messages = await self._newest(conversation)
            older = await self._behind(conversation, messages, _anchors(query))
        except CallFailedError as error:
            return CannotTell(f"Instagram's record cannot be read: {error}")
        return judge_record(messages, older, query, account_id=self._account_id)

    async def history(self, since_ms: int) -> AsyncGenerator[HistoryPage, None]:
        """One page a conversation, the newest conversation first; raises HistoryUnavailableError."""
        try:
            async for conversation in self._updated_since(since_ms):
                messages = await self._newest(conversation)
                page = _page(messages, since_ms, _person(conversation, self._account_id))
                if page.bodies:
                    yield page
        except CallFailedError as error:
            raise HistoryUnavailableError(f"Instagram does not give its history now: {error}") from error

    async def _conversation_with(self, person: str) -> Message | None:
        data = await self._conversations({"user_id": person, "fields": _CONVERSATION_FIELDS})
        found = [item for item in items_at(data, "data") if isinstance(item, dict)]
        named = [item for item in found if person in _participants(item)]
        unnamed = [item for item in found if not _participants(item)]
        return next(iter((*named, *unnamed)), None)

    async def _updated_since(self, since_ms: int) -> AsyncIterator[Message]:
        query = {"limit": str(CONVERSATIONS_PER_PAGE), "fields": _CONVERSATION_FIELDS}
        for _ in range(PAGES_MAX):
            data = await self._conversations(query)
            found = [
                item for item in items_at(data, "data") if _updated_ms(item, since_ms) >= since_ms - 1_000
            ]
            for conversation in found:
                yield conversation
            after = text_at(data, "paging", "cursors", "after")
            if not found or not after or after == query.get("after"):
                return
            query = query | {"after": after}
        raise HistoryUnavailableError(f"The history has more than {PAGES_MAX} pages.")

    async def _conversations(self, query: dict[str, str]) -> Message:
        return await self._read("me/conversations", {"platform": "instagram"} | query)

    async def _newest(self, conversation: Message) -> list[Message]:
        """The newest messages with their text, newest first, however much the listing left out."""
        messages = _messages(conversation)
        if not _detailed(messages):
            path = id_at(conversation, "id")
            messages = _messages(await self._read(path, {"fields": _EXPANDED}))
        if not _detailed(messages):
            messages = [await self._message(id_at(message, "id")) for message in messages[:NEWEST_MESSAGES]]
        return messages[:NEWEST_MESSAGES]

    async def _behind(
        self, conversation: Message, newest: list[Message], anchors: frozenset[str]
    ) -> list[Message]:
        """The ids behind the newest messages, where nothing known from before the send is among those."""
        seen = {id_at(message, "id") for message in newest}
        if len(newest) < NEWEST_MESSAGES or seen & anchors or not anchors:
            return []
        listed = _messages(await self._read(id_at(conversation, "id"), {"fields": _LISTED}))
        return [message for message in listed if id_at(message, "id") not in seen]

    async def _message(self, message_id: str) -> Message:
        try:
            return await self._read(message_id, {"fields": _MESSAGE_FIELDS})
        except CallFailedError as error:
            if error.error_class is not ErrorClass.MESSAGE:
                raise
            return {}

    async def _read(self, path: str, query: dict[str, str]) -> Message:
        for _ in range(THROTTLED_TRIES_MAX):
            await self._pace.wait()
            try:
                return await self._client.read(path, query)
            except CallFailedError as error:
                if error.error_class is not ErrorClass.THROTTLED:
                    raise
                await self._client.clock.sleep(_patience_seconds(error.wait_ms))
        await self._pace.wait()
        return await self._client.read(path, query)


def judge_record(
    messages: list[Message], older: list[Message], query: SentQuery, *, account_id: str
) -> Evidence:
    """What the newest messages of a conversation, and the ids of ``older`` ones, say about one send."""
    listed = [_line(message, account_id) for message in messages]
    listed += [Listed(id_at(message, "id"), created_ms(message, 0) or None) for message in older]
    return judge(listed, query, anchors=_anchors(query), complete=False)


def _anchors(query: SentQuery) -> frozenset[str]:
    return query.earlier | query.heard


def _line(message: Message, account_id: str) -> Listed:
    sender = id_at(message, "from", "id")
    return Listed(
        id=id_at(message, "id"),
        at=created_ms(message, 0) or None,
        ours=sender == account_id if sender else None,
        text=text_at(message, "message") if sender else None,
    )


def _page(messages: list[Message], since_ms: int, person: str) -> HistoryPage:
    wanted = [message for message in messages if id_at(message, "id") and created_ms(message, 0) >= since_ms]
    wanted.reverse()
    return HistoryPage(
        bodies=tuple(msgspec.json.encode(_addressed(message, person)) for message in wanted),
        external_ids=tuple(id_at(message, "id") for message in wanted),
        times=tuple(created_ms(message, 0) for message in wanted),
        truncated=len(wanted) >= NEWEST_MESSAGES,
    )


def _addressed(message: Message, person: str) -> Message:
    """The message with its receiver, which some answers leave to the conversation."""
    return message if items_at(message, "to", "data") else message | {"to": {"data": [{"id": person}]}}


def _messages(conversation: Message) -> list[Message]:
    return [item for item in items_at(conversation, "messages", "data") if isinstance(item, dict)]


def _detailed(messages: list[Message]) -> bool:
    return bool(messages) and all(value_at(message, "from") for message in messages[:1])


def _participants(conversation: Message) -> set[str]:
    return {id_at(person, "id") for person in items_at(conversation, "participants", "data")}


def _person(conversation: Message, account_id: str) -> str:
    return next(iter(sorted(_participants(conversation) - {account_id, ""})), "")


def _updated_ms(conversation: Any, otherwise: int) -> int:
    return created_ms({"created_time": text_at(conversation, "updated_time")}, otherwise)


def _patience_seconds(wait_ms: int | None) -> float:
    asked = wait_ms / 1000 if wait_ms else THROTTLED_WAIT_SECONDS
    return min(asked, THROTTLED_WAIT_SECONDS_MAX)
