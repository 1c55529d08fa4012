"""How often streams may be opened: by one network address, and by one member."""

from collections.abc import MutableMapping
from types import SimpleNamespace
from typing import Any

import msgspec

from holdfast.members import Member, Session
from holdfast.settings import Settings
from holdfast.web.direct.line import BAD_FRAME, TOO_MANY, Line
from holdfast.web.direct.stream import CONNECTS_OF_MEMBER, DEVICES_OF_MEMBER_MAX, DirectStreams

HELLO = {"type": "hello", "token": "t"}


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now_ms(self) -> int:
        return int(self.seconds * 1000)


class Door:
    """Streams at which somebody knocks; of the member there are as many devices as may be, so none is kept."""

    def __init__(self, **direct: Any) -> None:
        self.clock = Clock()
        settings = Settings()
        settings = msgspec.structs.replace(
            settings, direct=msgspec.structs.replace(settings.direct, **direct)
        )
        member = Member(id="mem_ann", kind="member")
        devices = {member.id: [Line.__new__(Line) for _ in range(DEVICES_OF_MEMBER_MAX)]}
        nothing: Any = SimpleNamespace(devices=devices)
        self._session = Session(id="ses", member=member, seen_at=0)
        members: Any = SimpleNamespace(by_token=self._by_token)
        self._streams = DirectStreams(
            direct=nothing,
            members=members,
            live=nothing,
            doings=nothing,
            clock=self.clock,  # type: ignore[arg-type] # it never sleeps
            settings=settings,
            metrics=nothing,
        )

    async def _by_token(self, _: str) -> Session:
        return self._session

    async def knock(self, first: object, address: str = "192.0.2.1") -> tuple[int, list[Any]]:
        """The code with which it is closed, and what is said before."""
        given = iter([{"type": "websocket.connect"}, {"text": msgspec.json.encode(first).decode()}])
        said: list[Any] = []
        codes: list[int] = []

        async def receive() -> MutableMapping[str, Any]:
            return next(given)

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "websocket.send":
                said.append(msgspec.json.decode(message["text"]))
            elif message["type"] == "websocket.close":
                codes.append(message["code"])

        await self._streams({"client": (address, 1), "headers": [], "subprotocols": []}, receive, send)
        return codes[0], said


async def test_an_address_that_connects_too_often_is_told_when_it_may_again() -> None:
    door = Door(streams_of_address=20)
    for _ in range(20):
        assert await door.knock("no hello") == (BAD_FRAME, [])
    code, [told] = await door.knock("no hello")
    assert (code, told["type"], told["code"], told["retry_after"]) == (TOO_MANY, "error", "too_many", 0.5)
    assert (await door.knock("no hello", "192.0.2.2"))[0] == BAD_FRAME
    door.clock.seconds += told["retry_after"]
    assert (await door.knock("no hello"))[0] == BAD_FRAME


async def test_a_member_who_connects_too_often_is_told_when_they_may_again() -> None:
    door = Door()
    for number in range(int(CONNECTS_OF_MEMBER.burst)):
        assert await door.knock(HELLO, f"192.0.2.{number}") == (TOO_MANY, [])
    code, [told] = await door.knock(HELLO, "198.51.100.1")
    assert (code, told["code"], told["retry_after"]) == (TOO_MANY, "too_many", 1.0)
    door.clock.seconds += 1
    assert (await door.knock(HELLO, "198.51.100.1"))[1] == []
