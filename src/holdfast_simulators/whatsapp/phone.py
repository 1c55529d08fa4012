"""What a person does in WhatsApp, and what the platform then tells the business."""

import base64
import zlib
from typing import Any

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.people import Message
from holdfast_simulators.phone_line import NotPossible, Writing
from holdfast_simulators.webhooks import Hook, Webhooks
from holdfast_simulators.whatsapp.media import MediaShelf
from holdfast_simulators.whatsapp.statuses import Statuses
from holdfast_simulators.world import World

WAMID_BYTES = 36
MEDIA_KINDS = ("image", "video", "audio", "document")
KINDS = ("text", *MEDIA_KINDS, "location", "button", "unsupported")


def new_wamid(world: World) -> str:
    return "wamid." + base64.b64encode(world.random.randbytes(WAMID_BYTES)).decode()


def scoped_user_id(address: str) -> str:
    """The id that stays when the phone number is hidden; the same for the same person."""
    return f"NL.{zlib.crc32(address.encode()):010d}{zlib.adler32(address.encode()):010d}"


class WhatsAppPhone:
    def __init__(self, world: World, webhooks: Webhooks, media: MediaShelf, statuses: Statuses) -> None:
        self._world = world
        self._webhooks = webhooks
        self._media = media
        self._statuses = statuses

    async def writes(self, account: AccountState, address: str, writing: Writing) -> Message:
        content = self._content(writing, account)
        message = self._world.record_message(
            platform="whatsapp",
            account=account.key,
            address=address,
            direction="out",
            text=writing.text,
            kind=writing.kind,
            message_id=new_wamid(self._world),
            reply_to=writing.reply_to,
            details=content,
        )
        event: dict[str, Any] = {"id": message.id, **content}
        if writing.reply_to:
            event["context"] = {"from": account.settings.names[2], "id": writing.reply_to}
        self._tell(account, address, event, message.at_ms)
        return message

    async def sees(self, account: AccountState, address: str) -> int:
        thread = self._world.thread("whatsapp", account.key, address)
        fresh = [m for m in thread.messages if m.direction == "in" and m.state in ("sent", "delivered")]
        for message in fresh:
            self._statuses.advance(account, message, "read")
        return len(fresh)

    async def unsends(self, message: Message) -> None:
        _own(message)
        message.deleted = True
        self._changed(message, {"type": "revoke", "revoke": {"original_message_id": message.id}})

    async def edits(self, message: Message, text: str) -> None:
        _own(message)
        message.text = text
        message.edits += 1
        content = {"type": "text", "text": {"body": text}}
        self._changed(
            message, {"type": "edit", "edit": {"original_message_id": message.id, "message": content}}
        )

    async def reacts(self, message: Message, emoji: str | None) -> None:
        if emoji:
            message.reactions["person"] = emoji
        else:
            message.reactions.pop("person", None)
        reaction = {"message_id": message.id, "emoji": emoji or ""}
        self._changed(message, {"type": "reaction", "reaction": reaction})

    def _content(self, writing: Writing, account: AccountState) -> dict[str, Any]:
        kind = writing.kind
        if kind not in KINDS:
            raise NotPossible(f"WhatsApp has no such kind. Choose one of: {', '.join(KINDS)}.")
        if kind == "text":
            return {"type": kind, "text": {"body": writing.text}}
        if kind in MEDIA_KINDS:
            item = self._media.add_picture(account.key)
            shown = {"id": item.id, "mime_type": item.mime_type, "sha256": item.sha256}
            return {"type": kind, kind: shown | ({"caption": writing.text} if writing.text else {})}
        if kind == "location":
            place = {"latitude": 52.3731, "longitude": 4.8922, "name": writing.text or "Dam"}
            return {"type": kind, "location": place}
        if kind == "button":
            return {
                "type": kind,
                "button": {"text": writing.text, "payload": writing.payload or writing.text},
            }
        error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
        return {"type": kind, "errors": [error], "unsupported": {"type": "poll"}}

    def _changed(self, message: Message, content: dict[str, Any]) -> None:
        account = self._world.accounts.find("whatsapp", message.account)
        self._world.changed(message)
        if account is not None:
            event = {"id": new_wamid(self._world), **content}
            self._tell(account, message.address, event, self._world.clock.now_ms())

    def _tell(self, account: AccountState, address: str, content: dict[str, Any], at_ms: int) -> None:
        person = self._world.people.owner("whatsapp", account.key, address)
        user_id = scoped_user_id(address)
        hides_number = person is not None and "hides_number" in person.flags
        number = {} if hides_number else {"from": address}
        wa_id = {} if hides_number else {"wa_id": address}
        profile = {"name": person.name} if person else {}
        event = {
            "contacts": [{"profile": profile, **wa_id, "user_id": user_id}],
            "messages": [
                {**number, "from_user_id": user_id, "timestamp": str(at_ms // MS_PER_SECOND), **content}
            ],
        }
        self._webhooks.publish(Hook(account=account, address=address, events=(event,)))


def _own(message: Message) -> None:
    if message.direction != "out":
        raise NotPossible("A person can only change what they wrote themselves.", "message_id")
    if message.deleted:
        raise NotPossible("This message was unsent already.", "message_id")
