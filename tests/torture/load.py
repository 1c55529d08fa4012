"""Load from every side at once: people, agents, visitors and a bare wire, who remember what was promised."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any, Final

from tests.scenarios.demo import Demo, until
from tests.torture.bare_wire import BARE, STORED, BareWire

PAUSE_SECONDS_MAX: Final = 0.4
BUSY_SECONDS_MAX: Final = 180.0
WRITERS: Final = (
    ("ann", "instagram"),
    ("bilal", "instagram"),
    ("chiara", "instagram"),
    ("ann", "sms"),
    ("bilal", "sms"),
)
"""Where a platform keeps a history. What WhatsApp could not deliver some times it repeats many minutes later,
which is no loss and no test: it writes on the bare wire.
"""
ANSWERED: Final = (
    ("ann", "instagram"),
    ("bilal", "instagram"),
    ("emre", "instagram"),
    ("dev", "whatsapp"),
    ("freya", "whatsapp"),
    ("freya", "sms"),
)
REPLY_PAUSES: Final = {"instagram": 4.0, "sms": 4.0, "whatsapp": 24.0}
"""In pauses of the others: WhatsApp takes one message in six seconds to one person, for long."""
VISITORS: Final = 2


class Load:
    """Goes on until told to stop; whatever is not answered is asked again, as careful clients do."""

    def __init__(self, demo: Demo, random: Random) -> None:
        self.demo = demo
        self._random = random
        self._going = True
        self._task: asyncio.Task[None] | None = None
        self.written: dict[tuple[str, str], dict[str, int]] = {line: {} for line in WRITERS}
        """By person and platform: text -> when it was written (ms)."""
        self.wire = BareWire(demo)
        self.taken: dict[tuple[str, str], list[dict[str, Any]]] = {line: [] for line in ANSWERED}
        self.chats: dict[str, list[str]] = {}

    @property
    def acknowledged(self) -> int:
        """What the hub has promised so far to the test itself."""
        kept = (*self.wire.delivered.values(), *self.taken.values(), *self.chats.values())
        return sum(len(each) for each in kept)

    async def given(self, promises: int) -> None:
        """Until the hub has made so many more promises of every kind taken together."""
        await self._more(lambda: self.acknowledged, promises)

    async def given_on_the_wire(self, promises: int) -> None:
        """Until so many more webhooks were answered 200."""
        await self._more(lambda: self.wire.answers[STORED], promises)

    async def _more(self, count: Callable[[], int], promises: int) -> None:
        enough = count() + promises

        async def look() -> bool:
            self.goes_on()
            return count() >= enough

        await until(look, BUSY_SECONDS_MAX, f"{promises} more promises")

    def goes_on(self) -> None:
        """Raises what has ended the load, where something has."""
        assert self._task is not None
        if self._task.done():
            self._task.result()

    async def finish(self) -> None:
        """Stop, and wait for the last answers."""
        assert self._task is not None
        self._going = False
        await asyncio.wait_for(self._task, BUSY_SECONDS_MAX)

    async def start(self) -> None:
        await self._knows_its_people()
        self._task = asyncio.create_task(self._run())

    async def end(self) -> None:
        """Whatever has happened, nothing of it goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _knows_its_people(self) -> None:
        """Look up every conversation while the hub still lives: these questions are not asked twice."""
        for person in {person for person, _ in (*WRITERS, *ANSWERED, *BARE)}:
            await self.demo.conversation_of(person)

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for person, platform in WRITERS:
                group.create_task(self._write(person, platform))
            for person, platform in ANSWERED:
                group.create_task(self._answer(person, platform))
            for number in range(VISITORS):
                group.create_task(self._chat(f"guest-{number}"))
            for person, platform in BARE:
                group.create_task(self._deliver(person, platform))

    async def _write(self, person: str, platform: str) -> None:
        texts = self.written[person, platform]
        while self._going:
            text = f"{person} writes on {platform}, {len(texts):04}"
            texts[text] = (await self.demo.write(person, text, platform))["at_ms"]
            await self._pause(3)

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
            await self._pause(REPLY_PAUSES[platform])

    async def _chat(self, name: str) -> None:
        base = f"{self.demo.addresses['hub']}/direct/v1"
        guest = await self.demo.stubbornly("POST", f"{base}/guests", {"name": name})
        texts = self.chats.setdefault(name, [])
        while self._going:
            text = f"{name} chats, {len(texts):04}"
            body = {"id": f"{name}-{len(texts)}", "text": text}
            url = f"{base}/threads/business:web/messages"
            answer = await self.demo.stubbornly("POST", url, body, token=guest["token"])
            assert answer["state"] == "safe"
            texts.append(text)
            await self._pause()

    async def _deliver(self, person: str, platform: str) -> None:
        while self._going:
            await self.wire.deliver(person, platform)
            await self._pause()

    async def _pause(self, factor: float = 1) -> None:
        await asyncio.sleep(self._random.uniform(0, PAUSE_SECONDS_MAX * factor))


@asynccontextmanager
async def under_load(demo: Demo, random: Random) -> AsyncIterator[Load]:
    """The load has begun, and is gone afterwards."""
    load = Load(demo, random)
    try:
        await load.start()
        yield load
    finally:
        await load.end()


def rounds(setting: str, short: int) -> int:
    """How many rounds: few with every test run, as many as ``setting`` says in a long one."""
    return int(os.environ.get(setting, "0")) or short
