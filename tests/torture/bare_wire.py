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
from tests.scenarios.stranger import channel_settings, instagram, now_ms, post, says, signature

AGAIN_SECONDS: Final = 0.1
"""After which a webhook is delivered again that was not answered with 200."""
BARE: Final = ("goran", "hana", "ines")
FLOOD: Final = (
    *("kofi", "lea", "mei", "nadia", "owen", "priya", "quinn", "rosa", "sami", "tara", "umar", "vera"),
)
SHOP: Final = "instagram:shop"
STORED, NOT_STORED, NO_ANSWER = 200, 503, 0


class BareWire:
    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self.delivered: dict[str, dict[str, int]] = {}
        """By person, what was answered 200: text -> when it was written (ms)."""
        self.answers: Counter[int] = Counter()
        """By status."""
        self._addresses: dict[str, str] = {}
        self._shop: dict[str, Any] = {}

    async def deliver(self, person: str) -> None:
        """The person's next message, delivered again until it is answered 200."""
        texts = self.delivered.setdefault(person, {})
        text, at = f"{person} on the bare wire, {len(texts):05}", now_ms()
        body, signed = await self._signed(person, text)
        url = f"{self._demo.addresses['hub']}/hooks/instagram/shop"
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
            await self.deliver(person)

    async def _answer(self, url: str, body: bytes, signed: str) -> int:
        try:
            status = await post(self._demo.session, url, body, signed)
        except (aiohttp.ClientError, TimeoutError):
            status = NO_ANSWER
        self.answers[status] += 1
        return status

    async def _signed(self, person: str, text: str) -> tuple[bytes, str]:
        if not self._shop:
            config = Path(self._demo.addresses["config"])
            self._shop = await asyncio.to_thread(channel_settings, config, SHOP)
        account = self._shop["account_id"]
        body = instagram(account, says(account, await self._address(person), f"m_{text}", text=text))
        return body, signature(body, self._shop["app_secret"])

    async def _address(self, person: str) -> str:
        if person not in self._addresses:
            known = (await self._demo.control("GET", f"/people/{person}"))["addresses"]
            self._addresses[person] = next(
                value for name, value in known.items() if name.startswith("instagram")
            )
        return self._addresses[person]
