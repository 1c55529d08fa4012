"""Who is asking, and what they may do."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Literal

import msgspec


class Scope(StrEnum):
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class Role(StrEnum):
    OWNER = "owner"
    AGENT = "agent"
    VIEWER = "viewer"


_IMPLIED: Final = {
    Scope.READ: (Scope.READ,),
    Scope.WRITE: (Scope.READ, Scope.WRITE),
    Scope.ADMIN: (Scope.READ, Scope.WRITE, Scope.ADMIN),
}
_HIGHEST: Final = {Role.OWNER: Scope.ADMIN, Role.AGENT: Scope.WRITE, Role.VIEWER: Scope.READ}


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """``csrf`` is empty for a token, which no browser sends by itself. ``author`` is how the principal is
    named on messages and in the audit trail.
    """

    kind: Literal["agent", "token"]
    name: str
    role: Role
    scopes: frozenset[Scope]
    author: str
    csrf: str = ""


def scopes_of_role(role: Role) -> frozenset[Scope]:
    return frozenset(_IMPLIED[_HIGHEST[role]])


def widen(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """The scopes with those that they imply: who may write may read."""
    return frozenset(implied for scope in scopes for implied in _IMPLIED[scope])


def role_of_scopes(scopes: frozenset[Scope]) -> Role:
    """The role that may do what a token may do."""
    if Scope.ADMIN in scopes:
        return Role.OWNER
    return Role.AGENT if Scope.WRITE in scopes else Role.VIEWER
