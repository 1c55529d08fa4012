"""Instagram's error table. Source: Messenger Platform error codes, and the Graph API's error guide."""

from collections.abc import Mapping
from typing import Final

from holdfast.channels.contract import ErrorClass, Scope
from holdfast.channels.graph import GraphAnswer, Rule, defer, doubt, outcome_of, reject
from holdfast.channels.graph.errors import Failure

_MEDIA_WAIT_MS: Final = 30_000

_WINDOW: Final = reject(ErrorClass.WINDOW, "Instagram's reply window has closed")
_RECIPIENT: Final = reject(ErrorClass.RECIPIENT, "Instagram cannot reach this person now")
_NO_SUCH_PERSON: Final = reject(ErrorClass.RECIPIENT, "Instagram knows no such person")
_MESSAGE: Final = reject(ErrorClass.MESSAGE, "Instagram cannot use this message")
_RESTRICTED: Final = defer(ErrorClass.ACCOUNT, "Instagram has restricted our account")
_OWNER: Final = defer(ErrorClass.ACCOUNT, "The account's owner must act in Instagram")
_THREAD_OWNER: Final = defer(
    ErrorClass.PERMISSION, "Another app holds this conversation", scope=Scope.LANE, wait_ms=60_000
)
_MEDIA: Final = defer(
    ErrorClass.MESSAGE, "Instagram could not fetch the media", scope=Scope.LANE, wait_ms=_MEDIA_WAIT_MS
)
_THROTTLED: Final = defer(ErrorClass.THROTTLED, "Instagram asks us to slow down")
_TOKEN: Final = defer(ErrorClass.TOKEN, "Instagram does not accept our token")

CODES: Final[Mapping[int, Rule]] = {
    551: _RECIPIENT,
    80002: _THROTTLED,
    80006: _THROTTLED,
    2018300: _THREAD_OWNER,
    2018047: _MEDIA,
    2018294: _MEDIA,
    9000001: reject(ErrorClass.MESSAGE, "Instagram no longer shows this message"),
}
SUBCODES: Final[Mapping[int, Rule]] = {
    1357046: doubt("Instagram reports a fault that often comes after a message was sent"),
    2534022: _WINDOW,
    2018278: _WINDOW,
    2018108: _RECIPIENT,
    1545041: _RECIPIENT,
    2534014: _NO_SUCH_PERSON,
    2018001: _NO_SUCH_PERSON,
    1893063: _RESTRICTED,
    2534029: _RESTRICTED,
    2534041: _OWNER,
    2534077: _OWNER,
    2534013: _OWNER,
    2534015: _MESSAGE,
    2534025: _MESSAGE,
    2018109: _MESSAGE,
    2534037: _THREAD_OWNER,
    2018300: _THREAD_OWNER,
    2018008: _MEDIA,
    2018047: _MEDIA,
    2018294: _MEDIA,
    2534040: _THROTTLED,
    2018338: _THROTTLED,
    1996: _THROTTLED,
    **dict.fromkeys((458, 459, 460, 463, 464, 467, 492, 493), _TOKEN),
}


def classify(answer: GraphAnswer) -> Failure:
    """The outcome of an answer that is not a success."""
    return outcome_of(answer, codes=CODES, subcodes=SUBCODES)
