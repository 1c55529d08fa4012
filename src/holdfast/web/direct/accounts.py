"""Guests, one's own account, devices, other members and whom one has blocked."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.members import Card, Members, ProfileChange
from holdfast.push import Devices
from holdfast.radar import Radar
from holdfast.settings import Settings
from holdfast.storage import StoreUnavailableError
from holdfast.web.direct.asking import take
from holdfast.web.direct.router import Answer, Call, Route
from holdfast.web.direct.views import BusinessView, InfoView, limits, me
from holdfast.web.errors import ApiError
from holdfast.web.services import ChannelFace
from holdfast.widget import Setup, Setups

GUESTS_OF_ADDRESS: Final = Rate(burst=300, per_second=5)
"""Large, as a whole town may come from one address."""
ID_CHARACTERS_MAX: Final = 80
LOOKS_OF_MEMBER: Final = Rate(burst=60, per_second=0.5)
"""Handles looked for: enough for people, too few to try out a list."""


class GuestToMake(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(max_length=200)] = ""
    continue_token: Annotated[str, Meta(max_length=200)] | None = msgspec.field(name="continue", default=None)


class Accounts:
    def __init__(
        self,
        *,
        members: Members,
        radar: Radar,
        clock: Clock,
        settings: Settings,
        faces: Callable[[], Mapping[str, ChannelFace]],
        ways: Callable[[], list[str]],
        push: Devices | None,
        setups: Setups | None,
    ) -> None:
        """``ways`` are those of signing in."""
        self._members = members
        self._radar = radar
        self._clock = clock
        self._settings = settings
        self._faces = faces
        self._ways = ways
        self._push = push
        self._setups = setups
        self._guests = Buckets(clock, GUESTS_OF_ADDRESS)
        self._looks = Buckets(clock, LOOKS_OF_MEMBER)

    def routes(self) -> list[Route]:
        return [
            Route("GET", "info", self._info, who="anyone"),
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

    async def _info(self, call: Call) -> Answer:
        incidents = self._radar.open_incidents()
        channel = self._channel(call.query.get("channel", ""))
        setup = await self._setups.shown(f"direct:{channel}") if self._setups else Setup()
        info = InfoView(
            business=BusinessView(self._settings.hub.name),
            channel=channel,
            greeting=setup.greeting or self._settings.direct.greeting,
            notice=f"{incidents[0].title}." if incidents else None,
            status_url=self._settings.status_url,
            look=setup.look,
            questions=setup.questions,
            consent=setup.consent,
            push_key=await self._push_key(),
            limits=limits(self._settings),
            sign_in=self._ways(),
        )
        return Answer(200, info)

    async def _push_key(self) -> str:
        """Empty where browsers cannot be told; everything else works as well without."""
        if self._push is None:
            return ""
        try:
            return await self._push.keys.public_key()
        except StoreUnavailableError:
            return ""

    def _channel(self, wanted: str) -> str:
        """The name of a Direct channel, the first one where none is named. Raises ApiError."""
        names = [face.id.partition(":")[2] for face in self._faces().values() if face.platform == "direct"]
        if not names or (wanted and wanted not in names):
            raise ApiError(404, "not_found", "There is no such chat.", field="channel")
        return wanted or names[0]

    async def _make_guest(self, call: Call) -> Answer:
        take(self._guests, call.address)
        wanted = await call.body(GuestToMake)
        made = await self._members.create_guest(wanted.name, wanted.continue_token or "", device=call.device)
        member = me(made.member, self._clock.now_ms())
        return Answer(201, {"member": member, "token": made.token, "continued": made.continued})

    async def _me(self, call: Call) -> Answer:
        return Answer(200, me(call.member, self._clock.now_ms()))

    async def _change_me(self, call: Call) -> Answer:
        change = await call.body(ProfileChange)
        return Answer(200, me(await self._members.change(call.session, change), self._clock.now_ms()))

    async def _devices(self, call: Call) -> Answer:
        return Answer(200, {"sessions": await self._members.devices(call.session)})

    async def _end_session(self, call: Call) -> Answer:
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
        await self._members.block(call.member.id, _id_of(call))
        return Answer(204)

    async def _unblock(self, call: Call) -> Answer:
        await self._members.unblock(call.member.id, _id_of(call))
        return Answer(204)


def _id_of(call: Call) -> str:
    """A member's id, as long as one can be. Raises ApiError."""
    found = call.params["id"]
    if len(found) > ID_CHARACTERS_MAX or not found.isascii():
        raise ApiError(404, "not_found", "There is no such member.")
    return found
