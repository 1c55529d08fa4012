"""What a person can do on their phone, whatever the platform."""

from dataclasses import dataclass
from typing import Protocol

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.people import Message


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What the person is about to send."""

    text: str
    kind: str = "text"
    reply_to: str | None = None
    payload: str | None = None
    subject: str | None = None


class NotPossible(ValueError):  # noqa: N818 - it is an answer to a person, not a crash
    """The platform has no such thing; `field` names the input that asked for it."""

    def __init__(self, message: str, field_name: str = "kind") -> None:
        super().__init__(message)
        self.field = field_name


class PhoneLine(Protocol):
    """Each raises NotPossible where the platform has no such thing."""

    async def writes(self, account: AccountState, address: str, writing: Writing) -> Message: ...

    async def sees(self, account: AccountState, address: str) -> int:
        """The person looks at the thread; the number of messages that were new to them."""

    async def unsends(self, message: Message) -> None: ...

    async def edits(self, message: Message, text: str) -> None: ...

    async def reacts(self, message: Message, emoji: str | None) -> None:
        """None takes the reaction away."""
