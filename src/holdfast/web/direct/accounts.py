"""Guests, one's own account, devices, other members and whom one has blocked."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.members import Card, Members, ProfileChange
from holdfast.web.direct.asking import take
from holdfast.web.direct.router import Answer, Call, Route
from holdfast.web.direct.views import me
from holdfast.web.errors import ApiError

GUESTS_OF_ADDRESS: Final = Rate(burst=300, per_second=5)
"""Large, as a whole town may come from one address."""
ID_CHARACTERS_MAX: Final = 80
LOOKS_OF_MEMBER: Final = Rate(burst=60, per_second=0.5)
"""Handles looked for: enough for people, too few to try out a list."""
CHANGES_OF_MEMBER: Final = Rate(burst=60, per_second=0.5)
"""Of the profile, of devices and of whom one blocks."""


class GuestToMake(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(max_length=200)] = ""
    continue_token: Annotated[str, Meta(max_length=200)] | None = msgspec.field(name="continue", default=None)


class Accounts:
    def __init__(
        self,
        *,
        members: Members,
        clock: Clock,
    ) -> None:
        self._members = members
        self._clock = clock
        self._guests = Buckets(clock, GUESTS_OF_ADDRESS)
        self._looks = Buckets(clock, LOOKS_OF_MEMBER)
        self._changes = Buckets(clock, CHANGES_OF_MEMBER)

    def routes(self) -> list[Route]:
        return [
            Route("POST", "guests", self._make_guest, who="anyone"),
            Route("GET", "me", self._me),
            Route("PATCH", "me", self._change_me),
            Route("GET", "sessions", self._devices),
            Route("DELETE", "sessions/{id}", self._end_session),
            Route("GET", "members", self._find),
            Route("GET", "blocks", self._blocks),
            Route("PUT", "blocks/{id}", self._block),
            Route("DELETE", "blocks/{id}", self._unblock),
        ]

    async def _make_guest(self, call: Call) -> Answer:
        take(self._guests, call.address)
        wanted = await call.body(GuestToMake)
        made = await self._members.create_guest(wanted.name, wanted.continue_token or "", device=call.device)
        member = me(made.member, self._clock.now_ms())
        return Answer(201, {"member": member, "token": made.token, "continued": made.continued})

    async def _me(self, call: Call) -> Answer:
        return Answer(200, me(call.member, self._clock.now_ms()))

    async def _change_me(self, call: Call) -> Answer:
        take(self._changes, call.member.id)
        change = await call.body(ProfileChange)
        return Answer(200, me(await self._members.change(call.session, change), self._clock.now_ms()))

    async def _devices(self, call: Call) -> Answer:
        return Answer(200, {"sessions": await self._members.devices(call.session)})

    async def _end_session(self, call: Call) -> Answer:
        take(self._changes, call.member.id)
        wanted = call.params["id"]
        session_id = call.session.id if wanted == "current" else wanted
        if not await self._members.end_session(call.session, session_id):
            raise ApiError(404, "not_found", "There is no such device.")
        return Answer(204)

    async def _find(self, call: Call) -> Answer:
        take(self._looks, call.member.id)
        handle = call.query.get("handle", "")
        card = await self._members.by_handle(handle) if handle else None
        found: list[Card] = [card] if card else []
        return Answer(200, {"members": found})

    async def _blocks(self, call: Call) -> Answer:
        return Answer(200, {"members": await self._members.blocks(call.member.id)})

    async def _block(self, call: Call) -> Answer:
        take(self._changes, call.member.id)
        await self._members.block(call.member.id, _id_of(call))
        return Answer(204)

    async def _unblock(self, call: Call) -> Answer:
        take(self._changes, call.member.id)
        await self._members.unblock(call.member.id, _id_of(call))
        return Answer(204)


def _id_of(call: Call) -> str:
    """A member's id, as long as one can be. Raises ApiError."""
    found = call.params["id"]
    if len(found) > ID_CHARACTERS_MAX or not found.isascii():
        raise ApiError(404, "not_found", "There is no such member.")
    return found
