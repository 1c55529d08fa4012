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
    FoundSent,
    HistoryPage,
    HistoryUnavailableError,
    NotSent,
    SentQuery,
)
from holdfast.channels.graph import CallFailedError, GraphClient
from holdfast.channels.instagram.parse import created_ms
from holdfast.channels.pace import Pace
from holdfast.channels.untrusted import id_at, items_at, text_at, value_at

NEWEST_MESSAGES: Final = 20
PAGES_MAX: Final = 2_000
CONVERSATIONS_PER_PAGE: Final = 20
THROTTLED_TRIES_MAX: Final = 3
THROTTLED_WAIT_SECONDS: Final = 5.0
THROTTLED_WAIT_SECONDS_MAX: Final = 60.0
CLOCK_DIFFERENCE_MS: Final = 5_000
"""How far the platform's clock, and its whole seconds, may stand before ours."""

_MESSAGE_FIELDS: Final = "id,created_time,from,to,message,attachments"
_EXPANDED: Final = f"messages.limit({NEWEST_MESSAGES}){{{_MESSAGE_FIELDS}}}"
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
        except CallFailedError as error:
            return CannotTell(f"Instagram's record cannot be read: {error}")
        return judge_record(messages, query, account_id=self._account_id)

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


def judge_record(messages: list[Message], query: SentQuery, *, account_id: str) -> Evidence:
    """What the newest messages of a conversation, newest first, say about one send."""
    earliest = query.started_at - CLOCK_DIFFERENCE_MS
    recent = [message for message in messages if created_ms(message, 0) >= earliest]
    fitting = [
        id_at(message, "id")
        for message in recent
        if id_at(message, "from", "id") == account_id
        and _same_text(text_at(message, "message"), query.text)
        and id_at(message, "id") not in query.known
    ]
    if fitting:
        # The oldest: later ones of the same words belong to later deliveries.
        return FoundSent(fitting[-1])
    if not all(created_ms(message, 0) for message in messages):
        return CannotTell("Instagram's record is incomplete.")
    if len(recent) >= NEWEST_MESSAGES:
        return CannotTell(f"More than {NEWEST_MESSAGES} messages came since; older ones are hidden.")
    return NotSent()


def _same_text(one: str, other: str) -> bool:
    return one.split() == other.split()


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
