"""One table of what can be asked of Direct over HTTP, and what every answer has in common."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.members import Member, MemberRefusedError, Members, Session, UnknownMemberError
from holdfast.portal.talks import TalkError
from holdfast.settings import Settings
from holdfast.storage import SpoolUnavailableError, StoreUnavailableError
from holdfast.web.asgi import (
    ClientGoneError,
    Receive,
    Scope,
    Send,
    answer,
    answer_error,
    answer_json,
    client_address,
    header,
    network_of,
    query_of,
)
from holdfast.web.direct.asking import Body, decoded, take
from holdfast.web.direct.cors import PREFLIGHT, cors
from holdfast.web.direct.device import device_of
from holdfast.web.errors import ApiError
from holdfast.web.identify import bearer

PREFIX: Final = "/direct/v1/"
REQUESTS_BURST_SECONDS: Final = 10
"""How much of an address's steady rate may come at once."""
RETRY_SECONDS: Final = "2"
LATER_SECONDS: Final = "60"
"""When somebody may come back who did what is bounded by the day or by what is under way."""
TOO_MANY: Final = 429
SEGMENTS_MAX: Final = 8

_REFUSED: Final = {
    "invalid": 400,
    "malformed": 400,
    "guest": 403,
    "forbidden": 403,
    "taken": 409,
    "too_many": 429,
}
"""The status of what a member is refused; 422 for every other code."""


class Answer(msgspec.Struct, frozen=True):
    """``value`` is sent as JSON, bytes as they are; None for an answer without a body."""

    status: int
    value: object = None
    headers: tuple[tuple[str, str], ...] = ()


class Call:
    """One request: ``params`` are the parts of its path that the pattern names."""

    def __init__(
        self, scope: Scope, receive: Receive, params: Mapping[str, str], session: Session | None
    ) -> None:
        self.scope = scope
        self.receive = receive
        self.params = params
        self.maybe_session = session

    @property
    def session(self) -> Session:
        """Of a route for members there is one."""
        if self.maybe_session is None:
            raise ApiError(
                401, "unauthorized", "This device is not signed in.", headers={"www-authenticate": "Bearer"}
            )
        return self.maybe_session

    @property
    def member(self) -> Member:
        return self.session.member

    @property
    def query(self) -> Mapping[str, str]:
        return query_of(self.scope)

    @property
    def address(self) -> str:
        """Whose limits the call counts for."""
        return network_of(client_address(self.scope))

    @property
    def device(self) -> str:
        return device_of(header(self.scope, b"user-agent"))

    async def body(self, kind: type[Body]) -> Body:
        """The body as JSON of a kind. Raises ApiError."""
        return await decoded(self.scope, self.receive, kind)


Handler = Callable[[Call], Awaitable[Answer]]


class Route(msgspec.Struct, frozen=True):
    """``pattern`` such as ``threads/{thread}/messages``. Of routes for ``anyone`` the session is looked for, and may
    be none.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    pattern: str
    handler: Handler
    who: Literal["member", "anyone"] = "member"


class Router:
    """``bars`` says whether agents keep a network address out."""

    def __init__(
        self,
        *,
        routes: Sequence[Route],
        members: Members,
        clock: Clock,
        settings: Settings,
        bars: Callable[[str], bool],
    ) -> None:
        self._routes = [(tuple(route.pattern.split("/")), route) for route in routes]
        self._members = members
        self._origins = settings.direct.allowed_origins
        per_second = settings.direct.requests_per_second
        self._requests = Buckets(
            clock, Rate(burst=max(1.0, per_second * REQUESTS_BURST_SECONDS), per_second=per_second)
        )
        self._bars = bars

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        segments = scope["path"].removeprefix(PREFIX).split("/", SEGMENTS_MAX)
        found = self._fitting(segments)
        headers = cors(scope, self._origins)
        if scope["method"] == "OPTIONS":
            await answer(send, 204, b"", headers=[*headers, *PREFLIGHT])
            return
        try:
            self._admit(client_address(scope))
            given = await self._answer(scope, receive, found)
        except ClientGoneError:
            return
        except Exception as error:
            known = as_api_error(error)
            if known is None:
                raise
            named = [*headers, *known.headers.items()]
            await answer_error(
                send, known.status, known.code, known.message, field=known.field, headers=named
            )
            return
        if isinstance(given.value, bytes):
            await _answer_bytes(send, given, headers)
            return
        named = [*headers, ("cache-control", "no-store"), *given.headers]
        if given.value is None:
            await answer(send, given.status, b"", headers=named)
        else:
            await answer_json(send, given.status, given.value, headers=named)

    def _admit(self, address: str) -> None:
        """Raises ApiError."""
        take(self._requests, network_of(address))
        if self._bars(address):
            raise ApiError(403, "forbidden", "Nothing is taken from this network.")

    def _fitting(self, segments: Sequence[str]) -> list[tuple[dict[str, str], Route]]:
        """The routes of a path, of every method."""
        found = []
        for pattern, route in self._routes:
            params = _match(pattern, segments)
            if params is not None:
                found.append((params, route))
        return found

    async def _answer(
        self, scope: Scope, receive: Receive, found: Sequence[tuple[dict[str, str], Route]]
    ) -> Answer:
        """Raises ApiError and what handlers raise."""
        for params, route in found:
            if route.method == scope["method"]:
                session = await self._session(scope)
                call = Call(scope, receive, params, session)
                if route.who == "member":
                    _ = call.session
                return await route.handler(call)
        if not found:
            raise ApiError(404, "not_found", "There is nothing at this address.")
        allowed = ", ".join(sorted({route.method for _, route in found}))
        raise ApiError(405, "method", "This address does not take that method.", headers={"allow": allowed})

    async def _session(self, scope: Scope) -> Session | None:
        token = bearer(header(scope, b"authorization"))
        return await self._members.by_token(token) if token else None


async def _answer_bytes(send: Send, given: Answer, headers: Sequence[tuple[str, str]]) -> None:
    named = dict(given.headers)
    content_type = named.pop("content-type", "application/octet-stream")
    body = given.value if isinstance(given.value, bytes) else b""
    await answer(send, given.status, body, content_type, [*headers, *named.items()])


def as_api_error(error: Exception) -> ApiError | None:
    """What a lower unit refused, as an answer; None for a surprise."""
    match error:
        case ApiError():
            return error
        case TalkError():
            headers = {"retry-after": str(max(1, round(error.retry_after)))} if error.retry_after else {}
            return ApiError(error.status, error.code, error.message, field=error.field, headers=headers)
        case MemberRefusedError():
            status = _REFUSED.get(error.code, 422)
            headers = {"retry-after": LATER_SECONDS} if status == TOO_MANY else {}
            return ApiError(status, error.code, error.message, field=error.field, headers=headers)
        case UnknownMemberError():
            return ApiError(404, "not_found", "There is no such member.")
        case SpoolUnavailableError() | StoreUnavailableError():
            sentence = "This could not be stored now; send it again."
            return ApiError(503, "unavailable", sentence, headers={"retry-after": RETRY_SECONDS})
    return None


def _match(pattern: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    params: dict[str, str] = {}
    for expected, given in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            if not given:
                return None
            params[expected[1:-1]] = given
        elif expected != given:
            return None
    return params
