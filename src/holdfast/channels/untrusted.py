"""Reading JSON that came from outside: every reader is total, so one odd field never spoils the rest."""

import hashlib
import json
import math
from typing import Any, Final

import msgspec

from holdfast.channels.contract import UnreadableError

ID_CHARACTERS_MAX: Final = 500
SECONDS_BELOW: Final = 10**12
"""A time stamp below this is in seconds: platforms mean milliseconds and now and then send seconds."""
TIME_MS_MAX: Final = 10**14


def read_json(body: bytes) -> Any:
    """Any JSON value; raises UnreadableError."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _read_leniently(body)


def _read_leniently(body: bytes) -> Any:
    # Platforms cut texts inside a surrogate pair now and then; only the standard decoder lets that pass.
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"The body is not JSON: {error}") from error


def value_at(value: Any, *path: str) -> Any:
    """What stands at the end of a path of keys, or None."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text_at(value: Any, *path: str) -> str:
    """The text (or whole number, as text) at a path, fit for storing; empty where there is none."""
    found = value_at(value, *path)
    if isinstance(found, str):
        return storable(found)
    return "" if isinstance(found, bool) or not isinstance(found, int) else _number(found)


def _number(value: int) -> str:
    return str(value) if abs(value) < 10**ID_CHARACTERS_MAX else ""


def items_at(value: Any, *path: str) -> list[Any]:
    found = value_at(value, *path)
    return found if isinstance(found, list) else []


def object_at(value: Any, *path: str) -> dict[str, Any]:
    found = value_at(value, *path)
    return found if isinstance(found, dict) else {}


def id_at(value: Any, *path: str) -> str:
    """An identifier at a path; one that is too long to be an identifier is replaced by its digest."""
    return bounded_id(text_at(value, *path))


def bounded_id(text: str) -> str:
    return text if len(text) <= ID_CHARACTERS_MAX else digest(text)


def storable(text: str) -> str:
    """Text without what databases and UTF-8 refuse: NUL and halves of surrogate pairs."""
    if text.isascii() and "\0" not in text:
        return text
    text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def time_ms(value: Any, otherwise: int) -> int:
    """A time stamp in milliseconds from milliseconds or seconds, number or text."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return otherwise
    if not math.isfinite(number) or not 0 < number < TIME_MS_MAX:
        return otherwise
    return int(number * 1000) if number < SECONDS_BELOW else int(number)


def digest(value: Any) -> str:
    """A short name for a value, the same whenever the same value comes again."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
