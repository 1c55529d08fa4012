"""Light traffic in both directions while a channel fails, and the count afterwards."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, Self

import msgspec
from tests.scenarios.demo import NOT_SETTLED, SHOWN_AS_SENT, Demo, Refused, until

EVERY_SECONDS: Final = 1.5
ARRIVE_SECONDS: Final = 45.0
LEAVE_SECONDS: Final = 90.0
ASKED: Final = "a person has to say"
PERSON_SECONDS: Final = 15.0
"""How long proof may take before a person is troubled; longer than the demo's platforms may take a message late."""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What became of everything: texts, or states with their number."""

    written: int
    lost: list[str]
    doubled: list[str]
    misplaced: list[str]
    taken: int
    states: dict[str, int]
    sent_twice: list[str]
    shown_without_proof: list[str]
    sent_but_not_shown: list[str]
    out_of_order: list[str]


class Traffic:
    """Each person writes on one platform and is answered there, in turn, until stopped."""

    def __init__(self, demo: Demo, lines: Sequence[tuple[str, str]]) -> None:
        self._demo = demo
        self._lines = lines
        self._going = True
        self._task: asyncio.Task[None] | None = None
        self.written: list[tuple[str, str]] = []
        """(person, text)"""
        self.taken: list[tuple[str, dict[str, Any]]] = []
        """(person, message)"""
        self._asked_at: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        for person, _ in self._lines:
            await self._demo.conversation_of(person)  # known from now on, however often the hub is away
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def nobody_can_know(self, platform: str) -> None:
        """Leave out of the count what was written so far on a platform that lost it and keeps no record."""
        self.written = [(person, text) for person, text in self.written if not text.endswith(f" {platform}")]

    async def goes_on(self, messages: int) -> None:
        """Until so many more were written and answered."""
        enough = len(self.taken) + messages

        async def look() -> bool:
            assert self._task is not None
            assert not self._task.done(), self._task.exception()
            return len(self.taken) >= enough

        await until(look, 10 * EVERY_SECONDS * messages, f"{messages} more messages")

    async def stop(self) -> None:
        self._going = False
        if self._task is not None:
            task, self._task = self._task, None
            await task

    async def _run(self) -> None:
        number = 0
        while self._going:
            person, platform = self._lines[number % len(self._lines)]
            await self.once(person, platform, number)
            number += 1
            await asyncio.sleep(EVERY_SECONDS / len(self._lines))

    async def once(self, person: str, platform: str, number: int) -> None:
        text = f"in {number:03} {person} {platform}"
        await self._demo.write(person, text, platform)
        self.written.append((person, text))
        reply = await self._demo.reply(person, f"out {number:03} {person} {platform}", f"{platform}:shop")
        self.taken.append((person, reply))

    async def settled(self) -> Tally:
        """Stop, wait until everything is where it belongs or the patience ends, and count."""
        await self.stop()
        with suppress(AssertionError):
            await until(self._all_arrived, ARRIVE_SECONDS, "everything that was written")
        with suppress(AssertionError):
            await until(self._all_left, LEAVE_SECONDS, "every reply settled")
        return await self.count()

    async def _all_arrived(self) -> bool:
        there = {each["text"] for each in await self._demo.items("/messages", direction="in")}
        return all(text in there for _, text in self.written)

    async def _all_left(self) -> bool:
        shown = {each["id"]: each for each in await self._demo.items("/messages", direction="out")}
        replies = [shown[message["id"]] for _, message in self.taken]
        await self._answer_questions([each for each in replies if ASKED in each["state_reason"]])
        return not any(each["state"] in NOT_SETTLED for each in replies)

    async def _answer_questions(self, asked: Sequence[dict[str, Any]]) -> None:
        """Where no record tells, a person looks at the phone after a while, and says what became of it."""
        now = time.monotonic()
        ripe = [each for each in asked if now - self._asked_at.setdefault(each["id"], now) >= PERSON_SECONDS]
        phones = [each["text"] for each in await self._demo.on_all_phones()] if ripe else []
        for each in ripe:
            decision = "sent" if each["text"] in phones else "resend"
            with suppress(Refused):  # proof came first
                await self._demo.api("POST", f"/messages/{each['id']}/doubt", {"decision": decision})

    async def count(self) -> Tally:
        arrived = await self._demo.items("/messages", direction="in")
        places: dict[str, list[str]] = {}
        for each in arrived:
            places.setdefault(each["text"], []).append(each["conversation_id"])
        homes = {person: await self._demo.conversation_of(person) for person, _ in self._lines}
        shown = {each["id"]: each for each in await self._demo.items("/messages", direction="out")}
        replies = [shown[message["id"]] for _, message in self.taken]
        on_phones = [each for each in await self._demo.on_all_phones() if each["direction"] == "in"]
        phones = [each["text"] for each in on_phones]
        reached = {
            reply["text"]: sum(
                text == reply["text"] or text.endswith("\n" + reply["text"]) for text in phones
            )
            for reply in replies
        }
        return Tally(
            written=len(self.written),
            lost=[text for _, text in self.written if text not in places],
            doubled=[text for _, text in self.written if len(places.get(text, ())) > 1],
            misplaced=[text for person, text in self.written if set(places.get(text, ())) - {homes[person]}],
            taken=len(replies),
            states=dict(Counter(reply["state"] for reply in replies)),
            sent_twice=[text for text, times in reached.items() if times > 1],
            shown_without_proof=[
                each["text"]
                for each in replies
                if each["state"] in SHOWN_AS_SENT and not reached[each["text"]]
            ],
            sent_but_not_shown=[
                f"{each['text']} ({each['state']})"
                for each in replies
                if reached[each["text"]] and each["state"] not in {*SHOWN_AS_SENT, "in_doubt", "sending"}
            ],
            out_of_order=_out_of_order(on_phones),
        )


def _out_of_order(phones: Sequence[dict[str, Any]]) -> list[str]:
    """Replies that reached a phone, on one channel, after a later one meant for the same channel."""
    last: dict[tuple[str, str, str], str] = {}
    wrong = []
    for each in phones:
        text = each["text"].splitlines()[-1]
        if text.startswith("out "):
            _, number, person, platform = text.split()
            line = (person, platform, each["platform"])
            if number < last.get(line, ""):
                wrong.append(text)
            last[line] = number
    return wrong
