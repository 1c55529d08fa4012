"""What is taken from a request, each part bounded."""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec

from holdfast.inbox.access import Buckets
from holdfast.web.asgi import Receive, Scope, TooLargeError, TooSlowError, read_body
from holdfast.web.errors import ApiError

BODY_BYTES_MAX: Final = 64 * 1024
BODY_SECONDS: Final = 10.0
NUMBER_DIGITS_MAX: Final = 18

_FIELD: Final = re.compile(r"`\$\.(\w+)")

Body = TypeVar("Body")


async def decoded(scope: Scope, receive: Receive, kind: type[Body]) -> Body:
    """The body as JSON of a kind; no body is an empty object. Raises ApiError."""
    try:
        body = await read_body(scope, receive, bytes_max=BODY_BYTES_MAX, seconds=BODY_SECONDS)
        return msgspec.json.decode(body or b"{}", type=kind)
    except TooLargeError as error:
        raise ApiError(
            413, "too_large", f"The body is over {BODY_BYTES_MAX} bytes.", headers={"connection": "close"}
        ) from error
    except TooSlowError as error:
        raise ApiError(
            408, "too_slow", "The body did not arrive in time.", headers={"connection": "close"}
        ) from error
    except msgspec.ValidationError as error:
        found = _FIELD.search(str(error))
        raise ApiError(400, "invalid", f"{error}.", field=found[1] if found else "") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError(400, "malformed", "The body is not JSON.") from error


def number(query: Mapping[str, str], name: str, most: int, *, usual: int = 0) -> int:
    """A whole number of the query, ``most`` where it is larger. Raises ApiError."""
    text = query.get(name, str(usual))
    if not (text.isascii() and text.isdigit()) or len(text) > NUMBER_DIGITS_MAX:
        raise ApiError(400, "invalid", f"{name} is a whole number.", field=name)
    return min(int(text), most)


def take(buckets: Buckets, key: str) -> None:
    """Count one request of a key. Raises ApiError where there were too many."""
    wait = buckets.take(key)
    if wait:
        headers = {"retry-after": str(max(1, round(wait)))}
        raise ApiError(429, "too_many", "Too many requests; wait a little.", headers=headers)
