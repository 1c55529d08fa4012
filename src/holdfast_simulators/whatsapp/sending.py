"""`POST /{phone number}/messages`.

Source: developers.facebook.com, whatsapp/messages and whatsapp/throughput.
"""

import re
from http import HTTPStatus
from typing import Any

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.meta.graph_errors import GraphError
from holdfast_simulators.rates import Bucket, Window
from holdfast_simulators.whatsapp.media import MediaShelf
from holdfast_simulators.whatsapp.phone import new_wamid, scoped_user_id
from holdfast_simulators.whatsapp.statuses import Statuses
from holdfast_simulators.wire import Answer, Call, json_answer
from holdfast_simulators.world import World

MESSAGES_PER_SECOND = 80
PAIR_BURST = 45
PAIR_REFILL_MS = 6_000
WINDOW_MS = 24 * 3600 * MS_PER_SECOND
TEXT_LETTERS_MAX = 4096
CAPTION_LETTERS_MAX = 1024
CALLBACK_LETTERS_MAX = 512
TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")
MEDIA_TYPES = frozenset({"image", "video", "audio", "document", "sticker"})
OTHER_TYPES = frozenset({"location", "contacts", "interactive"})
SCOPED_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")


class Sending:
    def __init__(self, world: World, statuses: Statuses, media: MediaShelf) -> None:
        self._world = world
        self._statuses = statuses
        self._media = media
        self._speed = Window(MESSAGES_PER_SECOND)
        self._pairs = Bucket(PAIR_BURST, PAIR_REFILL_MS)

    async def answer(self, call: Call, account: AccountState) -> Answer:
        """Raises GraphError."""
        body = call.json()
        if body.get("messaging_product") != "whatsapp":
            raise invalid("(#100) The parameter messaging_product is required.", 100)
        if body.get("status") == "read":
            self._mark_read(call, account, body)
            return json_answer({"success": True})
        given, address = self._recipient(body, account)
        self._check_speed(account, address)
        if body.get("type") == "reaction":
            self._check_window(body, account, address)
            return self._react(call, body, given, address)
        text = self._text(body, account)
        self._check_window(body, account, address)
        return self._accepted(given, address, self._send(call, account, address, body, text))

    def _send(self, call: Call, account: AccountState, address: str, body: dict[str, Any], text: str) -> str:
        wamid = new_wamid(self._world)
        if call.pretend:
            return wamid
        context = body.get("context")
        message = self._world.record_message(
            platform="whatsapp",
            account=account.key,
            address=address,
            direction="in",
            text=text,
            kind=body.get("type", "text"),
            message_id=wamid,
            state="accepted",
            reply_to=context.get("message_id") if isinstance(context, dict) else None,
            details=_details(body),
        )
        call.effect = True
        self._statuses.follow(account, message)
        return wamid

    def _accepted(self, given: str, address: str, wamid: str) -> Answer:
        contact = {"input": given, "wa_id": address, "user_id": scoped_user_id(address)}
        sent = {"id": wamid, "message_status": "accepted"}
        return json_answer({"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]})

    def _recipient(self, body: dict[str, Any], account: AccountState) -> tuple[str, str]:
        """What was given, and the wa_id that it means."""
        scoped = body.get("recipient")
        if isinstance(scoped, str) and SCOPED_ID.fullmatch(scoped):
            return scoped, self._address_behind(scoped, account)
        given = body.get("to")
        digits = re.sub(r"[^0-9]", "", given) if isinstance(given, str) else ""
        if not digits:
            raise invalid("(#100) The parameter to is required.", 100)
        return str(given), digits

    def _address_behind(self, scoped: str, account: AccountState) -> str:
        for person in self._world.people:
            address = person.address("whatsapp", account.key)
            if address is not None and scoped_user_id(address) == scoped:
                return address
        return scoped

    def _check_speed(self, account: AccountState, address: str) -> None:
        now_ms = self._world.clock.now_ms()
        if not self._speed.allows(account.key, now_ms):
            raise too_fast()
        if not self._pairs.allows(f"{account.key}:{address}", now_ms):
            raise GraphError(
                code=131056,
                message="(Business Account, Consumer Account) pair rate limit hit",
                details="Too many messages sent from this phone number to the same phone number.",
            )

    def _text(self, body: dict[str, Any], account: AccountState) -> str:
        kind = body.get("type", "text")
        content = body.get(kind)
        if kind not in {"text", "template", *MEDIA_TYPES, *OTHER_TYPES}:
            raise invalid(f"Message type {kind} is not supported.", 131051)
        if not isinstance(content, dict) and kind != "contacts":
            raise invalid(f"The parameter {kind} is required.", 131008)
        return self._words(kind, content if isinstance(content, dict) else {}, account)

    def _words(self, kind: str, content: dict[str, Any], account: AccountState) -> str:
        if kind == "text":
            return _limited(content.get("body"), TEXT_LETTERS_MAX, "text['body']")
        if kind == "template":
            return _template(content)
        if kind in MEDIA_TYPES:
            self._check_media(content, account)
            return _limited(content.get("caption", " "), CAPTION_LETTERS_MAX, "caption").strip()
        return str(content.get("name") or content.get("body", {}).get("text", ""))

    def _check_media(self, content: dict[str, Any], account: AccountState) -> None:
        link, media_id = content.get("link"), content.get("id")
        item = self._media.get(str(media_id)) if media_id is not None else None
        if link is None and (item is None or item.account != account.key):
            raise invalid("The media needs a link, or the id of a file that was uploaded.", 131009)
        if link is not None and not str(link).startswith(("http://", "https://")):
            raise invalid("The media link is not an address.", 131009)

    def _check_window(self, body: dict[str, Any], account: AccountState, address: str) -> None:
        if body.get("type") == "template":
            return
        thread = self._world.thread_if_any("whatsapp", account.key, address)
        last_ms = thread.last_from_person_ms() if thread else None
        if last_ms is None or self._world.clock.now_ms() - last_ms > WINDOW_MS:
            raise GraphError(
                code=131047,
                message="Re-engagement message",
                details="More than 24 hours have passed since the customer last replied to this number.",
            )

    def _mark_read(self, call: Call, account: AccountState, body: dict[str, Any]) -> None:
        read = self._world.message(str(body.get("message_id")))
        if read is None or read.account != account.key:
            raise invalid("The message to mark as read does not exist.", 131009)
        if call.pretend:
            return
        if "typing_indicator" in body:
            self._world.live.publish(
                "typing_on", platform="whatsapp", account=account.key, address=read.address
            )
        for message in self._world.thread("whatsapp", account.key, read.address).messages:
            if message.direction == "out" and message.number <= read.number and message.state != "seen":
                message.state = "seen"
                self._world.changed(message)

    def _react(self, call: Call, body: dict[str, Any], given: str, address: str) -> Answer:
        reaction = body.get("reaction")
        details = reaction if isinstance(reaction, dict) else {}
        message = self._world.message(str(details.get("message_id")))
        if message is None or message.address != address:
            raise invalid("The message to react to does not exist.", 131009)
        if not call.pretend:
            message.reactions["business"] = str(details.get("emoji", ""))
            if not message.reactions["business"]:
                del message.reactions["business"]
            self._world.changed(message)
        return self._accepted(given, address, new_wamid(self._world))


def invalid(message: str, code: int) -> GraphError:
    return GraphError(code=code, message=message, details=message)


def too_fast() -> GraphError:
    return GraphError(
        code=130429,
        status=HTTPStatus.TOO_MANY_REQUESTS,
        message="Rate limit hit",
        details="Cloud API message throughput has been reached.",
    )


def _limited(value: Any, letters_max: int, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise invalid(f"The parameter {name} is required.", 131008)
    if len(value) > letters_max:
        raise invalid(f"Param {name} must be at most {letters_max} characters long.", 100)
    return value


def _template(content: dict[str, Any]) -> str:
    name = content.get("name")
    if not isinstance(name, str) or not TEMPLATE_NAME.fullmatch(name):
        raise invalid("The template name does not exist in the translation.", 132001)
    words = [
        str(parameter.get("text", ""))
        for component in content.get("components", [])
        if isinstance(component, dict)
        for parameter in component.get("parameters", [])
        if isinstance(parameter, dict) and parameter.get("type") == "text"
    ]
    return f"[{name}] {' '.join(words)}".strip()


def _details(body: dict[str, Any]) -> dict[str, Any]:
    callback = body.get("biz_opaque_callback_data")
    details: dict[str, Any] = {}
    if callback is not None:
        details["callback_data"] = _limited(callback, CALLBACK_LETTERS_MAX, "biz_opaque_callback_data")
    kind = body.get("type", "text")
    return details if kind == "text" else details | {kind: body.get(kind)}
