"""Reading what the Graph API answers, HTML and empty bodies included."""

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from holdfast.channels.contract import Throttle, UnreadableError
from holdfast.channels.transport import HttpAnswer
from holdfast.channels.untrusted import object_at, read_json, text_at, value_at

MESSAGE_CHARACTERS_MAX: Final = 300
_MS_PER_MINUTE: Final = 60_000
_MS_PER_SECOND: Final = 1_000
WAIT_MS_MAX: Final = 24 * 60 * _MS_PER_MINUTE
NO_CODE: Final = -1
"""An error that names no code; 0 is a code of WhatsApp."""
_SHARES: Final = ("call_count", "total_time", "total_cputime")


class GraphError(msgspec.Struct, frozen=True):
    code: int
    subcode: int
    message: str
    transient: bool = False


class GraphAnswer(msgspec.Struct, frozen=True):
    """``data`` is None where the body is no JSON object; waits and latencies are in ms."""

    status: int
    data: dict[str, Any] | None
    error: GraphError | None = None
    throttle: Throttle | None = None
    wait_ms: int | None = None
    latency_ms: int = 0

    @property
    def ok(self) -> bool:
        return self.status // 100 == 2 and self.data is not None and self.error is None  # noqa: PLR2004


def read_answer(answer: HttpAnswer, *, latency_ms: int = 0) -> GraphAnswer:
    data = _object(answer.body)
    throttle = read_throttle(answer.headers)
    return GraphAnswer(
        status=answer.status,
        data=data,
        error=_error(data),
        throttle=throttle,
        wait_ms=_wait_ms(answer.headers, throttle),
        latency_ms=latency_ms,
    )


def read_throttle(headers: Mapping[str, str]) -> Throttle | None:
    """The fullest of the limits that the usage headers speak of, and the longest wait among them."""
    uses = [_header(headers, "x-app-usage")]
    for rows in _header(headers, "x-business-use-case-usage").values():
        uses += [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    uses = [use for use in uses if use]
    if not uses:
        return None
    percent = max(_number(use, share) for use in uses for share in _SHARES)
    minutes = max(_number(use, "estimated_time_to_regain_access") for use in uses)
    return Throttle(used=percent / 100, wait_ms=min(int(minutes * _MS_PER_MINUTE), WAIT_MS_MAX))


def _wait_ms(headers: Mapping[str, str], throttle: Throttle | None) -> int | None:
    seconds = headers.get("retry-after", "").strip()
    if seconds.isascii() and seconds.isdigit():
        return min(int(seconds[:9]) * _MS_PER_SECOND, WAIT_MS_MAX)
    return throttle.wait_ms if throttle and throttle.wait_ms else None


def _header(headers: Mapping[str, str], name: str) -> dict[str, Any]:
    try:
        found = json.loads(headers.get(name, ""))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _number(use: dict[str, Any], name: str) -> float:
    value = use.get(name)
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < WAIT_MS_MAX
    return float(value) if known and value is not None else 0.0


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = read_json(body)
    except UnreadableError:
        return None
    return found if isinstance(found, dict) else None


def _error(data: dict[str, Any] | None) -> GraphError | None:
    if not isinstance(value_at(data, "error"), dict):
        return None
    error = object_at(data, "error")
    details = text_at(error, "error_data", "details")
    message = text_at(error, "message")
    return GraphError(
        code=_whole(error.get("code"), otherwise=NO_CODE),
        subcode=_whole(error.get("error_subcode"), otherwise=0),
        message=(f"{message} ({details})" if details else message)[:MESSAGE_CHARACTERS_MAX],
        transient=error.get("is_transient") is True,
    )


def _whole(value: Any, *, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
