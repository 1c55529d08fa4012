"""kill -9 of the hub at random moments, under load in both directions, and then the count."""

import asyncio
import os
import time
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.scenarios.demo import SHOWN_AS_SENT, Demo, chance, measured, running_demo, until

ROUNDS: Final = int(os.environ.get("HOLDFAST_KILL_ROUNDS", "8"))
UP_SECONDS_MAX: Final = 2.5
"""How long the hub lives at most before it is killed again, once it has answered."""
PAUSE_SECONDS_MAX: Final = 0.4
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

GRAIN_MS: Final = {"instagram": 0, "whatsapp": 1_000, "sms": 5_000}
"""How finely a platform tells when something was written: within it, repeated webhooks may change places.
A text's webhook tells no time at all: what waited while the hub started counts from its arrival.
"""


class Load:
    """People, agents and visitors who go on until told to stop, and who remember what was promised to them."""

    def __init__(self, demo: Demo, random: Random) -> None:
        self.demo = demo
        self._random = random
        self._going = True
        self.written: dict[tuple[str, str], dict[str, int]] = {line: {} for line in WRITERS}
        """By person and platform: text -> when it was written (ms)."""
        self.taken: dict[tuple[str, str], list[dict[str, Any]]] = {line: [] for line in ANSWERED}
        self.chats: dict[str, list[str]] = {}

    async def knows_its_people(self) -> None:
        """Look up every conversation while the hub still lives: these questions are not asked twice."""
        for person in {person for person, _ in (*WRITERS, *ANSWERED)}:
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

    async def _write(self, person: str, platform: str) -> None:
        texts = self.written[person, platform]
        while self._going:
            text = f"{person} writes on {platform}, {len(texts):03}"
            texts[text] = (await self.demo.write(person, text, platform))["at_ms"]
            await self._pause()

    async def _answer(self, person: str, platform: str) -> None:
        """Replies through the interface, each asked for with its key until it is answered."""
        taken = self.taken[person, platform]
        conversation = await self.demo.conversation_of(person)
        url = f"{self.demo.addresses['api']}/conversations/{conversation}/messages"
        while self._going:
            text = f"to {person} on {platform}, {len(taken):03}"
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
            text = f"{name} chats, {len(texts):03}"
            body = {"id": f"{name}-{len(texts)}", "text": text}
            answer = await self.demo.stubbornly("POST", f"{base}/messages", body, token=visitor["token"])
            assert answer["state"] == "safe"
            texts.append(text)
            await self._pause()

    async def _pause(self, factor: float = 1) -> None:
        await asyncio.sleep(self._random.uniform(0, PAUSE_SECONDS_MAX * factor))


async def test_nothing_is_lost_or_doubled_however_often_the_hub_is_killed(tmp_path: Path) -> None:
    random = chance("kills under load")
    async with running_demo(tmp_path) as demo:
        load = Load(demo, random)
        await load.knows_its_people()
        loading = asyncio.create_task(load.run())
        began = time.monotonic()
        for _ in range(ROUNDS):
            await demo.ready()
            await asyncio.sleep(random.uniform(0, UP_SECONDS_MAX))
            demo.kill_hub()
            assert not loading.done(), loading.exception()
        load.stop()
        await demo.ready()
        await asyncio.wait_for(loading, 30)
        measured("%d kills within %.0f s", ROUNDS, time.monotonic() - began)
        await _everything_arrived(demo, load)
        await _what_went_out(demo, load)


async def _everything_arrived(demo: Demo, load: Load) -> None:
    wanted = [text for texts in (*load.written.values(), *load.chats.values()) for text in texts]

    async def arrived() -> list[dict[str, Any]]:
        found = await demo.items("/messages", direction="in")
        texts = {each["text"] for each in found}
        return [] if any(text not in texts for text in wanted) else found

    with suppress(AssertionError):
        await until(arrived, 60, "everything that was written")
    found = await demo.items("/messages", direction="in")
    counts = Counter(each["text"] for each in found)
    lost = [text for text in wanted if not counts[text]]
    doubled = [text for text in wanted if counts[text] > 1]
    measured("in: %d written, %d lost, %d doubled", len(wanted), len(lost), len(doubled))
    assert (lost, doubled) == ([], [])
    for (person, platform), texts in load.written.items():
        times = [texts[each["text"]] for each in await demo.thread(person) if each["text"] in texts]
        grain = GRAIN_MS[platform]
        assert all(later >= earlier - grain for earlier, later in pairwise(times)), (person, platform)
    unreadable = (await demo.api("GET", "/unreadable"))["items"]
    assert unreadable == []


async def _what_went_out(demo: Demo, load: Load) -> None:
    """Each reply reached its phone once and in order, or is honestly shown as not yet sent."""
    with suppress(AssertionError):
        await demo.all_settled(45)
    phones = [each for each in await demo.on_all_phones() if each["direction"] == "in"]
    reached = Counter(each["text"] for each in phones)
    taken = [message for messages in load.taken.values() for message in messages]
    shown = [await demo.shown(message) for message in taken]
    states = Counter(message["state"] for message in shown)
    doubled = [each["text"] for each in shown if reached[each["text"]] > 1]
    hollow = [each["text"] for each in shown if each["state"] in SHOWN_AS_SENT and not reached[each["text"]]]
    unproven = [each for each in shown if each["state"] not in SHOWN_AS_SENT]
    measured(
        "out: %d taken, %s, %d doubled, %d shown but not sent",
        len(taken),
        dict(states),
        len(doubled),
        len(hollow),
    )
    assert (doubled, hollow) == ([], [])
    assert len({message["id"] for message in taken}) == len(taken)
    for message in unproven:
        assert message["state"] in {"in_doubt", "waiting", "held"}, message
        assert message["channel"] == "whatsapp:shop", message
    for (person, platform), messages in load.taken.items():
        texts = [message["text"] for message in messages]
        there = [each["text"] for each in phones if each["text"] in texts]
        assert there == [text for text in texts if reached[text]], (person, platform)
