"""Who is asking: by bearer token, or by the console's session cookie."""

from typing import Final
from urllib.parse import urlsplit

from holdfast.inbox import Access, Principal
from holdfast.web.asgi import Scope, header, query_of

COOKIE: Final = "holdfast_session"
_BEARER: Final = "bearer "


class Identifier:
    """``public_url`` is the hub's own address, from which its pages may act."""

    def __init__(self, access: Access, public_url: str) -> None:
        self._access = access
        self._public_origin = origin_of(public_url)

    async def request(self, scope: Scope) -> Principal | None:
        """Whoever signed an HTTP request; None for nobody or a token that is not good."""
        authorization = header(scope, b"authorization")
        if authorization:
            return await self._access.by_token(bearer(authorization))
        session = session_of(scope)
        return await self._access.by_session(session) if session else None

    async def stream(self, scope: Scope) -> Principal | None:
        """Whoever opened a WebSocket: as for a request, or by ``?token=``, which browsers need."""
        token = query_of(scope).get("token")
        if token:
            return await self._access.by_token(token)
        if not header(scope, b"authorization") and not self.same_origin(scope):
            return None
        return await self.request(scope)

    def same_origin(self, scope: Scope) -> bool:
        """Whether a browser says that one of our own pages asks; true where no browser says anything."""
        origin = header(scope, b"origin")
        if not origin:
            return True
        return origin == self._public_origin or urlsplit_host(origin) == header(scope, b"host")


def bearer(authorization: str) -> str:
    """The token of an Authorization header, or an empty text."""
    return authorization[len(_BEARER) :].strip() if authorization.lower().startswith(_BEARER) else ""


def session_of(scope: Scope) -> str:
    """The session's token. Other programs of this host may set cookies in any form; they are passed over."""
    for pair in header(scope, b"cookie").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE:
            return value.strip('"')
    return ""


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def urlsplit_host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
