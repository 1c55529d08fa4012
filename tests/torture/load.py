"""Load from every side at once: people, agents, visitors and a bare wire, who remember what was promised."""

import asyncio
import os
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any, Final

import aiohttp
from tests.scenarios.demo import Demo
from tests.scenarios.stranger import channel_settings, instagram, now_ms, post, says, signature

PAUSE_SECONDS_MAX: Final = 0.4
AGAIN_SECONDS: Final = 0.1
"""After which a webhook is delivered again that was not answered with 200."""
WRITERS: Final = (
    ("ann", "instagram"),
    ("bilal", "instagram"),
    ("chiara", "instagram"),
    ("ann", "whatsapp"),
    ("dev", "whatsapp"),
    ("ann", "sms"),
    ("bilal", "sms"),
)
ANSWERED: Final = (
    ("ann", "instagram"),
    ("bilal", "instagram"),
    ("emre", "instagram"),
    ("dev", "whatsapp"),
    ("freya", "sms"),
)
VISITORS: Final = 2
BARE: Final = ("goran", "hana", "ines")
"""Whose webhooks the test delivers itself. No platform has them in its history, so that a hub which loses
one after its 200 cannot read it back: that answer is the only proof there is.
"""
SHOP: Final = "instagram:shop"


class Load:
    """Goes on until told to stop; whatever is not answered is asked again, as careful clients do."""

    def __init__(self, demo: Demo, random: Random) -> None:
        self.demo = demo
        self._random = random
        self._going = True
        self.written: dict[tuple[str, str], dict[str, int]] = {line: {} for line in WRITERS}
        """By person and platform: text -> when it was written (ms)."""
        self.delivered: dict[tuple[str, str], dict[str, int]] = {(name, "instagram"): {} for name in BARE}
        """The same for what was answered 200 on the bare wire."""
        self.taken: dict[tuple[str, str], list[dict[str, Any]]] = {line: [] for line in ANSWERED}
        self.chats: dict[str, list[str]] = {}
        self.hooks: Counter[int] = Counter()
        """Answers on the bare wire, by status; 0: none."""

    @property
    def acknowledged(self) -> int:
        """What the hub has promised so far to the test itself."""
        kept = (*self.delivered.values(), *self.taken.values(), *self.chats.values())
        return sum(len(each) for each in kept)

    async def knows_its_people(self) -> None:
        """Look up every conversation while the hub still lives: these questions are not asked twice."""
        for person in {person for person, _ in (*WRITERS, *ANSWERED, *self.delivered)}:
            await self.demo.conversation_of(person)

    def stop(self) -> None:
        self._going = False

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for person, platform in WRITERS:
                group.create_task(self._write(person, platform))
            for person, platform in ANSWERED:
                group.create_task(self._answer(person, platform))
            for number in range(VISITORS):
                group.create_task(self._chat(f"visitor {number}"))
            for person in BARE:
                group.create_task(self._deliver(person))

    async def _write(self, person: str, platform: str) -> None:
        texts = self.written[person, platform]
        while self._going:
            text = f"{person} writes on {platform}, {len(texts):04}"
            texts[text] = (await self.demo.write(person, text, platform))["at_ms"]
            await self._pause()

    async def _answer(self, person: str, platform: str) -> None:
        """Replies through the interface, each asked for with its key until it is answered."""
        taken = self.taken[person, platform]
        conversation = await self.demo.conversation_of(person)
        url = f"{self.demo.addresses['api']}/conversations/{conversation}/messages"
        while self._going:
            text = f"to {person} on {platform}, {len(taken):04}"
            body = {"text": text, "channel": f"{platform}:shop", "idempotency_key": text}
            taken.append(
                await self.demo.stubbornly("POST", url, body, token=self.demo.addresses["api_token"])
            )
            await self._pause(4)

    async def _chat(self, name: str) -> None:
        base = f"{self.demo.addresses['hub']}/direct/v1/web"
        visitor = await self.demo.stubbornly("POST", f"{base}/visitors", {"name": name})
        texts = self.chats.setdefault(name, [])
        while self._going:
            text = f"{name} chats, {len(texts):04}"
            body = {"id": f"{name}-{len(texts)}", "text": text}
            answer = await self.demo.stubbornly("POST", f"{base}/messages", body, token=visitor["token"])
            assert answer["state"] == "safe"
            texts.append(text)
            await self._pause()

    async def _deliver(self, person: str) -> None:
        """Signed webhooks, each delivered again until it is answered 200."""
        config = await asyncio.to_thread(channel_settings, Path(self.demo.addresses["config"]), SHOP)
        address = (await self.demo.control("GET", f"/people/{person}"))["addresses"]
        sender = next(value for name, value in address.items() if name.startswith("instagram"))
        texts = self.delivered[person, "instagram"]
        while self._going:
            text, at = f"{person} on the bare wire, {len(texts):04}", now_ms()
            body = instagram(config["account_id"], says(config["account_id"], sender, f"m_{text}", text=text))
            await self._until_kept(body, signature(body, config["app_secret"]))
            texts[text] = at
            await self._pause()

    async def _until_kept(self, body: bytes, signed: str) -> None:
        url = f"{self.demo.addresses['hub']}/hooks/instagram/shop"
        while (status := await self._answer_to(url, body, signed)) != 200:
            assert status in {0, 503}, f"a good webhook was answered {status}"
            await asyncio.sleep(AGAIN_SECONDS)

    async def _answer_to(self, url: str, body: bytes, signed: str) -> int:
        try:
            status = await post(self.demo.session, url, body, signed)
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        self.hooks[status] += 1
        return status

    async def _pause(self, factor: float = 1) -> None:
        await asyncio.sleep(self._random.uniform(0, PAUSE_SECONDS_MAX * factor))


def rounds(setting: str, short: int) -> int:
    """How many rounds: few with every test run, as many as ``setting`` says in a long one."""
    return int(os.environ.get(setting, "0")) or short
