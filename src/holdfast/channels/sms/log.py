"""Reading Twilio's log of messages: what people wrote, and whether a certain message of ours is there."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from holdfast.channels.contract import (
    CannotTell,
    Evidence,
    FoundSent,
    HistoryPage,
    HistoryUnavailableError,
    NotSent,
    SentQuery,
)
from holdfast.channels.sms.client import CallFailedError, TwilioClient
from holdfast.channels.sms.numbers import normal_number
from holdfast.channels.sms.parse import logged_ms
from holdfast.channels.sms.settings import SmsSettings
from holdfast.channels.untrusted import id_at, items_at, text_at, value_at

PAGE_MESSAGES: Final = 100
SEARCHED_MESSAGES: Final = 50
PAGES_MAX: Final = 1_000
CLOCK_DIFFERENCE_MS: Final = 5_000
"""How far the platform's clock, and its whole seconds, may stand before ours."""


class MessageLog:
    def __init__(self, client: TwilioClient, settings: SmsSettings) -> None:
        self._client = client
        self._settings = settings

    async def find_sent(self, query: SentQuery) -> Evidence:
        # No date in the question: a message that is still queued has no date of sending.
        wanted = {"To": normal_number(query.address), "PageSize": str(SEARCHED_MESSAGES)}
        if not self._settings.messaging_service_sid:
            wanted["From"] = self._settings.number
        try:
            page = await self._client.messages(wanted)
        except CallFailedError as error:
            return CannotTell(f"Twilio's log cannot be read: {error}")
        if not isinstance(value_at(page, "messages"), list):
            return CannotTell("Twilio's log cannot be read: the answer holds no messages.")
        return judge_log(items_at(page, "messages"), query)

    async def history(self, since_ms: int) -> AsyncGenerator[HistoryPage, None]:
        """Inbound messages, the newest page first; raises HistoryUnavailableError."""
        day = datetime.fromtimestamp(since_ms / 1000, UTC).strftime("%Y-%m-%d")
        query = {"To": self._settings.number, "DateSent>": day, "PageSize": str(PAGE_MESSAGES)}
        try:
            page: dict[str, Any] | None = await self._client.messages(query)
            for _ in range(PAGES_MAX):
                if page is None:
                    return
                found = _inbound(items_at(page, "messages"), since_ms)
                if found:
                    yield _page(found)
                page = await self._client.next_page(page)
        except CallFailedError as error:
            raise HistoryUnavailableError(f"Twilio does not give its log now: {error}") from error


def judge_log(messages: list[Any], query: SentQuery) -> Evidence:
    """What the log of one person, newest first, says about one send."""
    earliest = query.started_at - CLOCK_DIFFERENCE_MS
    recent = [message for message in messages if _created_ms(message) >= earliest]
    fitting = [
        id_at(message, "sid")
        for message in recent
        if text_at(message, "direction").startswith("outbound")
        and text_at(message, "body").split() == query.text.split()
        and id_at(message, "sid") not in query.known
    ]
    if fitting:
        return FoundSent(fitting[-1])
    if len(recent) >= SEARCHED_MESSAGES:
        return CannotTell(f"More than {SEARCHED_MESSAGES} messages were sent since.")
    return NotSent()


def _created_ms(message: Any) -> int:
    return logged_ms({"date_created": text_at(message, "date_created")}, 0)


def _inbound(messages: list[Any], since_ms: int) -> list[Any]:
    return [
        message
        for message in reversed(messages)
        if text_at(message, "direction") == "inbound" and logged_ms(message, 0) >= since_ms
    ]


def _page(messages: list[Any]) -> HistoryPage:
    return HistoryPage(
        bodies=tuple(msgspec.json.encode(message) for message in messages),
        external_ids=tuple(id_at(message, "sid") for message in messages),
        times=tuple(logged_ms(message, 0) for message in messages),
    )
