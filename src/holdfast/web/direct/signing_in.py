"""Codes, links, passkeys and the sessions they open."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.members import MemberDesk, MemberRefusedError, NewSession
from holdfast.web.direct.asking import take
from holdfast.web.direct.router import Answer, Call, Route
from holdfast.web.direct.views import me
from holdfast.web.errors import ApiError

LETTERS_OF_ADDRESS: Final = Rate(burst=10, per_second=1 / 30)
"""Letters that one network address may ask for."""
TRIES_OF_ADDRESS: Final = Rate(burst=40, per_second=0.5)
"""Codes, links and passkeys that one network address may show."""

Short = Annotated[str, Meta(max_length=300)]


class CodeToSend(msgspec.Struct, frozen=True):
    email: Short


class Entrance(msgspec.Struct, frozen=True):
    """One of: a login with its code, a link's token, a passkey's answer."""

    login: Short = ""
    code: Short = ""
    link: Short = ""
    passkey: dict[str, Any] | None = None


class NewPasskey(msgspec.Struct, frozen=True):
    credential: dict[str, Any]
    name: Short = ""


class SigningIn:
    def __init__(self, *, desk: MemberDesk, clock: Clock) -> None:
        self._sign_in = desk.sign_in
        self._new_email = desk.new_email
        self._passkeys = desk.passkeys
        self._clock = clock
        self._letters = Buckets(clock, LETTERS_OF_ADDRESS)
        self._tries = Buckets(clock, TRIES_OF_ADDRESS)

    def routes(self) -> list[Route]:
        return [
            Route("POST", "codes", self._send_code, who="anyone"),
            Route("POST", "sessions", self._enter, who="anyone"),
            Route("POST", "me/email", self._ask_for_email),
            Route("POST", "me/email/{id}", self._prove_email),
            Route("POST", "passkeys/options", self._options, who="anyone"),
            Route("POST", "passkeys/new", self._new_passkey),
            Route("POST", "passkeys", self._add_passkey),
            Route("GET", "passkeys", self._all_passkeys),
            Route("DELETE", "passkeys/{id}", self._remove_passkey),
        ]

    def ways(self) -> list[str]:
        """How somebody can sign in here."""
        open_ways = (("email", self._sign_in.is_open), ("passkey", self._passkeys.is_open))
        return [name for name, is_open in open_ways if is_open]

    async def _ask_for_email(self, call: Call) -> Answer:
        take(self._letters, call.address)
        wanted = await call.body(CodeToSend)
        self._check_mail()
        return Answer(202, {"id": await self._new_email.ask(call.session, wanted.email)})

    async def _prove_email(self, call: Call) -> Answer:
        take(self._tries, call.address)
        shown = await call.body(Entrance)
        member = await self._new_email.prove(call.session, call.params["id"], shown.code)
        return Answer(200, me(member, self._clock.now_ms()))

    def _check_mail(self) -> None:
        """Raises ApiError where no letter can leave."""
        if not self._sign_in.is_open:
            sentence = "This hub cannot send mail; there is no signing in by email here."
            raise ApiError(503, "unavailable", sentence, headers={"retry-after": "3600"})

    async def _send_code(self, call: Call) -> Answer:
        take(self._letters, call.address)
        wanted = await call.body(CodeToSend)
        self._check_mail()
        return Answer(202, {"login": await self._sign_in.ask(wanted.email)})

    async def _enter(self, call: Call) -> Answer:
        take(self._tries, call.address)
        made = await self._entered(call, await call.body(Entrance))
        member = me(made.member, self._clock.now_ms())
        return Answer(201, {"member": member, "token": made.token, "is_new": made.is_new})

    async def _entered(self, call: Call, shown: Entrance) -> NewSession:
        if shown.passkey is not None:
            return await self._passkeys.enter(shown.passkey, call.device, guest=call.maybe_session)
        if shown.link:
            return await self._sign_in.by_link(shown.link, guest=call.maybe_session, device=call.device)
        if shown.login and shown.code:
            return await self._sign_in.by_code(
                shown.login, shown.code, guest=call.maybe_session, device=call.device
            )
        raise MemberRefusedError("invalid", "Show a login with its code, a link or a passkey.")

    async def _options(self, call: Call) -> Answer:
        take(self._tries, call.address)
        return Answer(200, await self._passkeys.options())

    async def _new_passkey(self, call: Call) -> Answer:
        take(self._tries, call.address)
        return Answer(200, await self._passkeys.new(call.member))

    async def _add_passkey(self, call: Call) -> Answer:
        take(self._tries, call.address)
        wanted = await call.body(NewPasskey)
        return Answer(201, await self._passkeys.add(call.member, wanted.credential, wanted.name))

    async def _all_passkeys(self, call: Call) -> Answer:
        return Answer(200, {"passkeys": await self._passkeys.all_of(call.member)})

    async def _remove_passkey(self, call: Call) -> Answer:
        if not await self._passkeys.remove(call.member, call.params["id"]):
            raise ApiError(404, "not_found", "There is no such passkey.")
        return Answer(204)
