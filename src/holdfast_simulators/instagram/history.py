"""Conversations and messages as they can be read back, with the platform's real limits.

Source: developers.facebook.com, instagram-api-with-instagram-login/conversations-api: all ids, but the
details of the newest 20 messages only; 2 calls a second.
"""

import base64
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.instagram.events import reply_to_of
from holdfast_simulators.instagram.fields import Field, parse_fields
from holdfast_simulators.meta.graph_errors import GraphError, bad_parameter
from holdfast_simulators.meta.throttling import too_fast, usage_headers
from holdfast_simulators.people import Message, Thread
from holdfast_simulators.rates import Window
from holdfast_simulators.settings import InstagramAccount
from holdfast_simulators.wire import Answer, Call, json_answer
from holdfast_simulators.world import World

READS_PER_SECOND = 2
DETAILED_MESSAGES = 20
CONVERSATIONS_LIMIT_DEFAULT = 25
MESSAGES_LIMIT_DEFAULT = 100
LIMIT_MAX = 500
REQUEST_IDLE_MS_MAX = 30 * 24 * 3600 * MS_PER_SECOND
GONE = 9000001
ALWAYS_SHOWN = frozenset({"id", "created_time"})


class History:
    def __init__(self, world: World) -> None:
        self._world = world
        self._speed = Window(READS_PER_SECOND)

    def answer_conversations(self, call: Call, account: AccountState) -> Answer:
        """Raises GraphError, as all answers here."""
        self._check_speed(account)
        if call.query.get("platform", "instagram") != "instagram":
            raise bad_parameter("Param platform must be instagram.")
        fields = parse_fields(call.query.get("fields", "id,updated_time"))
        threads = self._threads(account, call.query.get("user_id"))
        page, after = page_of(threads, call, CONVERSATIONS_LIMIT_DEFAULT, _thread_place)
        data = [self._conversation(thread, fields, account) for thread in page]
        return self._answer({"data": data, **paging(call, self._base(), after)}, account)

    def answer_conversation(self, call: Call, account: AccountState, thread: Thread) -> Answer:
        self._check_speed(account)
        fields = parse_fields(call.query.get("fields", "id,updated_time"))
        return self._answer(self._conversation(thread, fields, account), account)

    def answer_messages(self, call: Call, account: AccountState, thread: Thread) -> Answer:
        """The `/{conversation}/messages` edge, which `paging.next` leads to."""
        self._check_speed(account)
        fields = parse_fields(call.query.get("fields", "id,created_time"))
        page, after = page_of(_newest_first(thread), call, MESSAGES_LIMIT_DEFAULT, _message_place)
        detailed = _detailed(thread)
        data = [self._listed(message, detailed, fields, account) for message in page]
        return self._answer({"data": data, **paging(call, self._base(), after)}, account)

    def answer_message(self, call: Call, account: AccountState, message: Message) -> Answer:
        self._check_speed(account)
        thread = self._world.thread(message.platform, message.account, message.address)
        if message.id not in _detailed(thread):
            raise GraphError(
                code=GONE, message="This message has been deleted, or is older than the newest 20."
            )
        fields = parse_fields(call.query.get("fields", "id,created_time"))
        return self._answer(self._shown(message, fields, account), account)

    def _check_speed(self, account: AccountState) -> None:
        if not self._speed.allows(account.key, self._world.clock.now_ms()):
            raise too_fast(account.key, "instagram")

    def _answer(self, value: dict[str, Any], account: AccountState) -> Answer:
        percent = self._speed.percent(account.key, self._world.clock.now_ms())
        return json_answer(value, headers=usage_headers(account.key, "instagram", percent))

    def _base(self) -> str:
        return self._world.addresses.get("instagram", "http://instagram.invalid")

    def _threads(self, account: AccountState, igsid: str | None) -> list[Thread]:
        """Newest first; a request that nobody answered disappears after 30 days."""
        oldest_ms = self._world.clock.now_ms() - REQUEST_IDLE_MS_MAX
        found = [
            thread
            for thread in self._world.threads("instagram", account.key)
            if thread.messages
            and igsid in (None, thread.address)
            and (_is_answered(thread) or thread.messages[-1].at_ms >= oldest_ms)
        ]
        return sorted(found, key=_thread_place, reverse=True)

    def _conversation(
        self, thread: Thread, fields: dict[str, Field], account: AccountState
    ) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": thread.id}
        if "updated_time" in fields:
            shown["updated_time"] = graph_time(thread.messages[-1].at_ms if thread.messages else 0)
        if "participants" in fields:
            both = [self._business(account), self._person(thread)]
            shown["participants"] = {"data": both}
        if "messages" in fields:
            shown["messages"] = self._messages(thread, fields["messages"], account)
        return shown

    def _messages(self, thread: Thread, wanted: Field, account: AccountState) -> dict[str, Any]:
        limit = min(wanted.limit or MESSAGES_LIMIT_DEFAULT, LIMIT_MAX)
        listed = _newest_first(thread)
        fields = wanted.inside or {"id": Field(), "created_time": Field()}
        detailed = _detailed(thread)
        data = [self._listed(message, detailed, fields, account) for message in listed[:limit]]
        shown: dict[str, Any] = {"data": data}
        if len(listed) > limit:
            after = _cursor(_message_place(listed[limit - 1]))
            following = f"{self._base()}/v26.0/{thread.id}/messages?limit={limit}&after={after}"
            shown["paging"] = {"cursors": {"after": after}, "next": following}
        return shown

    def _listed(
        self, message: Message, detailed: set[str], fields: dict[str, Field], account: AccountState
    ) -> dict[str, Any]:
        if message.id in detailed:
            return self._shown(message, fields, account)
        return self._shown(message, {n: f for n, f in fields.items() if n in ALWAYS_SHOWN}, account)

    def _shown(self, message: Message, fields: dict[str, Field], account: AccountState) -> dict[str, Any]:
        thread = self._world.thread(message.platform, message.account, message.address)
        ours, theirs = self._business(account), self._person(thread)
        sender, recipient = (ours, theirs) if message.direction == "in" else (theirs, ours)
        everything = {
            "id": message.id,
            "created_time": graph_time(message.at_ms),
            "from": sender,
            "to": {"data": [recipient]},
            "message": message.text,
            "attachments": _attachments(message),
            "reply_to": reply_to_of(message),
            "story": {"reply_to": message.details["story"]} if "story" in message.details else None,
            "reactions": _reactions(message, ours, theirs),
            "is_unsupported": message.details.get("is_unsupported"),
        }
        return {
            name: value
            for name, value in everything.items()
            if name == "id" or (name in fields and value is not None)
        }

    def _business(self, account: AccountState) -> dict[str, str]:
        username = account.settings.username if isinstance(account.settings, InstagramAccount) else ""
        return {"username": username, "id": account.key}

    def _person(self, thread: Thread) -> dict[str, str]:
        person = self._world.people.get(thread.person or "")
        return {"username": person.username() if person else "", "id": thread.address}


def graph_time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / MS_PER_SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _is_answered(thread: Thread) -> bool:
    return any(message.direction == "in" for message in thread.messages)


def _newest_first(thread: Thread) -> list[Message]:
    kept = [message for message in thread.messages if not message.deleted]
    return sorted(kept, key=_message_place, reverse=True)


def _detailed(thread: Thread) -> set[str]:
    """The messages whose text may be read; all others answer as deleted."""
    return {message.id for message in _newest_first(thread)[:DETAILED_MESSAGES]}


def _attachments(message: Message) -> dict[str, Any] | None:
    attachments = message.details.get("attachments")
    if not attachments:
        return None
    urls = [item.get("payload", {}).get("url") for item in attachments]
    return {"data": [{"image_data": {"url": url}} if url else {} for url in urls]}


def _reactions(message: Message, ours: dict[str, str], theirs: dict[str, str]) -> dict[str, Any] | None:
    if not message.reactions:
        return None
    users = {"business": ours, "person": theirs}
    return {"data": [{"reaction": emoji, "users": [users[who]]} for who, emoji in message.reactions.items()]}


Place = tuple[int, int]
"""Where something stands in a list that is read from its newest end."""


def _thread_place(thread: Thread) -> Place:
    return (thread.messages[-1].at_ms, thread.messages[-1].number)


def _message_place(message: Message) -> Place:
    return (message.at_ms, message.number)


def _cursor(place: Place) -> str:
    return base64.urlsafe_b64encode(f"{place[0]}.{place[1]}".encode()).decode()


def _place(cursor: str) -> Place:
    try:
        at_ms, number = base64.urlsafe_b64decode(cursor).decode("ascii").split(".")
        return (int(at_ms), int(number))
    except ValueError as problem:
        raise bad_parameter("Param after is not a cursor of this list.") from problem


def page_of(items: list[Any], call: Call, limit_default: int, place_of: Any) -> tuple[list[Any], str | None]:
    """One page, and the cursor behind it when there is more."""
    limit = call.query.get("limit", str(limit_default))
    if not limit.isdigit() or int(limit) < 1:
        raise bad_parameter("Param limit must be a positive number.")
    if "after" in call.query:
        behind = _place(call.query["after"])
        items = [item for item in items if place_of(item) < behind]
    page = items[: min(int(limit), LIMIT_MAX)]
    return page, _cursor(place_of(page[-1])) if len(page) < len(items) else None


def paging(call: Call, base: str, after: str | None) -> dict[str, Any]:
    if after is None:
        return {}
    kept = {n: v for n, v in call.query.items() if n not in ("after", "access_token")}
    return {
        "paging": {
            "cursors": {"after": after},
            "next": f"{base}{call.path}?{urlencode({**kept, 'after': after})}",
        }
    }
