"""`POST …/Messages.json`, and what becomes of the message.

Source: twilio.com/docs/messaging/api/message-resource.
"""

import re
from http import HTTPStatus
from typing import Any

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.people import Message
from holdfast_simulators.twilio.envelope import FormEvent, settings_of
from holdfast_simulators.twilio.resource import API, TwilioError, shown
from holdfast_simulators.webhooks import Hook, Webhooks
from holdfast_simulators.wire import Answer, Call, json_answer
from holdfast_simulators.world import World

BODY_LETTERS_MAX = 1600
MEDIA_MAX = 10
SID_BYTES = 16
TOKEN_LETTERS = 32
E164 = re.compile(r"\+[1-9]\d{6,14}")
MAGIC_INVALID = "+15005550001"
UNREACHABLE_HANDSET = 30003
STEP_SECONDS = (0.05, 0.3)


def new_sid(world: World, prefix: str = "SM") -> str:
    return prefix + world.random.randbytes(SID_BYTES).hex()


class Sending:
    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self._world = world
        self._webhooks = webhooks

    def answer(self, call: Call, account: AccountState) -> Answer:
        """Raises TwilioError."""
        form = call.form()
        fields = dict(form)
        media = [value for name, value in form if name == "MediaUrl"]
        number = settings_of(account).number
        _check(fields, media, number)
        if fields["To"] in account.opted_out:
            raise TwilioError(code=21610, message="Attempt to send to unsubscribed recipient")
        message = self._message(account, fields, media)
        if not call.pretend:
            message = self._record(message)
            call.effect = True
            self._world.background.spawn(self._carry(account, message))
        return json_answer(shown(message, number), status=HTTPStatus.CREATED)

    def tell(self, account: AccountState, address: str, url: str, parameters: dict[str, str]) -> None:
        event = FormEvent(url, parameters, self._world.letters(TOKEN_LETTERS))
        self._webhooks.publish(Hook(account=account, address=address, events=(event,)))

    def _message(self, account: AccountState, fields: dict[str, str], media: list[str]) -> Message:
        details: dict[str, Any] = {"status": "queued", "media": media}
        if fields.get("StatusCallback"):
            details["status_callback"] = fields["StatusCallback"]
        return Message(
            id=new_sid(self._world, "MM" if media else "SM"),
            platform="sms",
            account=account.key,
            address=fields["To"],
            person=None,
            direction="in",
            text=fields.get("Body", ""),
            at_ms=self._world.clock.now_ms(),
            details=details,
        )

    def _record(self, message: Message) -> Message:
        return self._world.record_message(
            platform="sms",
            account=message.account,
            address=message.address,
            direction="in",
            text=message.text,
            message_id=message.id,
            state="queued",
            details=message.details,
        )

    async def _carry(self, account: AccountState, message: Message) -> None:
        for status in self._course(message):
            await self._world.clock.sleep(self._world.random.uniform(*STEP_SECONDS))
            message.details["status"] = status
            if message.state != "seen":
                message.state = "failed" if status == "undelivered" else status
            self._world.changed(message)
            if status != "sending":
                self._call_back(account, message, status)

    def _course(self, message: Message) -> tuple[str, ...]:
        if message.person is not None:
            return ("sending", "sent", "delivered")
        message.details["error_code"] = UNREACHABLE_HANDSET
        return ("sending", "sent", "undelivered")

    def _call_back(self, account: AccountState, message: Message, status: str) -> None:
        url = message.details.get("status_callback")
        if url is None:
            return
        parameters = {
            "MessageSid": message.id,
            "SmsSid": message.id,
            "MessageStatus": status,
            "SmsStatus": status,
            "To": message.address,
            "From": settings_of(account).number,
            "AccountSid": account.key,
            "ApiVersion": API.strip("/"),
        }
        if status == "undelivered":
            parameters["ErrorCode"] = str(message.details["error_code"])
        self.tell(account, message.address, url, parameters)


def _check(fields: dict[str, str], media: list[str], number: str) -> None:
    recipient, sender = fields.get("To", ""), fields.get("From", "")
    if not recipient:
        raise TwilioError(code=21604, message="A 'To' phone number is required.")
    if not E164.fullmatch(recipient) or recipient == MAGIC_INVALID:
        raise TwilioError(code=21211, message=f"The 'To' number {recipient} is not a valid phone number.")
    if not sender:
        raise TwilioError(code=21603, message="A 'From' phone number is required.")
    if sender != number:
        raise TwilioError(code=21606, message=f"The 'From' phone number {sender} is not yours.")
    if not fields.get("Body") and not media:
        raise TwilioError(code=21602, message="Message body is required.")
    if len(fields.get("Body", "")) > BODY_LETTERS_MAX:
        raise TwilioError(
            code=21617,
            message=f"The concatenated message body exceeds the {BODY_LETTERS_MAX} character limit.",
        )
    if len(media) > MEDIA_MAX:
        raise TwilioError(code=21623, message="Number of media files exceeds allowed limit.")
