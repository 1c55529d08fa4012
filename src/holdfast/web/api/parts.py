"""What operations of the HTTP interface share: limits of parameters, documented refusals, dependencies."""

from typing import Annotated, Any, Final, cast

from litestar import Request
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter, SkipValidation
from msgspec import Meta

from holdfast.inbox import Principal, Scope
from holdfast.inbox.model import PAGE_DEFAULT, PAGE_MAX
from holdfast.web.asgi import ErrorBody
from holdfast.web.asgi import Scope as Connection
from holdfast.web.feed import Feed
from holdfast.web.refusals import RefusalCounter
from holdfast.web.services import WebServices

QUERY_CHARACTERS_MAX: Final = 200
CURSOR_CHARACTERS_MAX: Final = 100
TIME_MS_MAX: Final = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly."""

Services = NamedDependency[SkipValidation[WebServices]]
Asker = NamedDependency[SkipValidation[Principal]]
LiveFeed = NamedDependency[SkipValidation[Feed]]
Refusals = NamedDependency[SkipValidation[RefusalCounter]]

Limit = Annotated[
    int, QueryParameter(ge=1, le=PAGE_MAX, description=f"How many items; {PAGE_DEFAULT} by default.")
]
Before = Annotated[
    str | None,
    QueryParameter(max_length=CURSOR_CHARACTERS_MAX, description="The `next` of the page before."),
]
After = Annotated[
    str | None,
    QueryParameter(
        max_length=CURSOR_CHARACTERS_MAX, description="Instead of `before`: what follows this cursor."
    ),
]
Search = Annotated[
    str,
    QueryParameter(
        name="query",
        max_length=QUERY_CHARACTERS_MAX,
        description="Words to look for; finds parts of words too.",
    ),
]
TimeMs = Annotated[int, QueryParameter(ge=0, le=TIME_MS_MAX, description="Milliseconds since the epoch.")]

Text = Annotated[str, Meta(max_length=100_000)]
Name = Annotated[str, Meta(max_length=200)]
ShortText = Annotated[str, Meta(max_length=500)]
Key = Annotated[str, Meta(min_length=1, max_length=200)]

READ: Final = {"scope": Scope.READ}
WRITE: Final = {"scope": Scope.WRITE}
ADMIN: Final = {"scope": Scope.ADMIN}
OPEN: Final = {"scope": "open"}

_REASONS: Final = {
    400: "Malformed: not JSON, a field of the wrong type, or a parameter out of its range.",
    401: "Not signed in, or the token is not good.",
    403: "Signed in, but not allowed; or the CSRF token is missing.",
    404: "There is no such thing.",
    405: "This address does not take that method.",
    408: "The body did not arrive in time.",
    410: "What followed the cursor is no longer kept; read everything anew.",
    409: "It contradicts what is already there.",
    413: "The body is too large.",
    422: "Well-formed, but refused; the message says why.",
    429: "Too many requests; the header Retry-After says when to come back.",
    503: "It could not be stored or read now; nothing has taken effect.",
}
_ALWAYS: Final = (400, 401, 403, 429, 503)


def refuses(*statuses: int) -> dict[int, ResponseSpec]:
    """The documented refusals of an operation, beside those that every operation may give."""
    return {
        status: ResponseSpec(ErrorBody, generate_examples=False, description=_REASONS[status])
        for status in sorted({*_ALWAYS, *statuses})
    }


def asgi_scope(request: Request[Any, Any, Any]) -> Connection:
    """The connection as the framework was given it."""
    return cast("Connection", request.scope)


def plain(text: str) -> str:
    """A parameter without NUL, which no database takes."""
    return text.replace("\0", "")
