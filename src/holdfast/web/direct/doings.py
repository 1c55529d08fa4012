"""What members do, at the rate that they may, by HTTP and on the stream alike."""

from typing import Final

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.members import Member
from holdfast.portal.direct import Direct
from holdfast.portal.talks import TalkError
from holdfast.portal.writing import Prepared, ToSend
from holdfast.settings import Settings
from holdfast.web.direct.frames import Delivered, Edit, React, Read, Send, Unsend, Writes

MESSAGES_BURST_SECONDS: Final = 12
"""How much of a member's steady rate may come at once."""
RECEIPTS: Final = Rate(burst=600, per_second=20)
"""Receipts and what is changed of threads; a device that was away has many to give at once."""
SIGNS: Final = Rate(burst=20, per_second=2)
"""Typing, and coming and going: what is too much is not passed on."""
MEMBERS_MAX: Final = 50_000


class Doings:
    def __init__(self, *, direct: Direct, clock: Clock, settings: Settings) -> None:
        per_second = settings.direct.messages_per_second
        rate = Rate(burst=max(1.0, per_second * MESSAGES_BURST_SECONDS), per_second=per_second)
        self._direct = direct
        self._messages = Buckets(clock, rate, keys_max=MEMBERS_MAX)
        self._receipts = Buckets(clock, RECEIPTS, keys_max=MEMBERS_MAX)
        self._signs = Buckets(clock, SIGNS, keys_max=MEMBERS_MAX)

    async def prepare(self, by: Member, frame: Writes) -> Prepared:
        """What a member writes, checked and ready to be kept. Raises TalkError."""
        _take(self._messages, by.id)
        match frame:
            case Send():
                wanted = ToSend(
                    id=frame.id, text=frame.text, reply_to=frame.reply_to, attachments=frame.attachments
                )
                return await self._direct.message(by, frame.thread, wanted)
            case Edit():
                return await self._direct.writing.edit(by, frame.message, frame.text)
            case Unsend():
                return await self._direct.writing.unsend(by, frame.message)
            case React():
                return await self._direct.writing.react(by, frame.message, frame.emoji)

    async def keep(self, prepared: Prepared) -> None:
        """Raises SpoolUnavailableError."""
        await self._direct.writing.keep(prepared)

    async def received(self, by: Member, frame: Read | Delivered) -> None:
        """Raises TalkError."""
        self.count(by)
        if isinstance(frame, Read):
            await self._direct.received(by, frame.thread, seen=frame.upto)
        else:
            await self._direct.received(by, frame.thread, delivered=frame.upto)

    def count(self, by: Member) -> None:
        """One more decision of a member. Raises TalkError where there were too many."""
        _take(self._receipts, by.id)

    def may_sign(self, by: Member) -> bool:
        return not self._signs.take(by.id)


def _take(buckets: Buckets, key: str) -> None:
    wait = buckets.take(key)
    if wait:
        raise TalkError(
            429, "too_many", "That was too much at once; wait a little.", retry_after=max(0.1, round(wait, 1))
        )
