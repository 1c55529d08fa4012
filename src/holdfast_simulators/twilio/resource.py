"""A message as the REST API shows it, and the API's errors."""

from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.people import Message
from holdfast_simulators.twilio.segments import segments
from holdfast_simulators.wire import Answer, json_answer

API = "/2010-04-01"


@dataclass(kw_only=True, eq=False)
class TwilioError(Exception):
    """Raised by a handler; becomes an answer of this shape."""

    code: int
    message: str
    status: int = HTTPStatus.BAD_REQUEST

    def answer(self) -> Answer:
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        body = {"code": self.code, "message": self.message, "more_info": more, "status": int(self.status)}
        return json_answer(body, status=self.status)


def shown(message: Message, number: str) -> dict[str, Any]:
    inbound = message.direction == "out"
    sender, recipient = (message.address, number) if inbound else (number, message.address)
    date = twilio_date(message.at_ms)
    error = message.details.get("error_code")
    account = message.account
    return {
        "sid": message.id,
        "status": status_of(message),
        "account_sid": account,
        "from": sender,
        "to": recipient,
        "body": message.text,
        "num_segments": str(segments(message.text)),
        "num_media": str(len(message.details.get("media", []))),
        "direction": "inbound" if inbound else message.details.get("direction", "outbound-api"),
        "messaging_service_sid": None,
        "error_code": error,
        "error_message": "Unreachable destination handset" if error else None,
        "price": None,
        "price_unit": "USD",
        "date_created": date,
        "date_sent": None if status_of(message) == "queued" else date,
        "date_updated": date,
        "api_version": API.strip("/"),
        "uri": f"{API}/Accounts/{account}/Messages/{message.id}.json",
        "subresource_uris": {"media": f"{API}/Accounts/{account}/Messages/{message.id}/Media.json"},
    }


def status_of(message: Message) -> str:
    """Looking at a text message changes nothing for the sender: SMS has no read receipts."""
    if message.direction == "out":
        return "received"
    return str(message.details.get("status", "delivered"))


def twilio_date(at_ms: int) -> str:
    return formatdate(at_ms // MS_PER_SECOND).replace("-0000", "+0000")
