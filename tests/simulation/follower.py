"""A program that never reads a list: it asks for events by cursor and believes what they say."""

import asyncio
import json
import random
from collections.abc import Iterator
from typing import Any, Final

from .front_door import FrontDoor
from .hub_process import HubProcess

GAP_SECONDS: Final = 3.0
"""Mean time between two looks: a few changes of one message come at once, or each by itself."""
PAGE: Final = 200
PAGES_MAX: Final = 200
TRIES_MAX: Final = 20
_COMPARED: Final = ("text", "channel", "at", "edited_at", "unsent_at", "reactions", "state", "state_reason")


class Follower:
    def __init__(self, seed: int, process: HubProcess, door: FrontDoor) -> None:
        self._process = process
        self._door = door
        self._chance = random.Random(f"following {seed}")  # noqa: S311 - repeatable, not secret
        self._cursor = 0
        self._messages: dict[str, Any] = {}
        self._unread: dict[str, Any] = {}

    async def follow(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / GAP_SECONDS))
            await self._look()

    async def misled(self) -> list[str]:
        """Read the rest, and say where what is believed differs from what the hub's lists say.

        Lists between which something happened are read again.
        """
        for _ in range(TRIES_MAX):
            await self._read_the_rest()
            cursor = self._cursor
            messages = await self._all("messages?")
            conversations = await self._all("conversations?status=all&")
            differing = [*self._about_messages(messages), *self._about_conversations(conversations)]
            await self._read_the_rest()
            if not differing or cursor == self._cursor:
                return differing
        return differing

    async def _read_the_rest(self) -> None:
        for _ in range(PAGES_MAX):
            cursor = self._cursor
            await self._look()
            if self._cursor == cursor:
                return

    async def _look(self) -> None:
        page = await self._ask(f"events?cursor={self._cursor}&limit={PAGE}")
        if page is None:
            return
        self._cursor = page["cursor"]
        for item in page["items"]:
            message, conversation = item["body"].get("message"), item["body"].get("conversation")
            if message is not None:
                self._messages[message["id"]] = message
            if conversation is not None:
                self._unread[conversation["id"]] = conversation["unread"]

    async def _all(self, what: str) -> list[Any]:
        items: list[Any] = []
        before = ""
        while True:
            page = await self._insist(f"{what}limit={PAGE}{before}")
            items += page["items"]
            if not page["next"]:
                return items
            before = f"&before={page['next']}"

    async def _insist(self, what: str) -> Any:
        for _ in range(TRIES_MAX):
            page = await self._ask(what)
            if page is not None:
                return page
            await asyncio.sleep(GAP_SECONDS)
        raise RuntimeError(f"the hub does not answer {what}")

    async def _ask(self, what: str) -> Any:
        answer = await self._door.read(what, self._process.token)
        return json.loads(answer.body) if answer is not None and answer.status == 200 else None

    def _about_messages(self, messages: list[Any]) -> Iterator[str]:
        for message in messages:
            believed = self._messages.get(message["id"])
            if believed is None:
                yield f"{message['id']}, {message['text'][:20]!r}, was never told to who follows events"
                continue
            for name in _COMPARED:
                if believed[name] != message[name]:
                    yield (
                        f"{name} of {message['id']} is {message[name]!r}, and who follows events believes "
                        f"{believed[name]!r}"
                    )

    def _about_conversations(self, conversations: list[Any]) -> Iterator[str]:
        for each in conversations:
            believed = self._unread.get(each["id"], 0)
            if believed != each["unread"]:
                yield (
                    f"{each['id']} has {each['unread']} unread, and who follows events believes {believed}"
                )
