"""What stands before the HTTP interface: who asks, how often, how much, and from which page."""

import hmac
from typing import Final, cast

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from holdfast.inbox import Principal, Scope
from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.storage import StoreUnavailableError
from holdfast.web.asgi import (
    AsgiApp,
    ClientGoneError,
    Receive,
    Send,
    TooLargeError,
    TooSlowError,
    answer_error,
    client_address,
    header,
    read_body,
    replay,
)
from holdfast.web.asgi import Scope as Connection
from holdfast.web.errors import ApiError
from holdfast.web.identify import Identifier

BODY_BYTES_MAX: Final = 1024 * 1024
BODY_SECONDS: Final = 20.0
STREAMED: Final = frozenset({"/api/v1/uploads"})
"""Whose bodies are too large to be held; they look after their sizes themselves."""
REQUESTS_OF_PRINCIPAL: Final = Rate(burst=2_000, per_second=500)
REQUESTS_OF_ADDRESS: Final = Rate(burst=300, per_second=30)
"""For whoever is not signed in."""

_PRINCIPAL: Final = "holdfast.principal"
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Gate:
    def __init__(self, app: AsgiApp, identifier: Identifier, clock: Clock) -> None:
        self._app = app
        self._identifier = identifier
        self._of_principal = Buckets(clock, REQUESTS_OF_PRINCIPAL)
        self._of_address = Buckets(clock, REQUESTS_OF_ADDRESS)

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        try:
            principal = await self._identifier.request(scope)
            self._check_rate(scope, principal)
            self._check_page(scope, principal)
            given = receive if scope["path"] in STREAMED else replay(await _body(scope, receive), receive)
        except ApiError as error:
            await answer_error(
                send,
                error.status,
                error.code,
                error.message,
                field=error.field,
                headers=error.headers.items(),
            )
        except StoreUnavailableError:
            await answer_error(send, 503, "unavailable", "The store is not available; try again.")
        except ClientGoneError:
            return
        else:
            scope[_PRINCIPAL] = principal
            await self._app(scope, given, send)

    def _check_rate(self, scope: Connection, principal: Principal | None) -> None:
        if principal is not None:
            wait = self._of_principal.take(principal.author)
        else:
            wait = self._of_address.take(client_address(scope))
        if wait:
            raise too_many(wait)

    def _check_page(self, scope: Connection, principal: Principal | None) -> None:
        """A browser sends cookies for any page that asks; only our own pages know the session's word."""
        if scope["method"] in _SAFE_METHODS:
            return
        if not header(scope, b"authorization") and not self._identifier.same_origin(scope):
            raise ApiError(403, "foreign_page", "Another site's page may not do this.")
        if principal is not None and principal.csrf:
            given = header(scope, b"x-csrf-token")
            if not hmac.compare_digest(given.encode(), principal.csrf.encode()):
                raise ApiError(
                    403, "csrf", "The header X-CSRF-Token is missing or wrong; read GET /me again."
                )


async def _body(scope: Connection, receive: Receive) -> bytes:
    if scope["method"] not in _BODY_METHODS:
        return b""
    try:
        return await read_body(scope, receive, bytes_max=BODY_BYTES_MAX, seconds=BODY_SECONDS)
    except TooLargeError as error:
        sentence = f"The body is over {BODY_BYTES_MAX} bytes."
        raise ApiError(413, "too_large", sentence, headers={"connection": "close"}) from error
    except TooSlowError as error:
        sentence = "The body did not arrive in time."
        raise ApiError(408, "too_slow", sentence, headers={"connection": "close"}) from error


def too_many(wait_seconds: float) -> ApiError:
    headers = {"retry-after": str(max(1, round(wait_seconds)))}
    return ApiError(429, "too_many", "Too many requests; wait a little.", headers=headers)


def require_scope(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Guard of every operation: its ``scope`` must be the asker's. One without a scope is for nobody."""
    needed = handler.opt.get("scope")
    if needed == "open":
        return
    principal = connection.scope.get(_PRINCIPAL)
    if principal is None:
        raise ApiError(
            401,
            "unauthorized",
            "Sign in, or send a token: Authorization: Bearer hf_….",
            headers={"www-authenticate": "Bearer"},
        )
    if not isinstance(needed, Scope) or needed not in cast("Principal", principal).scopes:
        raise ApiError(403, "forbidden", f"This needs the scope {needed}.")


def principal_of(scope: Connection) -> Principal:
    """Whoever passed the guard."""
    principal = scope.get(_PRINCIPAL)
    if not isinstance(principal, Principal):
        raise ApiError(401, "unauthorized", "Sign in first.")
    return principal
