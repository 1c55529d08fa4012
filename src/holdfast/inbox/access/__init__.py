"""Who may look and act: agents with sessions, programs with tokens."""

from holdfast.inbox.access.access import (
    Access,
    NewToken,
    Session,
    SignInRefusedError,
    TokenView,
    TooManySignInsError,
)
from holdfast.inbox.access.agents import AgentChange, Agents, NewPassword
from holdfast.inbox.access.buckets import Buckets, Rate
from holdfast.inbox.access.passwords import Passwords
from holdfast.inbox.access.principal import Principal, Role, Scope
from holdfast.inbox.access.secrets import RandomBytes, new_token, token_hash

__all__ = [
    "Access",
    "AgentChange",
    "Agents",
    "Buckets",
    "NewPassword",
    "NewToken",
    "Passwords",
    "Principal",
    "RandomBytes",
    "Rate",
    "Role",
    "Scope",
    "Session",
    "SignInRefusedError",
    "TokenView",
    "TooManySignInsError",
    "new_token",
    "token_hash",
]
