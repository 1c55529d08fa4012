"""Who has a conversation open is told to those who listen, once a change, and forgotten by itself."""

import asyncio
from typing import Any, cast

import msgspec

from holdfast.web.attendance import PAGES_MAX, STAYS_SECONDS, SWEEP_SECONDS, Attendance, Attending
from holdfast.web.feed import Feed


class HandClock:
    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept = asyncio.Event()

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        if self.seconds > STAYS_SECONDS + 2 * SWEEP_SECONDS:
            self.slept.set()
            await asyncio.Event().wait()


class Heard:
    """What listeners of a feed are told."""

    def __init__(self) -> None:
        self.signs: list[Any] = []

    def sign(self, data: bytes) -> None:
        self.signs.append(msgspec.json.decode(data))


def made() -> tuple[Attendance, Heard, HandClock]:
    heard, clock = Heard(), HandClock()
    return Attendance(feed=cast("Feed", heard), clock=cast("Any", clock)), heard, clock


def test_an_agent_on_two_pages_is_told_once_and_writes_where_one_of_them_writes() -> None:
    attendance, heard, _ = made()
    attendance.note("agt_1", "a", "cnv_1", "looking")
    attendance.note("agt_1", "b", "cnv_1", "looking")
    assert heard.signs == [
        {"kind": "desk", "attending": [{"conversation_id": "cnv_1", "agent_id": "agt_1", "doing": "looking"}]}
    ]
    attendance.note("agt_1", "b", "cnv_1", "writing")
    assert attendance.attending() == [Attending("cnv_1", "agt_1", "writing")]
    attendance.note("agt_1", "b", "", "looking")
    attendance.note("agt_1", "a", "cnv_2", "looking")
    assert attendance.attending() == [Attending("cnv_2", "agt_1", "looking")]
    assert len(heard.signs) == 4


async def test_a_page_that_says_nothing_any_more_is_gone() -> None:
    attendance, heard, clock = made()
    attendance.note("agt_1", "a", "cnv_1", "looking")
    sweeping = asyncio.create_task(attendance.run())
    await clock.slept.wait()
    sweeping.cancel()
    assert attendance.attending() == []
    assert heard.signs[-1] == {"kind": "desk", "attending": []}


def test_no_more_pages_are_remembered_than_there_is_room_for() -> None:
    attendance, _, _ = made()
    for number in range(PAGES_MAX + 5):
        attendance.note("agt_1", f"page {number}", f"cnv_{number}", "looking")
    assert len(attendance.attending()) == PAGES_MAX
