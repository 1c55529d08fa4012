"""When the next message goes: seldom while all is well, often while something is wrong."""

from collections.abc import Iterable
from typing import Final

from holdfast.radar.model import State, Verdict
from holdfast.radar.round_trips.model import TROUBLED, Trip, Way

HURRIED_MS: Final = 15_000
"""From one message to the next while something is suspected, or has just failed."""
HURRY_LASTS_MS: Final = 10 * 60 * 1000
LASTING_MS: Final = 60_000
"""The same once it has been failing for longer than that."""
_WELL: Final = frozenset({State.UP, State.UNKNOWN})


def next_at(way: Way, last: Trip | None, verdicts: Iterable[Verdict]) -> int:
    """When the next trip begins. ``verdicts``: on sending and receiving of both accounts, for what one of them
    can do tells whether it is the other's fault or the platform's.
    """
    if last is None:
        return 0
    troubles = [verdict for verdict in verdicts if verdict.state not in _WELL]
    if not troubles and last.state not in TROUBLED and not last.reason:
        return last.began_at + way.every_ms
    since = min((verdict.since for verdict in troubles), default=last.began_at)
    pause = HURRIED_MS if last.began_at - since < HURRY_LASTS_MS else LASTING_MS
    return last.began_at + min(pause, way.every_ms)
