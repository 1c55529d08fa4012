"""Who is here and who types, told to those who may know while they are here themselves. Nothing of it is stored."""

from collections import Counter
from typing import Protocol

from holdfast.kernel import Clock
from holdfast.members import Member
from holdfast.portal.direct import Direct
from holdfast.portal.talks.model import BUSINESS_THREAD, not_yours
from holdfast.web.direct import frames
from holdfast.web.direct.live import Live


class Device(Protocol):
    """An open connection of a member; ``focus``: whether its page is in front."""

    member: Member
    focus: bool

    def say(self, data: str) -> None: ...


class Presence:
    """Of this node: members whose page is in front on one of their devices."""

    def __init__(self, *, direct: Direct, live: Live, clock: Clock) -> None:
        self._direct = direct
        self._live = live
        self._clock = clock
        self._in_front: Counter[str] = Counter()

    async def come(self, device: Device, *, focus: bool) -> None:
        """A device came: it learns who is here, and others that its member is."""
        if device.member.presence:
            for other in await self._direct.partners(device.member.id):
                if self._in_front[other] and self._shows(other):
                    told = frames.Presence(member=other, here=True, at=self._clock.now_ms())
                    device.say(frames.encoded(told))
        await self.turn(device, focus=focus)

    async def turn(self, device: Device, *, focus: bool) -> None:
        """The page of a device came to the front, or went from it."""
        member = device.member
        if focus == device.focus:
            return
        device.focus = focus
        self._in_front[member.id] += 1 if focus else -1
        count = self._in_front[member.id]
        if not count:
            del self._in_front[member.id]
        if count == int(focus) and member.presence:
            await self._tell(member.id, here=focus)

    def is_here(self, member_id: str) -> bool:
        """Whether a member has one of our pages in front, on a device that is connected to this node."""
        return self._in_front[member_id] > 0

    async def types(self, member: Member, thread: str) -> None:
        """Raises TalkError where it is not their thread."""
        if thread.startswith(BUSINESS_THREAD) or not member.typing:
            return
        seats = await self._direct.writing.seats_in(thread)
        if member.id not in seats or not seats[member.id].may_write:
            raise not_yours()
        hearing = [other for other, seat in seats.items() if seat.may_write and other in self._live.devices]
        unheard = await self._direct.turned_away(member.id, hearing) if hearing else set()
        told = frames.encoded(frames.SomebodyTypes(thread=thread, member=member.id, name=member.name))
        for other in hearing:
            if other != member.id and other not in unheard:
                for device in self._live.devices.get(other, ()):
                    if device.member.typing:
                        device.sign(told)

    async def _tell(self, member_id: str, *, here: bool) -> None:
        told = frames.encoded(frames.Presence(member=member_id, here=here, at=self._clock.now_ms()))
        for other in await self._direct.partners(member_id):
            for device in self._live.devices.get(other, ()):
                if device.member.presence:
                    device.sign(told)

    def _shows(self, member_id: str) -> bool:
        return any(device.member.presence for device in self._live.devices.get(member_id, ()))
