"""Cursors of lists: opaque to clients, a position in the order for us."""

from typing import Final

TIME_MAX: Final = 2**62
_ID_CHARACTERS_MAX: Final = 64


class BadCursorError(ValueError):
    """The cursor is not one that a list handed out."""


def encode_cursor(at: int, identifier: str) -> str:
    return f"{at}.{identifier}"


def decode_cursor(text: str | None) -> tuple[int, str]:
    """The position that a cursor names; without one, a position before everything (newest first)."""
    if not text:
        return TIME_MAX, ""
    at, _, identifier = text.partition(".")
    if not _is_number(at) or not identifier.replace("_", "").isalnum() or not identifier.isascii():
        raise BadCursorError("the cursor is not one that this list handed out")
    if len(identifier) > _ID_CHARACTERS_MAX:
        raise BadCursorError("the cursor is too long")
    return int(at), identifier


def encode_ordered(order: str, at: int, identifier: str) -> str:
    """A cursor of a list that has parts, each in an order of its own."""
    return f"{order}.{encode_cursor(at, identifier)}"


def decode_ordered(text: str | None, first: str) -> tuple[str, int, str]:
    """(order, position) that a cursor of ``encode_ordered`` names; without one the beginning of the first part."""
    if not text:
        return first, 0, ""
    order, _, rest = text.partition(".")
    return order, *decode_cursor(rest)


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= len(str(TIME_MAX)) - 1
