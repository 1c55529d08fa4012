"""One HTTP call and its answer, as plain values between the gate and a platform."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

from holdfast_simulators.faults import Fault

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

OK = 200


@dataclass(kw_only=True)
class Call:
    """What arrived. The platform fills in what the call is about, and whether it did something."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    capability: str = "other"
    account: str | None = None
    recipient: Callable[[], str] = str
    """The telephone number that a send goes to; empty where there is none."""
    effect: bool = False
    pretend: bool = False
    """Answer as if all went well, and do nothing."""

    def json(self) -> dict[str, Any]:
        """The body as an object; an empty one when it is not an object at all."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def form(self) -> list[tuple[str, str]]:
        text = self.body.decode("utf-8", "replace")
        return parse_qsl(text, keep_blank_values=True)

    def is_form(self) -> bool:
        return self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")

    def segments(self) -> list[str]:
        return [part for part in self.path.split("/") if part]


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int = OK
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(value: Any, *, status: int = OK, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status=status, body=json.dumps(value).encode(), headers=headers or {})


class Platform(Protocol):
    """A fake platform's API, without the faults: the gate adds those."""

    @property
    def name(self) -> str: ...

    def recognise(self, call: Call) -> None:
        """Fill in `call.capability` and `call.account`."""

    async def answer(self, call: Call) -> Answer: ...

    def fault_answer(self, fault: Fault, call: Call) -> Answer:
        """How this platform words server_error, throttle, token_error and permission_error."""
