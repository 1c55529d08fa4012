"""What happens now, read once from both logs and handed to everybody whom it is for.

Each device has a bounded queue of frames that are encoded once for all who receive them. Whoever cannot keep up is
cut off and comes back with the cursor; nothing is lost by it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import Final, Protocol

import msgspec

from holdfast.kernel import Clock, get_log
from holdfast.members import Member, Members, UnknownMemberError
from holdfast.portal.direct import Direct
from holdfast.portal.reading import Changes, Happenings
from holdfast.portal.talks.changes import Told
from holdfast.portal.talks.model import MeChanged
from holdfast.storage import EventLog, StoreUnavailableError
from holdfast.web.direct.frames import encoded
from holdfast.web.direct.views import me

POLL_SECONDS: Final = 0.25
"""How soon a commit of another process is seen whose wake was lost."""
RETRY_SECONDS: Final = 1.0
SEATS_CHANGED: Final = frozenset({"thread", "gone"})


class Place(msgspec.Struct, frozen=True):
    """How far both logs were read."""

    events: int
    seq: int


class Frame(msgspec.Struct, frozen=True):
    """A change as it goes over the wire; ``number`` is of the members' log, or of the hub's events."""

    number: int
    is_event: bool
    data: str

    def is_within(self, place: Place) -> bool:
        return self.number <= (place.events if self.is_event else place.seq)


class Device(Protocol):
    """Something of a member's that is told of changes."""

    member: Member

    def offer(self, frame: Frame) -> None: ...

    def sign(self, data: str) -> None:
        """Told of what is worth nothing later."""
        ...

    def again(self) -> None:
        """Something was not handed out; it is to be read from the cursor on."""
        ...

    def end(self) -> None:
        """The member is no more."""
        ...


class Live:
    def __init__(self, *, direct: Direct, members: Members, events: EventLog, clock: Clock) -> None:
        self._direct = direct
        self._members = members
        self._events = events
        self._clock = clock
        self._log = get_log("live")
        self._retired = asyncio.Event()
        self.devices: dict[str, set[Device]] = defaultdict(set)
        self.place = Place(-1, -1)

    async def run(self) -> None:
        while True:
            try:
                await self._follow()
            except StoreUnavailableError as error:
                self._log.warning("the store is away, members wait", error=str(error))
            except Exception:  # noqa: BLE001 - everybody's devices hang on this loop
                self._log.exception("the members' log stumbled and goes on from its place")
            await self._clock.sleep(RETRY_SECONDS)

    def retire(self) -> None:
        """The server is about to stop: whoever waits is answered now."""
        self._retired.set()

    def join(self, device: Device) -> None:
        self.devices[device.member.id].add(device)

    def leave(self, device: Device) -> None:
        devices = self.devices.get(device.member.id, set())
        devices.discard(device)
        if not devices:
            self.devices.pop(device.member.id, None)

    async def changes(self, member: Member, cursor: str, seconds: float = 0) -> Changes:
        """What happened after a cursor, or happens within some time. Raises ForgottenError."""
        waiting = _Waiting(member)
        self.join(waiting)
        try:
            found = await self._page(member, cursor)
            if not found.changes and not found.more and seconds and not self._retired.is_set():
                await self._first(seconds, waiting.told, self._retired)
                found = await self._page(member, cursor)
            return found
        finally:
            self.leave(waiting)

    async def _page(self, member: Member, cursor: str) -> Changes:
        found = await self._direct.changes(member, cursor)
        changes = [
            self._whole(each, member) if isinstance(each, MeChanged) else each for each in found.changes
        ]
        return msgspec.structs.replace(found, changes=changes)

    def _whole(self, change: MeChanged, member: Member) -> MeChanged:
        return msgspec.structs.replace(change, member=me(member, self._clock.now_ms()))

    async def _first(self, seconds: float, *events: asyncio.Event) -> None:
        waits = [asyncio.create_task(event.wait()) for event in events]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    async def _follow(self) -> None:
        if self.place.events < 0:
            self.place = Place(*await self._direct.newest())
        while True:
            moment = self._events.moment()
            if not await self._step():
                await self._events.wait(POLL_SECONDS, moment)

    async def _step(self) -> bool:
        """Hand out what came next; whether there was anything."""
        place = self.place
        found = await self._direct.after(place.events, place.seq)
        if not found.events and not found.rows:
            return False
        self._direct.writing.seats.forget(
            row["thread_id"] for row in found.rows if row["kind"] in SEATS_CHANGED
        )
        following = Place(
            found.events[-1].seq if found.events else place.events,
            int(found.rows[-1]["seq"]) if found.rows else place.seq,
        )
        if self.devices:
            await self._tell(found, place, following)
        self.place = following
        return True

    async def _tell(self, found: Happenings, place: Place, following: Place) -> None:
        """Raises StoreUnavailableError before anything was handed out; then it is tried again from the same place."""
        handed = False
        try:
            told = await self._direct.told(found, following.events, place.seq, self.devices)
            handed = True
            await self._hand_out(told)
        except StoreUnavailableError:
            if not handed:
                raise
            self._send_back()
        except Exception:  # noqa: BLE001 - one change that cannot be shown must not stop the others
            self._log.exception("a change could not be handed out")
            self._send_back()

    def _send_back(self) -> None:
        """What could not be handed out to all is read by each: they come back with their cursors."""
        for devices in tuple(self.devices.values()):
            for device in tuple(devices):
                device.again()

    async def _hand_out(self, told: Iterable[Told]) -> None:
        for each in told:
            if isinstance(each.change, MeChanged):
                await self._renew(each)
                continue
            frame = Frame(each.seq, each.is_event, encoded(each.change))
            for member_id in each.members:
                for device in self.devices.get(member_id, ()):
                    device.offer(frame)

    async def _renew(self, told: Told) -> None:
        """A member changed: their devices know them anew, or end."""
        for member_id in told.members:
            member = await self._present(member_id)
            for device in tuple(self.devices.get(member_id, ())):
                if member is None or member.standing == "banned":
                    device.end()
                    continue
                device.member = member
                change = msgspec.structs.replace(told.change, member=me(member, self._clock.now_ms()))
                device.offer(Frame(told.seq, told.is_event, encoded(change)))

    async def _present(self, member_id: str) -> Member | None:
        try:
            return await self._members.get(member_id)
        except UnknownMemberError:
            return None


class _Waiting:
    """A request that waits for the first change."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.told = asyncio.Event()

    def offer(self, frame: Frame) -> None:
        del frame
        self.told.set()

    def sign(self, data: str) -> None:
        """A request has no use for it."""

    def again(self) -> None:
        self.told.set()

    def end(self) -> None:
        self.told.set()
