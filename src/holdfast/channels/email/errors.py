"""What a mail server's answers mean. Sources: RFC 5321, RFC 3463, and the providers' own texts."""

import re
from enum import StrEnum
from typing import Final

from holdfast.channels.contract import Deferred, ErrorClass, InDoubt, Rejected, Scope

TEXT_CHARACTERS_MAX: Final = 300
BUSY_WAIT_MS: Final = 60_000
FULL_WAIT_MS: Final = 15 * 60_000

_ENHANCED: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REFUSALS: Final = range(400, 600)
_SIGN_IN_CODES: Final = frozenset({530, 534, 535, 538})
_BASIC_SIGN_IN_REFUSED: Final = "5.7.30"


class Stage(StrEnum):
    """How far a conversation with the server had come when it answered."""

    GREETING = "greeting"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


def outcome_of_reply(
    code: int, text: str, stage: Stage, *, greylist_wait_ms: int
) -> Deferred | Rejected | InDoubt:
    """The outcome of an answer that is not a success; nothing took effect, where it is an answer at all."""
    if stage is Stage.CONTENT and code not in _REFUSALS:
        return InDoubt(
            f"The mail server's answer to the mail cannot be read: {code} {text}"[:TEXT_CHARACTERS_MAX]
        )
    found = _ENHANCED.search(text)
    status = found.group(1) if found else ""
    reason = f"The mail server answered {code} {text}"[:TEXT_CHARACTERS_MAX]
    if code in _SIGN_IN_CODES or status == _BASIC_SIGN_IN_REFUSED:
        return Deferred(ErrorClass.TOKEN, reason, Scope.CHANNEL)
    if code < 500:  # noqa: PLR2004 - 4xx is temporary
        return _temporary(code, status, stage, reason, greylist_wait_ms)
    return _permanent(code, status, stage, reason)


def _temporary(code: int, status: str, stage: Stage, reason: str, greylist_wait_ms: int) -> Deferred:
    if status == "4.5.3":
        return Deferred(ErrorClass.THROTTLED, reason, Scope.CHANNEL, BUSY_WAIT_MS)
    if code == 421 or stage in (Stage.GREETING, Stage.SIGN_IN):  # noqa: PLR2004 - "closing"
        return Deferred(ErrorClass.PLATFORM, reason, Scope.CHANNEL, BUSY_WAIT_MS)
    if status.startswith("4.2."):
        return Deferred(ErrorClass.RECIPIENT, reason, wait_ms=FULL_WAIT_MS)
    if status.startswith("4.7."):
        return Deferred(ErrorClass.PLATFORM, reason, wait_ms=greylist_wait_ms)
    return Deferred(ErrorClass.PLATFORM, reason)


def _permanent(code: int, status: str, stage: Stage, reason: str) -> Deferred | Rejected:
    if stage in (Stage.GREETING, Stage.SIGN_IN):
        return Deferred(
            ErrorClass.TOKEN if stage is Stage.SIGN_IN else ErrorClass.ACCOUNT, reason, Scope.CHANNEL
        )
    if stage is Stage.SENDER:
        return Deferred(ErrorClass.ACCOUNT, reason, Scope.CHANNEL)
    return Rejected(class_of_status(status) if status else _class_of_code(code, stage), reason)


def class_of_status(status: str) -> ErrorClass:
    """The class of an enhanced status code (RFC 3463), as in answers and in reports of bounces."""
    if status.startswith(("5.1.", "5.2.", "5.4.", "4.")):
        return ErrorClass.RECIPIENT
    return ErrorClass.ACCOUNT if status.startswith("5.7.") else ErrorClass.MESSAGE


def _class_of_code(code: int, stage: Stage) -> ErrorClass:
    if code == 552:  # noqa: PLR2004 - too big
        return ErrorClass.MESSAGE
    return ErrorClass.RECIPIENT if stage is Stage.RECIPIENT else ErrorClass.MESSAGE
