"""How long each channel failed on each UTC day: the material of the strip of ninety days."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from holdfast.channels.contract import Capability
from holdfast.radar.model import State, Verdict
from holdfast.radar.store import UptimeDay

STEP_MS_MAX: Final = 5_000
"""Time between two looks beyond this is not counted: the hub stood still and cannot know."""
PEOPLE_NOTICE: Final = frozenset({Capability.SEND, Capability.RECEIVE})
"""That a platform keeps its history or a sign-in to itself keeps no message from anybody."""


class UptimeMeter:
    """Adds up failing time in memory between two writings to the store."""

    def __init__(self) -> None:
        self._failing: dict[tuple[str, str], list[int]] = {}

    def add(self, verdicts: Iterable[Verdict], *, elapsed_ms: int, now: int) -> None:
        step = min(max(elapsed_ms, 0), STEP_MS_MAX)
        day = utc_day(now)
        worst: dict[str, int] = {}
        for verdict in verdicts:
            worst[verdict.channel] = max(worst.get(verdict.channel, 0), _severity(verdict))
        for channel, severity in worst.items():
            if severity:
                self._failing.setdefault((channel, day), [0, 0])[severity - 1] += step

    def take(self) -> list[UptimeDay]:
        """What has gathered; it starts again from nothing."""
        taken, self._failing = self._failing, {}
        return [
            UptimeDay(channel=channel, day=day, partial_ms=partial, down_ms=down)
            for (channel, day), (partial, down) in taken.items()
        ]


def _severity(verdict: Verdict) -> int:
    """2 down, 1 in part (recovering included), 0 well."""
    if verdict.capability not in PEOPLE_NOTICE:
        return 0
    return {State.DOWN: 2, State.PARTIAL: 1, State.RECOVERING: 1}.get(verdict.state, 0)


def utc_day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
