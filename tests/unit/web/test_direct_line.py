"""One member's open connection: nothing is told twice or out of order, and nobody is waited for."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import msgspec

from holdfast.members import Member, Session
from holdfast.portal.reading import Changes
from holdfast.portal.talks.model import Gone
from holdfast.web.direct.line import (
    CHARACTERS_WAITING_MAX,
    FRAMES_WAITING_MAX,
    PING_SECONDS,
    STALLED_SECONDS,
    TRY_AGAIN,
    Line,
)
from holdfast.web.direct.live import Frame


class Clock:
    def monotonic(self) -> float:
        return 0.0


class Past:
    """What happened before, one page of it."""

    def __init__(self, *seqs: int) -> None:
        self.seqs = seqs

    async def changes(self, member: Member, cursor: str) -> Changes:
        del member, cursor
        gone = [Gone(cursor=f"0.{seq}", thread=f"t{seq}") for seq in self.seqs]
        return Changes(list(gone), f"0.{self.seqs[-1]}", more=False)


class Around:
    def __init__(self, past: Past) -> None:
        self.live = past
        self.clock = Clock()


class Client:
    """The other side: what it was told, and whether it takes anything."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.closed: list[int] = []
        self.takes = asyncio.Event()
        self.takes.set()

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        await self.takes.wait()
        if message["type"] == "websocket.close":
            self.closed.append(message["code"])
        else:
            self.told.append(msgspec.json.decode(message["text"]))

    @property
    def numbers(self) -> list[int]:
        return [int(each["cursor"].partition(".")[2]) for each in self.told if each["type"] == "gone"]


def line(client: Client, *past: int) -> Line:
    session = Session(id="ses_1", member=Member(id="mem_ann", kind="member"), seen_at=0)
    return Line(Around(Past(*past)), session, client)  # type: ignore[arg-type]  # as much of it as is asked


def frame(seq: int) -> Frame:
    change = msgspec.json.encode(Gone(cursor=f"0.{seq}", thread=f"t{seq}")).decode()
    return Frame(seq, is_event=False, data=change)


async def quiet() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_happens_while_the_past_is_read_comes_after_it_and_once() -> None:
    client = Client()
    device = line(client, 1, 2, 3)
    for seq in (2, 3, 4):
        device.offer(frame(seq))
    await device.catch_up("0.0")
    device.offer(frame(5))
    await quiet()
    assert client.numbers == [1, 2, 3, 4, 5]


async def test_what_was_on_its_way_while_the_past_was_told_is_not_told_again() -> None:
    client = Client()
    device = line(client, 1, 2, 3)
    await device.catch_up("0.0")
    for seq in (2, 3, 4):
        device.offer(frame(seq))
    await quiet()
    assert client.numbers == [1, 2, 3, 4]


async def test_who_takes_nothing_is_cut_off() -> None:
    client = Client()
    device = line(client, 1)
    await device.catch_up("0.0")
    await quiet()
    client.takes.clear()
    for seq in range(2, FRAMES_WAITING_MAX + 10):
        device.offer(frame(seq))
    assert device.is_cut
    client.takes.set()
    await quiet()
    assert client.closed == [TRY_AGAIN]


async def test_few_frames_that_are_very_long_are_too_much_as_well() -> None:
    client = Client()
    device = line(client, 1)
    await device.catch_up("0.0")
    client.takes.clear()
    for _ in range(12):
        device.say("x" * (CHARACTERS_WAITING_MAX // 10))
    assert device.is_cut


async def test_who_takes_nothing_for_long_is_cut_off_and_who_is_silent_is_not() -> None:
    client = Client()
    device = line(client, 1)
    await device.catch_up("0.0")
    await quiet()
    device.ping(PING_SECONDS + 1)
    await quiet()
    assert (device.is_cut, client.told[-1]) == (False, {"type": "ping"})
    client.takes.clear()
    device.offer(frame(2))
    await quiet()
    device.ping(PING_SECONDS + 1)
    assert not device.is_cut
    device.ping(STALLED_SECONDS + 1)
    assert device.is_cut
