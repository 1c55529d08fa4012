"""One Instagram professional account."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

from holdfast.channels.contract import (
    Accepted,
    Capability,
    ErrorClass,
    Evidence,
    HistoryPage,
    InboundEvent,
    Limits,
    Outcome,
    Outgoing,
    PostListing,
    ProbeResult,
    RawRequest,
    Reacting,
    Rejected,
    Sending,
    SentQuery,
    Verification,
)
from holdfast.channels.graph import (
    CallFailedError,
    GraphClient,
    look,
    look_at_subscription,
    verify_meta,
)
from holdfast.channels.graph.probe import Finding
from holdfast.channels.instagram.conversations import Conversations
from holdfast.channels.instagram.errors import classify
from holdfast.channels.instagram.parse import parse_instagram
from holdfast.channels.instagram.posts import read_posts
from holdfast.channels.instagram.settings import InstagramSettings
from holdfast.channels.outgoing import text_with_links
from holdfast.channels.transport import Transport
from holdfast.channels.untrusted import id_at, text_at, value_at
from holdfast.kernel import Clock
from holdfast.storage import Envelope

REPLY_WINDOW_MS: Final = 24 * 3_600_000
HUMAN_WINDOW_MS: Final = 7 * 24 * 3_600_000
SUBSCRIBED_FIELDS: Final = (
    "messages,message_reactions,message_edit,messaging_seen,messaging_postbacks,messaging_referral"
)


def make_instagram(
    channel_id: str, settings: InstagramSettings, *, transport: Transport, clock: Clock
) -> "InstagramAdapter":
    return InstagramAdapter(channel_id, settings, transport=transport, clock=clock)


class InstagramAdapter:
    platform = "instagram"

    def __init__(
        self, channel_id: str, settings: InstagramSettings, *, transport: Transport, clock: Clock
    ) -> None:
        self.channel_id = channel_id
        self.failure_domain = settings.failure_domain
        self.limits = limits_of(settings)
        self._settings = settings
        self._client = GraphClient(
            base_url=settings.base_url,
            version=settings.version,
            token=settings.token,
            timeout_seconds=settings.timeout_seconds,
            transport=transport,
            clock=clock,
            classify=classify,
        )
        self._conversations = Conversations(
            self._client, settings.account_id, calls_per_second=settings.history_calls_per_second
        )

    def verify(self, request: RawRequest) -> Verification:
        return verify_meta(
            request, secrets=self._settings.app_secret, verify_token=self._settings.verify_token
        )

    def parse(self, envelope: Envelope) -> Sequence[InboundEvent]:
        return parse_instagram(envelope, self._settings.account_id)

    async def send(self, outgoing: Outgoing) -> Sending:
        text = text_with_links(outgoing)
        size = len(text.encode())
        if not 0 < size <= self.limits.text_max:
            reason = f"The text has {size} bytes; Instagram takes 1 to {self.limits.text_max}."
            return Sending(Rejected(ErrorClass.MESSAGE, reason))
        body = message_body(outgoing, text, human_agent=self._settings.human_agent)
        return await self._client.send(f"{self._settings.account_id}/messages", body, _message_id)

    async def react(self, reacting: Reacting) -> Sending:
        body = reaction_body(reacting)
        return await self._client.send(f"{self._settings.account_id}/messages", body, _recipient_id)

    async def touch(self, address: str) -> ProbeResult:
        """Mark what the person wrote as seen: it goes the way that messages go."""
        body = {"recipient": {"id": address}, "sender_action": "mark_seen"}
        sending = await self._client.send(f"{self._settings.account_id}/messages", body, _recipient_id)
        return ProbeResult(Capability.SEND, *_touched(sending.outcome), sending.latency_ms)

    async def probe(self) -> Sequence[ProbeResult]:
        """All looks at once: a platform that hangs shows after one time-out, not after three."""
        seconds = self._settings.probe_timeout_seconds
        account = self._settings.account_id
        who, newest = {"fields": "user_id,username"}, {"platform": "instagram", "limit": "1"}
        return await asyncio.gather(
            look(self._client, Capability.SIGN_IN, "me", who, self._judge_me, timeout_seconds=seconds),
            look_at_subscription(
                self._client, account, self._settings.app_id, field="messages", timeout_seconds=seconds
            ),
            look(
                self._client,
                Capability.HISTORY,
                "me/conversations",
                newest,
                _judge_history,
                timeout_seconds=seconds,
            ),
        )

    def _judge_me(self, data: dict[str, Any]) -> Finding:
        account = id_at(data, "user_id")
        if account and account != self._settings.account_id:
            return False, f"The token belongs to another account ({account}).", ErrorClass.ACCOUNT
        return True, f"Signed in as {text_at(data, 'username') or 'the account'}.", None

    async def find_sent(self, query: SentQuery) -> Evidence:
        return await self._conversations.find_sent(query)

    def history(self, since_ms: int) -> AsyncGenerator[HistoryPage, None]:
        return self._conversations.history(since_ms)

    async def posts(self, most: int) -> PostListing:
        return await read_posts(self._client, self._settings.account_id, most)

    async def resubscribe(self) -> bool:
        path = f"{self._settings.account_id}/subscribed_apps"
        try:
            data = await self._client.read(path, {"subscribed_fields": SUBSCRIBED_FIELDS}, method="POST")
        except CallFailedError:
            return False
        return value_at(data, "success") is True

    async def close(self) -> None:
        """Nothing is held open; the transport belongs to whoever handed it in."""


def limits_of(settings: InstagramSettings) -> Limits:
    return Limits(
        text_max=settings.text_bytes_max,
        text_unit="bytes",
        sends_per_second=settings.sends_per_second,
        reply_window_ms=REPLY_WINDOW_MS,
        human_window_ms=HUMAN_WINDOW_MS if settings.human_agent else None,
        echoes=True,
        reactions=True,
        quotes=True,
        silence_after_send_ms=int(settings.echo_seconds * 1000),
    )


def message_body(outgoing: Outgoing, text: str, *, human_agent: bool) -> dict[str, Any]:
    """The JSON of one message; the tag is only for a person's words after the first window."""
    body: dict[str, Any] = {"recipient": {"id": outgoing.address}, "message": {"text": text}}
    if outgoing.reply_to:
        body["reply_to"] = {"mid": outgoing.reply_to}
    if human_agent and outgoing.human and not outgoing.window_open:
        body |= {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return body


def reaction_body(reacting: Reacting) -> dict[str, Any]:
    """The heart has a name of its own; whatever else is named by itself."""
    payload = {"message_id": reacting.external_id}
    if reacting.emoji:
        payload["reaction"] = "love" if reacting.emoji.startswith("\u2764") else reacting.emoji
    action = "react" if reacting.emoji else "unreact"
    return {"recipient": {"id": reacting.address}, "sender_action": action, "payload": payload}


def _message_id(data: dict[str, Any]) -> str:
    return id_at(data, "message_id")


def _touched(outcome: Outcome) -> Finding:
    match outcome:
        case Accepted():
            return True, "A read mark was accepted.", None
        case Rejected(error_class, reason):
            return None, reason, error_class
        case _:
            return False, outcome.reason, outcome.error_class


def _recipient_id(data: dict[str, Any]) -> str:
    return id_at(data, "recipient_id")


def _judge_history(data: dict[str, Any]) -> Finding:
    if not isinstance(data.get("data"), list):
        return None, "The answer holds no list of conversations.", None
    return True, "The conversations can be read.", None
