"""WhatsApp's error table, for answers to sends and for failed statuses. Source: Cloud API error codes."""

from collections.abc import Mapping
from typing import Final

from holdfast.channels.contract import ErrorClass, Scope
from holdfast.channels.graph import GraphAnswer, Rule, defer, doubt, outcome_of, reject
from holdfast.channels.graph.errors import COMMON, Failure

_PAIR_WAIT_MS: Final = 6_000
_UPGRADE_WAIT_MS: Final = 90_000
_MEDIA_WAIT_MS: Final = 30_000

_THROTTLED: Final = defer(ErrorClass.THROTTLED, "WhatsApp asks us to slow down")
_TEMPORARY: Final = doubt("WhatsApp reports a temporary fault")
_TOKEN: Final = defer(ErrorClass.TOKEN, "WhatsApp does not accept our token")
_ACCOUNT: Final = defer(ErrorClass.ACCOUNT, "WhatsApp has stopped our account; its owner must act")
_PERMISSION: Final = defer(ErrorClass.PERMISSION, "Our app lacks a permission for WhatsApp")
_MESSAGE: Final = reject(ErrorClass.MESSAGE, "WhatsApp cannot use this message")
_RECIPIENT: Final = reject(ErrorClass.RECIPIENT, "WhatsApp cannot reach this person")
_MEDIA: Final = defer(
    ErrorClass.MESSAGE, "WhatsApp could not fetch the media", scope=Scope.LANE, wait_ms=_MEDIA_WAIT_MS
)

CODES: Final[Mapping[int, Rule]] = {
    0: _TOKEN,
    130429: _THROTTLED,
    80007: _THROTTLED,
    80008: _THROTTLED,
    133016: _THROTTLED,
    131056: defer(
        ErrorClass.THROTTLED,
        "Too many messages to this person at once",
        scope=Scope.LANE,
        wait_ms=_PAIR_WAIT_MS,
    ),
    131000: _TEMPORARY,
    131016: _TEMPORARY,
    133004: _TEMPORARY,
    135000: _TEMPORARY,
    131057: defer(ErrorClass.PLATFORM, "The number is being upgraded", wait_ms=_UPGRADE_WAIT_MS),
    131047: reject(ErrorClass.WINDOW, "WhatsApp's reply window has closed"),
    131050: reject(ErrorClass.OPTED_OUT, "The person stopped messages from us"),
    131026: _RECIPIENT,
    131030: _RECIPIENT,
    130472: _RECIPIENT,
    131049: _RECIPIENT,
    137000: _RECIPIENT,
    131062: _RECIPIENT,
    131052: _MEDIA,
    131053: _MEDIA,
    131005: _PERMISSION,
    **dict.fromkeys((131031, 131037, 131042, 131045, 131048, 131063, 131064, 130497), _ACCOUNT),
    **dict.fromkeys((33, 131008, 131009, 131021, 131051), _MESSAGE),
    **dict.fromkeys((132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018), _MESSAGE),
    **dict.fromkeys((132068, 132069), _MESSAGE),
}


def classify(answer: GraphAnswer) -> Failure:
    """The outcome of an answer that is not a success."""
    return outcome_of(answer, codes=CODES, subcodes={})


def class_of_status(code: int) -> ErrorClass:
    """The class of the error in a ``failed`` status."""
    rule = CODES.get(code) or COMMON.get(code)
    return rule.error_class if rule else ErrorClass.PLATFORM
