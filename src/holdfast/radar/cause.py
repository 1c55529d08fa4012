"""Whose failure it is: decided from what failed and from what still works elsewhere."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from holdfast.channels.contract import ErrorClass
from holdfast.radar.evidence import Context, Sign
from holdfast.radar.model import HUB, SLOW, Cause

SIBLING_AHEAD_MS: Final = 60_000
"""Accounts that failed together do not come back in the same second: one that came back first says nothing of the
other until so much later."""
SIGNS_READ_MAX: Final = 12
"""The newest failures decide; older ones belong to an earlier part of the story."""

_BY_CLASS: Final = {
    ErrorClass.TOKEN.value: Cause.TOKEN,
    ErrorClass.ACCOUNT.value: Cause.ACCOUNT,
    ErrorClass.PERMISSION.value: Cause.ACCOUNT,
    ErrorClass.SUBSCRIPTION.value: Cause.SUBSCRIPTION,
    HUB: Cause.HUB,
}
_CONNECTION: Final = frozenset({ErrorClass.NETWORK.value, SLOW})


def choose_cause(signs: Sequence[Sign], onset: int | None, context: Context) -> Cause:
    """The likeliest cause of these failures; what was believed before where there are none."""
    failures = [sign for sign in signs if not sign.good][-SIGNS_READ_MAX:]
    if not failures:
        return _without_failures(context)
    if any(sign.error_class == ErrorClass.SUBSCRIPTION for sign in failures):
        return Cause.SUBSCRIPTION  # it explains whatever else does not arrive
    common = _commonest_class(failures)
    if common in _BY_CLASS:
        return _BY_CLASS[common]
    if common in _CONNECTION and (_uplink_fails(context) or _uplink_failed(failures, context)):
        return Cause.UPLINK
    return _by_neighbours(failures[-1], onset, context)


def _by_neighbours(newest: Sign, onset: int | None, context: Context) -> Cause:
    """What still works: other conversations, or other accounts."""
    if context.one_conversation:
        return Cause.CONVERSATION
    if onset is None or context.sibling_good_at <= onset:
        return Cause.PLATFORM
    failed_too = context.sibling_well_since > onset
    only_just = newest.at - context.sibling_well_since < SIBLING_AHEAD_MS
    return Cause.PLATFORM if failed_too and only_just else Cause.ACCOUNT


def _without_failures(context: Context) -> Cause:
    """Others say so, or silence does: nothing failed that could name its own cause."""
    if context.one_conversation:
        return Cause.CONVERSATION
    if context.cause_before:
        return context.cause_before
    return Cause.UPLINK if _uplink_fails(context) else Cause.PLATFORM


def _commonest_class(failures: Sequence[Sign]) -> str:
    """Failures of the capability itself speak before those of probes; ties go to the newest."""
    telling = [sign for sign in failures if sign.strong] or list(failures)
    counted = Counter(sign.error_class for sign in reversed(telling))
    return counted.most_common(1)[0][0]


def _uplink_failed(failures: Sequence[Sign], context: Context) -> bool:
    """It was our connection, and nothing has failed since that is back."""
    return context.cause_before is Cause.UPLINK and failures[-1].at <= context.controls_answer_since


def _uplink_fails(context: Context) -> bool:
    """Hosts unrelated to any platform decide; without them, everything failing at once does."""
    if context.controls_answer is not None:
        return not context.controls_answer
    return context.everything_unreachable
