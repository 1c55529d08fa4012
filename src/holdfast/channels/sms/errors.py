"""Twilio's errors. Source: Twilio's dictionary of errors."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from holdfast.channels.contract import Deferred, ErrorClass, InDoubt, Rejected, Scope
from holdfast.channels.transport import HttpAnswer
from holdfast.channels.untrusted import text_at

Failure = Deferred | Rejected | InDoubt

MESSAGE_CHARACTERS_MAX: Final = 300
WAIT_SECONDS_MAX: Final = 86_400
_QUEUE_WAIT_MS: Final = 60_000
_TOO_MANY: Final = 429
_REQUEST_TIMEOUT: Final = 408
_SERVER_ERRORS: Final = 500
_NO_SIGN_IN: Final = (401, 403)


class _Rule(msgspec.Struct, frozen=True):
    error_class: ErrorClass
    meaning: str
    channel_waits: bool = False
    """Whether the whole channel waits; else the message is refused for good."""


_TOKEN: Final = _Rule(ErrorClass.TOKEN, "Twilio does not accept our credentials", channel_waits=True)
_RECIPIENT: Final = _Rule(ErrorClass.RECIPIENT, "Twilio cannot reach this number")
_MESSAGE: Final = _Rule(ErrorClass.MESSAGE, "Twilio cannot use this message")
_SENDER: Final = _Rule(ErrorClass.ACCOUNT, "Our sender's number is not ready to send", channel_waits=True)
_REGION: Final = _Rule(ErrorClass.PERMISSION, "Our account may not send to this region")
_OPTED_OUT: Final = _Rule(ErrorClass.OPTED_OUT, "The person has stopped messages from this number")
_SUSPENDED: Final = _Rule(ErrorClass.ACCOUNT, "Our Twilio account is stopped or unknown", channel_waits=True)

_RULES: Final[Mapping[int, _Rule]] = {
    20003: _TOKEN,
    **dict.fromkeys((20005, 20404), _SUSPENDED),
    **dict.fromkeys((21211, 21612, 21614, 21217), _RECIPIENT),
    **dict.fromkeys((21212, 21603, 21606, 21659, 21703, 21704, 21705), _SENDER),
    21408: _REGION,
    21610: _OPTED_OUT,
    **dict.fromkeys((21602, 21605, 21617, 21620, 21623), _MESSAGE),
}
_STATUS_CLASSES: Final[Mapping[int, ErrorClass]] = {
    21610: ErrorClass.OPTED_OUT,
    30002: ErrorClass.ACCOUNT,
    **dict.fromkeys((30003, 30004, 30005, 30006), ErrorClass.RECIPIENT),
    **dict.fromkeys((30007, 30018, 30032, 30034), ErrorClass.ACCOUNT),
    **dict.fromkeys((30001, 30017, 30022, 30023, 30027), ErrorClass.THROTTLED),
    **dict.fromkeys((30019, 11751, 12300), ErrorClass.MESSAGE),
}


def class_of_status(code: int) -> ErrorClass:
    """The class of the error code of a status callback."""
    return _STATUS_CLASSES.get(code, ErrorClass.PLATFORM)


def classify(answer: HttpAnswer, data: Mapping[str, Any] | None) -> Failure:
    """The outcome of an answer that is not a success; ``data`` is its JSON object, where it has one."""
    code = _code(data)
    rule = _RULES.get(code) or (_TOKEN if answer.status in _NO_SIGN_IN else None)
    if answer.status == _TOO_MANY or code == 20429:  # noqa: PLR2004 - Twilio's code for the same
        return Deferred(
            ErrorClass.THROTTLED,
            _sentence("Twilio asks us to slow down", data),
            Scope.CHANNEL,
            _retry_after_ms(answer),
        )
    if code == 21611:  # noqa: PLR2004 - the sender's queue is full: nothing was accepted
        reason = _sentence("Our number's queue at Twilio is full", data)
        return Deferred(ErrorClass.THROTTLED, reason, Scope.CHANNEL, _QUEUE_WAIT_MS)
    if answer.status >= _SERVER_ERRORS:
        fault = f"Twilio answered with a fault (HTTP {answer.status})."
        return InDoubt(fault, over=bool(_code(data)))
    if rule:
        reason = _sentence(rule.meaning, data)
        if rule.channel_waits:
            return Deferred(rule.error_class, reason, Scope.CHANNEL)
        return Rejected(rule.error_class, reason)
    return _unknown(answer, data)


def _unknown(answer: HttpAnswer, data: Mapping[str, Any] | None) -> Failure:
    if answer.status // 100 == 2 or answer.status == _REQUEST_TIMEOUT:  # noqa: PLR2004
        return InDoubt(f"Twilio's answer cannot be read (HTTP {answer.status}).")
    return Deferred(
        ErrorClass.PLATFORM, _sentence(f"Twilio refused for an unknown reason (HTTP {answer.status})", data)
    )


def _code(data: Mapping[str, Any] | None) -> int:
    code = data.get("code") if data else None
    return code if isinstance(code, int) and not isinstance(code, bool) else 0


def _sentence(meaning: str, data: Mapping[str, Any] | None) -> str:
    message = text_at(data, "message")[:MESSAGE_CHARACTERS_MAX]
    return f"{meaning} (code {_code(data)}: {message})" if message else f"{meaning}."


def _retry_after_ms(answer: HttpAnswer) -> int | None:
    seconds = answer.headers.get("retry-after", "").strip()
    known = seconds.isascii() and seconds.isdigit()
    return min(int(seconds[:9]), WAIT_SECONDS_MAX) * 1000 if known else None
