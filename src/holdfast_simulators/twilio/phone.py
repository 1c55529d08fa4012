"""What a person does with text messages."""

from typing import Any

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.people import Message
from holdfast_simulators.phone_line import NotPossible, Writing
from holdfast_simulators.twilio.envelope import settings_of
from holdfast_simulators.twilio.resource import API
from holdfast_simulators.twilio.segments import segments
from holdfast_simulators.twilio.sending import Sending, new_sid
from holdfast_simulators.world import World

KINDS = ("text", "image")
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
CONFIRMATIONS = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this "
    "number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number.",
}
MEDIA_PATH = "/media/picture-1.png"


class TwilioPhone:
    def __init__(self, world: World, sending: Sending) -> None:
        self._world = world
        self._sending = sending

    async def writes(self, account: AccountState, address: str, writing: Writing) -> Message:
        if writing.kind not in KINDS:
            raise NotPossible(f"SMS has no such kind. Choose one of: {', '.join(KINDS)}.")
        media = [self._media_url()] if writing.kind == "image" else []
        message = self._world.record_message(
            platform="sms",
            account=account.key,
            address=address,
            direction="out",
            text=writing.text,
            kind=writing.kind,
            message_id=new_sid(self._world, "MM" if media else "SM"),
            details={"media": media},
        )
        keyword = _keyword(writing.text)
        self._sending.tell(account, address, account.webhook_url, _inbound(message, account, keyword))
        if keyword is not None:
            self._obey(account, address, keyword)
        return message

    async def sees(self, account: AccountState, address: str) -> int:
        thread = self._world.thread("sms", account.key, address)
        fresh = [m for m in thread.messages if m.direction == "in" and m.state != "seen"]
        for message in fresh:
            message.state = "seen"
            self._world.changed(message)
        return len(fresh)

    async def unsends(self, message: Message) -> None:
        del message
        raise NotPossible("A text message cannot be unsent.", "message_id")

    async def edits(self, message: Message, text: str) -> None:
        del message, text
        raise NotPossible("A text message cannot be edited.", "message_id")

    async def reacts(self, message: Message, emoji: str | None) -> None:
        del message, emoji
        raise NotPossible("Text messages have no reactions.", "message_id")

    def _obey(self, account: AccountState, address: str, keyword: str) -> None:
        if keyword == "STOP":
            account.opted_out.add(address)
        else:
            account.opted_out.discard(address)
        self._world.record_message(
            platform="sms",
            account=account.key,
            address=address,
            direction="in",
            text=CONFIRMATIONS[keyword],
            kind="notice",
            message_id=new_sid(self._world),
            state="delivered",
            details={"direction": "outbound-reply"},
        )

    def _media_url(self) -> str:
        return self._world.addresses.get("sms", "http://sms.invalid") + MEDIA_PATH


def _keyword(text: str) -> str | None:
    word = text.strip().upper()
    if word in STOP_WORDS:
        return "STOP"
    return "START" if word in START_WORDS else None


def _inbound(message: Message, account: AccountState, keyword: str | None) -> dict[str, str]:
    media: list[Any] = message.details["media"]
    parameters = {
        "MessageSid": message.id,
        "SmsSid": message.id,
        "SmsMessageSid": message.id,
        "SmsStatus": "received",
        "AccountSid": account.key,
        "From": message.address,
        "To": settings_of(account).number,
        "Body": message.text,
        "NumMedia": str(len(media)),
        "NumSegments": str(segments(message.text)),
        "FromCountry": "NL",
        "ApiVersion": API.strip("/"),
    }
    for place, url in enumerate(media):
        parameters |= {f"MediaUrl{place}": url, f"MediaContentType{place}": "image/png"}
    if keyword is not None:
        parameters["OptOutType"] = keyword
    return parameters
