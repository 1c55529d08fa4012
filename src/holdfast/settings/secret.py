"""Secrets that do not show themselves in logs, errors or dumps."""

import os
from pathlib import Path
from typing import Final

_HIDDEN: Final = "Secret(…)"
_VARIABLE: Final = "env:"
_FILE: Final = "file:"
REFERENCES: Final = (_VARIABLE, _FILE)
"""How a secret begins that stands elsewhere on this machine."""

STORE_SCHEMES: Final = ("postgresql://", "postgres://")


class Secret:
    """A text that is only read by asking for it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return _HIDDEN

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class StoreAddress(Secret):
    """Where a shared database is: ``postgresql://user:password@host:port/name``."""


def resolve_store_address(text: str) -> StoreAddress:
    """Read like a secret, for it may hold a password; raises ValueError where it is no such address."""
    address = resolve_secret(text).reveal()
    if not address.startswith(STORE_SCHEMES):
        raise ValueError("expected an address such as postgresql://user:password@host:5432/holdfast")
    return StoreAddress(address)


def resolve_secret(text: str) -> Secret:
    """A secret as written, from a variable (``env:NAME``) or a file (``file:PATH``); raises ValueError."""
    if text.startswith(_VARIABLE):
        name = text.removeprefix(_VARIABLE)
        if name not in os.environ:
            raise ValueError(f"the environment variable {name} is not set")
        return Secret(os.environ[name])
    if text.startswith(_FILE):
        path = Path(text.removeprefix(_FILE))
        try:
            return Secret(path.read_text("utf-8").strip())
        except OSError as error:
            raise ValueError(f"the secret file {path} cannot be read: {error.strerror}") from error
    return Secret(text)
