"""Claiming the conversation that one had from another address."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.members import MemberDesk
from holdfast.portal.direct import Direct
from holdfast.web.direct.asking import take
from holdfast.web.direct.router import Answer, Call, Route

CLAIMS_OF_ADDRESS: Final = Rate(burst=10, per_second=1 / 30)
"""Codes that one network address may ask for."""
TRIES_OF_ADDRESS: Final = Rate(burst=40, per_second=0.5)

Short = Annotated[str, Meta(max_length=300)]


class AddressToClaim(msgspec.Struct, frozen=True):
    channel: Short
    value: Short


class Proof(msgspec.Struct, frozen=True):
    code: Short


class Claiming:
    def __init__(self, *, desk: MemberDesk, direct: Direct, clock: Clock) -> None:
        self._desk = desk
        self._direct = direct
        self._claims = Buckets(clock, CLAIMS_OF_ADDRESS)
        self._tries = Buckets(clock, TRIES_OF_ADDRESS)

    def routes(self) -> list[Route]:
        return [
            Route("POST", "me/addresses", self._claim),
            Route("POST", "me/addresses/{id}", self._prove),
        ]

    async def _claim(self, call: Call) -> Answer:
        take(self._claims, call.address)
        wanted = await call.body(AddressToClaim)
        return Answer(202, {"id": await self._desk.claims.ask(call.session, wanted.channel, wanted.value)})

    async def _prove(self, call: Call) -> Answer:
        take(self._tries, call.address)
        shown = await call.body(Proof)
        await self._desk.claims.prove(call.session, call.params["id"], shown.code)
        thread = f"business:{self._desk.direct().partition(':')[2]}"
        return Answer(200, await self._direct.thread(call.member, thread))
