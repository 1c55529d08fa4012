"""Reading Twilio's log of messages: what people wrote, and whether a certain message of ours is there."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from holdfast.channels.contract import (
    CannotTell,
    Evidence,
    HistoryPage,
    HistoryUnavailableError,
    SentQuery,
)
from holdfast.channels.record import Listed, judge
from holdfast.channels.sms.client import CallFailedError, TwilioClient
from holdfast.channels.sms.numbers import normal_number
from holdfast.channels.sms.parse import logged_ms
from holdfast.channels.sms.settings import SmsSettings
from holdfast.channels.untrusted import id_at, items_at, text_at, value_at

PAGE_MESSAGES: Final = 100
SEARCHED_MESSAGES: Final = 50
PAGES_MAX: Final = 1_000
TRIAL_PREFIX: Final = "Sent from your Twilio trial account - "
"""What Twilio writes before every text of an account on trial."""


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
    """What the log of what we sent to one person, newest first, says about one send."""
    listed = [_line(message) for message in messages]
    return judge(listed, query, anchors=query.earlier, complete=len(messages) < SEARCHED_MESSAGES)


def _line(message: Any) -> Listed:
    # A body that somebody has redacted is empty; none of ours ever was.
    body = text_at(message, "body").removeprefix(TRIAL_PREFIX)
    return Listed(
        id=id_at(message, "sid"),
        at=logged_ms({"date_created": text_at(message, "date_created")}, 0) or None,
        ours=text_at(message, "direction").startswith("outbound"),
        text=body or None,
    )


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
