"""Signed webhooks that the test delivers itself.

No platform has them in its history, so that a hub which loses one after its 200 cannot read it back: that
answer is the only proof there is.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
from tests.scenarios.demo import Demo
from tests.scenarios.stranger import channel_settings, instagram, now_ms, post, says, signature, whatsapp

AGAIN_SECONDS: Final = 0.1
"""After which a webhook is delivered again that was not answered with 200."""
BARE: Final = (
    *(("goran", "instagram"), ("hana", "instagram"), ("ines", "instagram")),
    *(("ann", "whatsapp"), ("dev", "whatsapp")),
)
FLOOD: Final = (
    *("kofi", "lea", "mei", "nadia", "owen", "priya", "quinn", "rosa", "sami", "tara", "umar", "vera"),
)
STORED, NOT_STORED, NO_ANSWER = 200, 503, 0


class BareWire:
    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self.delivered: dict[tuple[str, str], dict[str, int]] = {}
        """By person and platform, what was answered 200: text -> when it was written (ms)."""
        self.answers: Counter[int] = Counter()
        """By status."""
        self._addresses: dict[tuple[str, str], str] = {}
        self._shops: dict[str, dict[str, Any]] = {}

    async def deliver(self, person: str, platform: str) -> None:
        """The person's next message, delivered again until it is answered 200."""
        texts = self.delivered.setdefault((person, platform), {})
        text, at = f"{person} on the bare wire of {platform}, {len(texts):05}", now_ms()
        body, signed = await self._signed(person, platform, text)
        url = f"{self._demo.addresses['hub']}/hooks/{platform}/shop"
        while (status := await self._answer(url, body, signed)) != STORED:
            assert status in {NOT_STORED, NO_ANSWER}, f"a good webhook was answered {status}"
            await asyncio.sleep(AGAIN_SECONDS)
        texts[text] = at

    @asynccontextmanager
    async def flood(self) -> AsyncIterator[None]:
        """Many write at once and without a pause, so that at every moment something is about to be promised."""
        floods = [asyncio.create_task(self._flow(person)) for person in FLOOD]
        try:
            yield
        finally:
            for task in floods:
                task.cancel()
            ended = await asyncio.gather(*floods, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in ended), ended

    async def _flow(self, person: str) -> None:
        while True:
            await self.deliver(person, "instagram")

    async def _answer(self, url: str, body: bytes, signed: str) -> int:
        try:
            status = await post(self._demo.session, url, body, signed)
        except (aiohttp.ClientError, TimeoutError):
            status = NO_ANSWER
        self.answers[status] += 1
        return status

    async def _signed(self, person: str, platform: str, text: str) -> tuple[bytes, str]:
        shop, sender = await self._shop(platform), await self._address(person, platform)
        if platform == "instagram":
            body = instagram(shop["account_id"], says(shop["account_id"], sender, f"m_{text}", text=text))
        else:
            body = whatsapp(shop, sender, f"wamid.{text}", text)
        return body, signature(body, shop["app_secret"])

    async def _shop(self, platform: str) -> dict[str, Any]:
        if platform not in self._shops:
            config = Path(self._demo.addresses["config"])
            self._shops[platform] = await asyncio.to_thread(channel_settings, config, f"{platform}:shop")
        return self._shops[platform]

    async def _address(self, person: str, platform: str) -> str:
        if (person, platform) not in self._addresses:
            known = (await self._demo.control("GET", f"/people/{person}"))["addresses"]
            found = next(value for name, value in known.items() if name.startswith(platform))
            self._addresses[person, platform] = found
        return self._addresses[person, platform]
