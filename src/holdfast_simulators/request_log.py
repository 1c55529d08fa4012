"""The API calls a platform received, kept for people who want to count."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

REQUESTS_KEPT_MAX = 50_000


@dataclass(frozen=True, kw_only=True)
class LoggedRequest:
    at_ms: int
    platform: str
    method: str
    path: str
    status: int | None
    """What was answered; None when no answer was given at all."""
    effect: bool
    """Whether the call did something: a message now exists that did not before."""
    fault: str | None = None
    account: str | None = None

    def shown(self) -> dict[str, Any]:
        return asdict(self)


class RequestLog:
    def __init__(self) -> None:
        self._kept: deque[LoggedRequest] = deque(maxlen=REQUESTS_KEPT_MAX)
        self.total = 0

    def add(self, request: LoggedRequest) -> None:
        self._kept.append(request)
        self.total += 1

    def newest(self, limit: int, platform: str | None = None) -> list[LoggedRequest]:
        """The newest calls, oldest of them first."""
        chosen = [r for r in self._kept if platform is None or r.platform == platform]
        return chosen[-limit:]
