"""Instagram's messaging events, one function for each kind.

Source: developers.facebook.com, instagram-messaging/webhooks.
"""

from typing import Any

from holdfast_simulators.people import Message

Event = dict[str, Any]


def _between(message: Message, *, from_business: bool, at_ms: int) -> Event:
    business, person = {"id": message.account}, {"id": message.address}
    sender, recipient = (business, person) if from_business else (person, business)
    return {"sender": sender, "recipient": recipient, "timestamp": at_ms}


def message_event(message: Message) -> Event:
    """A person's message, or our own as an echo."""
    echo = message.direction == "in"
    content: Event = {"mid": message.id}
    if message.text:
        content["text"] = message.text
    for name in ("attachments", "quick_reply", "is_unsupported", "referral"):
        if name in message.details:
            content[name] = message.details[name]
    reply_to = reply_to_of(message)
    if reply_to:
        content["reply_to"] = reply_to
    if echo:
        content["is_echo"] = True
    return {**_between(message, from_business=echo, at_ms=message.at_ms), "message": content}


def reply_to_of(message: Message) -> Event | None:
    if "story" in message.details:
        return {"story": message.details["story"]}
    return {"mid": message.reply_to} if message.reply_to else None


def postback_event(message: Message) -> Event:
    postback = {"mid": message.id, "title": message.text, "payload": message.details["payload"]}
    return {**_between(message, from_business=False, at_ms=message.at_ms), "postback": postback}


def unsend_event(message: Message, at_ms: int) -> Event:
    content = {"mid": message.id, "is_deleted": True}
    return {**_between(message, from_business=False, at_ms=at_ms), "message": content}


def edit_event(message: Message, at_ms: int) -> Event:
    edit = {"mid": message.id, "text": message.text, "num_edit": message.edits}
    return {**_between(message, from_business=False, at_ms=at_ms), "message_edit": edit}


def read_event(message: Message, at_ms: int) -> Event:
    return {**_between(message, from_business=False, at_ms=at_ms), "read": {"mid": message.id}}


def reaction_event(message: Message, emoji: str | None, at_ms: int) -> Event:
    reaction: Event = {"mid": message.id, "action": "react" if emoji else "unreact"}
    if emoji:
        reaction |= {"reaction": REACTION_NAMES.get(emoji, "other"), "emoji": emoji}
    return {**_between(message, from_business=False, at_ms=at_ms), "reaction": reaction}


REACTION_NAMES = {
    "\u2764\ufe0f": "love",
    "\u2764": "love",
    "\U0001f44d": "like",
    "\U0001f602": "laugh",
    "\U0001f62e": "wow",
    "\U0001f622": "sad",
    "\U0001f620": "angry",
}
REACTION_EMOJI = {
    "love": "\u2764\ufe0f",
    "like": "\U0001f44d",
    "laugh": "\U0001f602",
    "wow": "\U0001f62e",
    "sad": "\U0001f622",
    "angry": "\U0001f620",
}
