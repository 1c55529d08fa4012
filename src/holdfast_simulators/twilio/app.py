"""Twilio's REST API: which path means what."""

import base64
import binascii
from http import HTTPStatus
from typing import Any

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.faults import Fault
from holdfast_simulators.media import picture
from holdfast_simulators.people import Message
from holdfast_simulators.twilio.envelope import TwilioEnvelope, settings_of
from holdfast_simulators.twilio.listing import answer_list
from holdfast_simulators.twilio.phone import TwilioPhone
from holdfast_simulators.twilio.resource import API, TwilioError, shown
from holdfast_simulators.twilio.sending import Sending
from holdfast_simulators.webhooks import Transport, Webhooks
from holdfast_simulators.wire import Answer, Call, json_answer
from holdfast_simulators.world import World

BASIC = "Basic "
ACCOUNT_PATH_PARTS = 3
"""2010-04-01 / Accounts / the sid."""


class Twilio:
    name = "sms"

    def __init__(self, world: World, transport: Transport) -> None:
        self._world = world
        self.webhooks = Webhooks(
            platform=self.name, world=world, transport=transport, envelope=TwilioEnvelope()
        )
        self._sending = Sending(world, self.webhooks)
        self.phone = TwilioPhone(world, self._sending)

    def recognise(self, call: Call) -> None:
        path = call.segments()
        account = self._account(path)
        call.account = account.key if account else None
        rest = path[ACCOUNT_PATH_PARTS:]
        if rest[:1] == ["Messages.json"]:
            call.capability = "send" if call.method == "POST" else "history"
            call.recipient = lambda: dict(call.form()).get("To", "")
        elif rest[:1] == ["Messages"]:
            call.capability = "history"
        elif len(path) == ACCOUNT_PATH_PARTS:
            call.capability = "sign_in"

    async def answer(self, call: Call) -> Answer:
        path = call.segments()
        if path[:1] == ["media"]:
            return picture(path[-1])
        try:
            return self._answer_for(call, path)
        except TwilioError as error:
            return error.answer()

    def fault_answer(self, fault: Fault, call: Call) -> Answer:
        del call
        return _fault_error(fault, self._world).answer()

    def _answer_for(self, call: Call, path: list[str]) -> Answer:
        account = self._account(path)
        if account is None or not _is_signed_in(call, account):
            raise _unauthorised()
        rest = path[ACCOUNT_PATH_PARTS:]
        if not rest:
            return json_answer(_described(account))
        if rest == ["Messages.json"] and call.method == "POST":
            return self._sending.answer(call, account)
        number = settings_of(account).number
        if rest == ["Messages.json"]:
            return answer_list(self._world, call, account.key, number)
        return self._answer_message(call, account, rest)

    def _answer_message(self, call: Call, account: AccountState, rest: list[str]) -> Answer:
        if rest[0] != "Messages" or len(rest) < 2:  # noqa: PLR2004 - Messages and a sid
            raise _not_found(call)
        message = self._world.message(rest[1].removesuffix(".json"))
        if message is None or message.account != account.key:
            raise _not_found(call)
        if rest[2:] == ["Media.json"]:
            return json_answer({"media_list": _media(message)})
        return json_answer(shown(message, settings_of(account).number))

    def _account(self, path: list[str]) -> AccountState | None:
        if len(path) < ACCOUNT_PATH_PARTS or path[:2] != [API.strip("/"), "Accounts"]:
            return None
        return self._world.accounts.find(self.name, path[2].removesuffix(".json"))


def _is_signed_in(call: Call, account: AccountState) -> bool:
    header = call.headers.get("authorization", "")
    if not header.startswith(BASIC):
        return False
    try:
        pair = base64.b64decode(header[len(BASIC) :], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return pair == f"{account.key}:{settings_of(account).auth_token}"


def _described(account: AccountState) -> dict[str, Any]:
    return {
        "sid": account.key,
        "friendly_name": account.settings.names[1],
        "status": "active",
        "type": "Full",
        "uri": f"{API}/Accounts/{account.key}.json",
    }


def _media(message: Message) -> list[dict[str, str]]:
    return [
        {"sid": f"ME{place:032d}", "parent_sid": message.id, "content_type": "image/png", "uri": url}
        for place, url in enumerate(message.details.get("media", []))
    ]


def _unauthorised() -> TwilioError:
    return TwilioError(code=20003, status=HTTPStatus.UNAUTHORIZED, message="Authenticate")


def _not_found(call: Call) -> TwilioError:
    return TwilioError(
        code=20404, status=HTTPStatus.NOT_FOUND, message=f"The requested resource {call.path} was not found"
    )


def _fault_error(fault: Fault, world: World) -> TwilioError:
    if fault.kind == "token_error":
        return _unauthorised()
    if fault.kind == "permission_error":
        return TwilioError(
            code=21408,
            status=HTTPStatus.FORBIDDEN,
            message="Permission to send an SMS has not been enabled for the region of the 'To' number.",
        )
    if fault.kind == "throttle":
        return TwilioError(code=20429, status=HTTPStatus.TOO_MANY_REQUESTS, message="Too Many Requests")
    status = world.random.choice((HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE))
    return TwilioError(code=20500, status=status, message="An internal server error has occurred")
