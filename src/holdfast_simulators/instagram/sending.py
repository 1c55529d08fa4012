"""`POST /{account}/messages`: checks, takes effect, and tells the business by an echo."""

import json
from http import HTTPStatus
from typing import Any

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.instagram.content import Content, read_content
from holdfast_simulators.instagram.events import REACTION_EMOJI, message_event
from holdfast_simulators.instagram.phone import new_mid
from holdfast_simulators.meta.graph_errors import GraphError, bad_parameter
from holdfast_simulators.meta.throttling import too_fast, usage_headers
from holdfast_simulators.people import Message
from holdfast_simulators.rates import Window
from holdfast_simulators.webhooks import Hook, Webhooks
from holdfast_simulators.wire import Answer, Call, json_answer
from holdfast_simulators.world import World

SENDS_PER_SECOND = 100
HOUR_MS = 3600 * MS_PER_SECOND
WINDOW_MS = 24 * HOUR_MS
HUMAN_AGENT_WINDOW_MS = 7 * 24 * HOUR_MS
OUTSIDE_WINDOW = 2534022
NO_SUCH_USER = 2534014
ECHO_SECONDS_MIN = 0.03
ECHO_SECONDS_MAX = 0.25
ANSWER_AFTER_ECHO_SECONDS = 0.3
SENDER_ACTIONS = frozenset({"typing_on", "typing_off", "mark_seen", "react", "unreact"})


class Sending:
    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self._world = world
        self._webhooks = webhooks
        self._speed = Window(SENDS_PER_SECOND)

    async def answer(self, call: Call, account: AccountState) -> Answer:
        """Raises GraphError."""
        now_ms = self._world.clock.now_ms()
        if not self._speed.allows(account.key, now_ms):
            raise too_fast(account.key, "instagram")
        body = _body(call)
        igsid = self._recipient(body, account)
        headers = usage_headers(account.key, "instagram", self._speed.percent(account.key, now_ms))
        if "sender_action" in body:
            self._act(call, body, account, igsid)
            return json_answer({"recipient_id": igsid}, headers=headers)
        content = read_content(body)
        self._check_window(body, account, igsid)
        mid = await self._send(call, account, igsid, content)
        return json_answer({"recipient_id": igsid, "message_id": mid}, headers=headers)

    async def _send(self, call: Call, account: AccountState, igsid: str, content: Content) -> str:
        mid = new_mid(self._world)
        if call.pretend:
            return mid
        message = self._world.record_message(
            platform="instagram",
            account=account.key,
            address=igsid,
            direction="in",
            text=content.text,
            kind=content.kind,
            message_id=mid,
            reply_to=content.reply_to,
            details=content.details,
        )
        call.effect = True
        await self._echo(account, message)
        return mid

    async def _echo(self, account: AccountState, message: Message) -> None:
        hook = Hook(account=account, address=message.address, events=(message_event(message),), is_echo=True)
        if self._echo_comes_first():
            self._publish(hook)
            await self._world.clock.sleep(ANSWER_AFTER_ECHO_SECONDS)
        else:
            self._world.background.spawn(self._echo_later(hook))

    def _echo_comes_first(self) -> bool:
        timing = self._world.settings.echo_timing
        return timing == "before" or (timing == "mixed" and self._world.random.choice((True, False)))

    async def _echo_later(self, hook: Hook) -> None:
        await self._world.clock.sleep(self._world.random.uniform(ECHO_SECONDS_MIN, ECHO_SECONDS_MAX))
        self._publish(hook)

    def _publish(self, hook: Hook) -> None:
        # Either field carries echoes; a receiver with both still gets one.
        if "messages" not in hook.account.subscribed_fields:
            hook = Hook(
                account=hook.account,
                address=hook.address,
                events=hook.events,
                field="message_echoes",
                is_echo=True,
            )
        self._webhooks.publish(hook)

    def _recipient(self, body: dict[str, Any], account: AccountState) -> str:
        recipient = body.get("recipient")
        igsid = recipient.get("id") if isinstance(recipient, dict) else None
        if not isinstance(igsid, str | int):
            raise bad_parameter("The parameter recipient is required.")
        if self._world.people.owner("instagram", account.key, str(igsid)) is None:
            raise bad_parameter("The requested user cannot be found.", NO_SUCH_USER)
        return str(igsid)

    def _check_window(self, body: dict[str, Any], account: AccountState, igsid: str) -> None:
        tag = body.get("tag")
        if tag is not None and tag != "HUMAN_AGENT":
            raise bad_parameter("Param tag must be HUMAN_AGENT.")
        thread = self._world.thread_if_any("instagram", account.key, igsid)
        last_ms = thread.last_from_person_ms() if thread else None
        open_ms = HUMAN_AGENT_WINDOW_MS if tag else WINDOW_MS
        if last_ms is None or self._world.clock.now_ms() - last_ms > open_ms:
            raise GraphError(
                code=10,
                subcode=OUTSIDE_WINDOW,
                status=HTTPStatus.FORBIDDEN,
                message="This message is sent outside of allowed window.",
            )

    def _act(self, call: Call, body: dict[str, Any], account: AccountState, igsid: str) -> None:
        action = body["sender_action"]
        if action not in SENDER_ACTIONS:
            raise bad_parameter("Param sender_action is unknown.")
        if "message" in body:
            raise bad_parameter("sender_action cannot be sent together with message.")
        if call.pretend:
            return
        if action == "mark_seen":
            self._mark_seen(account, igsid)
        elif action in ("react", "unreact"):
            self._react(body, action)
        else:
            self._world.live.publish(action, platform="instagram", account=account.key, address=igsid)

    def _mark_seen(self, account: AccountState, igsid: str) -> None:
        for message in self._world.thread("instagram", account.key, igsid).messages:
            if message.direction == "out" and message.state != "seen":
                message.state = "seen"
                self._world.changed(message)

    def _react(self, body: dict[str, Any], action: str) -> None:
        payload = body.get("payload")
        details = payload if isinstance(payload, dict) else {}
        message = self._world.message(str(details.get("message_id")))
        if message is None or message.platform != "instagram":
            raise bad_parameter("The message to react to cannot be found.")
        reaction = str(details.get("reaction", ""))
        if action == "react":
            message.reactions["business"] = REACTION_EMOJI.get(reaction, reaction)
        else:
            message.reactions.pop("business", None)
        self._world.changed(message)


def _body(call: Call) -> dict[str, Any]:
    """JSON, or a form whose values are JSON where they are objects."""
    if not call.is_form():
        return call.json()
    return {name: _decoded(value) for name, value in call.form()}


def _decoded(value: str) -> Any:
    if not value.startswith("{"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
