"""Looking at each channel by itself, in time, whatever the others do."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from holdfast.channels.contract import Adapter, Capability, ProbeResult
from holdfast.kernel import Clock, get_log
from holdfast.radar.model import SLOW, Kind, Observation, Result
from holdfast.radar.patience import within

PROBE_SECONDS_MAX: Final = 8.0
"""A look that takes longer is given up and counts as slow."""
PROBES_AT_ONCE_MAX: Final = 3
"""Looks at one channel that may be under way together, so that slow answers do not thin the evidence."""

Hand = Callable[[Sequence[Observation]], Awaitable[None]]


class Prober:
    """Probes channels; what it finds is handed over as observations that carry one time per look."""

    def __init__(self, clock: Clock, hand: Hand) -> None:
        self._clock = clock
        self._hand = hand
        self._under_way: dict[str, int] = {}

    def has_room(self, channel: str) -> bool:
        return self._under_way.get(channel, 0) < PROBES_AT_ONCE_MAX

    async def look(self, channel: str, adapter: Adapter) -> None:
        self._under_way[channel] = self._under_way.get(channel, 0) + 1
        try:
            await self._hand(await self._findings(channel, adapter))
        finally:
            self._under_way[channel] -= 1

    async def _findings(self, channel: str, adapter: Adapter) -> list[Observation]:
        try:
            results = await within(self._clock, PROBE_SECONDS_MAX, adapter.probe())
        except TimeoutError:
            return [_gave_up(channel, self._clock.now_ms())]
        except Exception as error:  # noqa: BLE001 - a fault of one adapter must not end the watch over others
            get_log("radar").warning("probe_broke", channel=channel, error=repr(error))
            return []
        at = self._clock.now_ms()
        return [_observation(channel, result, at) for result in results]


def _gave_up(channel: str, at: int) -> Observation:
    return Observation(
        channel=channel,
        capability=Capability.SIGN_IN,
        kind=Kind.PROBE,
        at=at,
        result=Result.FAIL,
        error_class=SLOW,
        detail=f"no answer within {PROBE_SECONDS_MAX:.0f} seconds",
        latency_ms=int(PROBE_SECONDS_MAX * 1000),
    )


def _observation(channel: str, result: ProbeResult, at: int) -> Observation:
    results = {True: Result.OK, False: Result.FAIL, None: Result.UNKNOWN}
    return Observation(
        channel=channel,
        capability=result.capability,
        kind=Kind.PROBE,
        at=at,
        result=results[result.ok],
        error_class=result.error_class.value if result.error_class else "",
        detail=result.detail,
        latency_ms=result.latency_ms,
    )
