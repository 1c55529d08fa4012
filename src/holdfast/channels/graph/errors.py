"""From an error of the Graph API to an outcome, by a platform's table.

Nothing that may have taken effect is called deferred: codes 1 and 2, 5xx and unreadable answers end in
doubt. A 503 with a well-formed code 2 is no exception: Meta calls it temporary, not "not processed", and
a message sent twice is worse than one that waits for evidence.
"""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from holdfast.channels.contract import Deferred, ErrorClass, InDoubt, Rejected, Scope
from holdfast.channels.graph.answer import GraphAnswer, GraphError

Failure = Deferred | Rejected | InDoubt

_PERMISSIONS: Final = range(200, 300)
_TOO_MANY: Final = 429
_NO_SIGN_IN: Final = 401
_REQUEST_TIMEOUT: Final = 408
_SERVER_ERRORS: Final = 500


class Rule(msgspec.Struct, frozen=True):
    """What one code means; the sentence is for people."""

    kind: Literal["defer", "reject", "doubt"]
    error_class: ErrorClass
    meaning: str
    scope: Scope = Scope.LANE
    wait_ms: int | None = None


def defer(
    error_class: ErrorClass, meaning: str, *, scope: Scope = Scope.CHANNEL, wait_ms: int | None = None
) -> Rule:
    return Rule("defer", error_class, meaning, scope, wait_ms)


def reject(error_class: ErrorClass, meaning: str) -> Rule:
    return Rule("reject", error_class, meaning)


def doubt(meaning: str) -> Rule:
    return Rule("doubt", ErrorClass.PLATFORM, meaning)


_TOKEN: Final = defer(ErrorClass.TOKEN, "The platform does not accept our token")
_THROTTLED: Final = defer(ErrorClass.THROTTLED, "The platform asks us to slow down")
_PERMISSION: Final = defer(ErrorClass.PERMISSION, "Our app or account lacks a permission")
_TEMPORARY: Final = doubt("The platform reports a temporary fault")

COMMON: Final[Mapping[int, Rule]] = {
    1: doubt("The platform reports an unknown fault"),
    2: _TEMPORARY,
    3: _PERMISSION,
    4: _THROTTLED,
    10: _PERMISSION,
    17: _THROTTLED,
    32: _THROTTLED,
    100: reject(ErrorClass.MESSAGE, "The platform cannot use this message"),
    102: _TOKEN,
    190: _TOKEN,
    341: _THROTTLED,
    368: defer(ErrorClass.ACCOUNT, "The platform has blocked our account for its policies"),
    613: _THROTTLED,
}
"""Codes that mean the same on every platform of the Graph API."""


def outcome_of(answer: GraphAnswer, *, codes: Mapping[int, Rule], subcodes: Mapping[int, Rule]) -> Failure:
    """The outcome of an answer that is not a success."""
    error = answer.error
    rule = _rule(error, codes, subcodes) if error else None
    if rule and error:
        return _apply(rule, _sentence(rule.meaning, error), answer)
    if answer.status == _TOO_MANY:
        return _apply(_THROTTLED, f"{_THROTTLED.meaning} (HTTP 429).", answer)
    if answer.status >= _SERVER_ERRORS or (error and error.transient):
        fault = f"The platform answered with a fault (HTTP {answer.status})."
        return InDoubt(fault, over=error is not None)
    if error and answer.status // 100 == 2:  # noqa: PLR2004 - a success that says that it is none
        return InDoubt(_sentence("The platform's answer contradicts itself", error), over=True)
    if error:
        return Deferred(ErrorClass.PLATFORM, _sentence("The platform refused for an unknown reason", error))
    return _without_error(answer)


def _rule(error: GraphError, codes: Mapping[int, Rule], subcodes: Mapping[int, Rule]) -> Rule | None:
    known = subcodes.get(error.subcode) or codes.get(error.code) or COMMON.get(error.code)
    return known or (_PERMISSION if error.code in _PERMISSIONS else None)


def _without_error(answer: GraphAnswer) -> Failure:
    """No error object in the answer: an edge, a proxy, or a success that cannot be read."""
    if answer.status == _NO_SIGN_IN:
        return _apply(_TOKEN, f"{_TOKEN.meaning} (HTTP 401).", answer)
    if answer.status // 100 == 2 or answer.status == _REQUEST_TIMEOUT:  # noqa: PLR2004
        return InDoubt(f"The platform's answer cannot be read (HTTP {answer.status}).")
    return Deferred(ErrorClass.PLATFORM, f"The request did not reach the platform (HTTP {answer.status}).")


def _apply(rule: Rule, reason: str, answer: GraphAnswer) -> Failure:
    if rule.kind == "reject":
        return Rejected(rule.error_class, reason)
    if rule.kind == "doubt":
        return InDoubt(reason, rule.error_class, over=True)
    asked = answer.wait_ms if rule.error_class is ErrorClass.THROTTLED else None
    return Deferred(rule.error_class, reason, rule.scope, asked if asked is not None else rule.wait_ms)


def _sentence(meaning: str, error: GraphError) -> str:
    code = f"{error.code}/{error.subcode}" if error.subcode else str(error.code)
    return f"{meaning} (code {code}: {error.message})" if error.message else f"{meaning} (code {code})"
