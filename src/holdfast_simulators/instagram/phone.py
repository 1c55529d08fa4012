"""What a person does in the Instagram app, and what the platform then tells the business."""

import base64
from typing import Any

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.instagram import events
from holdfast_simulators.people import Message
from holdfast_simulators.phone_line import NotPossible, Writing
from holdfast_simulators.webhooks import Hook, Webhooks
from holdfast_simulators.world import World

MID_BYTES = 84
UNSEEN = "sent"
MEDIA_KINDS = ("image", "video", "audio", "file", "share", "ig_reel", "story_mention")
BARE_KINDS = {"like": "like_heart", "ephemeral": "ephemeral"}
KINDS = (
    "text",
    *MEDIA_KINDS,
    *BARE_KINDS,
    "story_reply",
    "unsupported",
    "quick_reply",
    "postback",
)


def new_mid(world: World) -> str:
    """Opaque, URL-safe, longer than a hundred characters, and without any order."""
    return "aWdfZAG1" + base64.urlsafe_b64encode(world.random.randbytes(MID_BYTES)).decode().rstrip("=")


class InstagramPhone:
    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self._world = world
        self._webhooks = webhooks

    async def writes(self, account: AccountState, address: str, writing: Writing) -> Message:
        message = self._world.record_message(
            platform="instagram",
            account=account.key,
            address=address,
            direction="out",
            text=writing.text,
            kind=writing.kind,
            message_id=new_mid(self._world),
            state=UNSEEN,
            reply_to=writing.reply_to,
            details=self._details(writing),
        )
        if writing.kind == "postback":
            self._tell(account, message, events.postback_event(message), "messaging_postbacks")
        else:
            self._tell(account, message, events.message_event(message), "messages")
        return message

    async def sees(self, account: AccountState, address: str) -> int:
        thread = self._world.thread("instagram", account.key, address)
        fresh = [m for m in thread.messages if m.direction == "in" and m.state != "seen"]
        for message in fresh:
            message.state = "seen"
            self._world.changed(message)
        if fresh:
            event = events.read_event(fresh[-1], self._world.clock.now_ms())
            self._tell(account, fresh[-1], event, "messaging_seen")
        return len(fresh)

    async def unsends(self, message: Message) -> None:
        _own(message)
        message.deleted = True
        self._changed(message, events.unsend_event(message, self._world.clock.now_ms()), "messages")

    async def edits(self, message: Message, text: str) -> None:
        _own(message)
        message.text = text
        message.edits += 1
        self._changed(message, events.edit_event(message, self._world.clock.now_ms()), "message_edit")

    async def reacts(self, message: Message, emoji: str | None) -> None:
        if emoji:
            message.reactions["person"] = emoji
        else:
            message.reactions.pop("person", None)
        event = events.reaction_event(message, emoji, self._world.clock.now_ms())
        self._changed(message, event, "message_reactions")

    def media_url(self, kind: str) -> str:
        base = self._world.addresses.get("instagram", "http://instagram.invalid")
        name = "picture-2.png" if kind == "story_mention" else "picture-1.png"
        return f"{base}/media/{name}?asset_id={self._world.digits(12)}&signature={self._world.letters(16)}"

    def _details(self, writing: Writing) -> dict[str, Any]:
        kind = writing.kind
        if kind not in KINDS:
            raise NotPossible(f"Instagram has no such kind. Choose one of: {', '.join(KINDS)}.")
        if kind in MEDIA_KINDS:
            return {"attachments": [{"type": kind, "payload": {"url": self.media_url(kind)}}]}
        if kind in BARE_KINDS:
            return {"attachments": [{"type": BARE_KINDS[kind]}]}
        if kind == "story_reply":
            return {"story": {"id": "179" + self._world.digits(14), "url": self.media_url(kind)}}
        if kind == "unsupported":
            return {"is_unsupported": True}
        if kind == "quick_reply":
            return {"quick_reply": {"payload": writing.payload or writing.text}}
        return {"payload": writing.payload or writing.text} if kind == "postback" else {}

    def _changed(self, message: Message, event: events.Event, field: str) -> None:
        account = self._world.accounts.find("instagram", message.account)
        self._world.changed(message)
        if account is not None:
            self._tell(account, message, event, field)

    def _tell(self, account: AccountState, message: Message, event: events.Event, field: str) -> None:
        self._webhooks.publish(Hook(account=account, address=message.address, events=(event,), field=field))


def _own(message: Message) -> None:
    if message.direction != "out":
        raise NotPossible("A person can only change what they wrote themselves.", "message_id")
    if message.deleted:
        raise NotPossible("This message was unsent already.", "message_id")
