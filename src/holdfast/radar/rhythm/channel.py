"""One channel's rhythm: its usual week, the hours that are still being counted, and the newest arrivals."""

from bisect import insort
from typing import Final

import msgspec

from holdfast.radar.rhythm.baseline import HOUR_MS, SLICES, Baseline
from holdfast.radar.rhythm.silence import (
    ARRIVALS_KEPT,
    SILENT_BELOW,
    Silence,
    expected_least,
    look_for_silence,
)

SLICE_MS: Final = HOUR_MS // SLICES
OPEN_MS: Final = 2 * HOUR_MS
"""So long after its end an hour still takes in what comes late."""
LISTENED_SHARE_MIN: Final = 0.9
"""An hour during which we listened less than this tells nothing."""
PAUSE_MS_MAX: Final = 60_000
"""Rounds further apart than this mean that we did not listen in between."""
AHEAD_MS_MAX: Final = 5_000
BACK_AFTER: Final = 3
"""So many arrivals after a silence, at about the usual pace, are the rhythm again."""


class Arrival(msgspec.Struct, frozen=True):
    """``at``: when it reached us. ``age_ms``: how long ago it had been written then."""

    at: int
    age_ms: int


class OpenHour(msgspec.Struct):
    """``slices``: arrivals in each five minutes, by when they were written."""

    slices: list[int] = msgspec.field(default_factory=lambda: [0] * SLICES)
    listened_ms: int = 0


class ChannelRhythm(msgspec.Struct, kw_only=True):
    """What is remembered of a channel between two rounds, and over a restart.

    ``silent_since``: since when it has been called silent, 0 while it is not.
    """

    baseline: Baseline = msgspec.field(default_factory=Baseline)
    hours: dict[int, OpenHour] = {}
    recent: list[int] = []
    listening_since: int = 0
    listened_to: int = 0
    silent_since: int = 0

    def listen(self, now: int) -> None:
        """A round has come: the time since the last one was listened to, unless it was too long or ran back."""
        passed = now - self.listened_to
        if 0 <= passed <= PAUSE_MS_MAX:
            self._open(now).listened_ms += passed
        else:
            self.listening_since = now
        self.listened_to = now

    def take(self, arrival: Arrival) -> None:
        written_at = arrival.at - max(arrival.age_ms, 0)
        if written_at >= self.listened_to - OPEN_MS:
            self._open(written_at).slices[written_at % HOUR_MS // SLICE_MS] += 1
        insort(self.recent, written_at)
        del self.recent[:-ARRIVALS_KEPT]

    def _open(self, at: int) -> OpenHour:
        return self.hours.setdefault(at - at % HOUR_MS, OpenHour())

    def close_hours(self, now: int) -> None:
        """Learn the hours that are over."""
        for begin in sorted(self.hours):
            if now - OPEN_MS < begin + HOUR_MS <= now + 2 * OPEN_MS:
                continue
            hour = self.hours.pop(begin)
            if hour.listened_ms >= LISTENED_SHARE_MIN * HOUR_MS:
                self.baseline.learn(begin, sum(hour.slices), slices=hour.slices)

    def look(self, now: int, false_alarms_per_year: float) -> Silence | None:
        heard = [at for at in self.recent if at <= now + AHEAD_MS_MAX]
        return look_for_silence(
            self.baseline,
            heard,
            now=now,
            listening_since=self.listening_since,
            false_alarms_per_year=false_alarms_per_year,
        )

    def come_back(self, now: int) -> bool:
        """End a silence once enough has come since, and no more slowly than is usual; whether it has ended.

        What lies before is then no silence any more: it is over.
        """
        since = [at for at in self.recent if at > self.silent_since][-BACK_AFTER:]
        if not self.silent_since or len(since) < BACK_AFTER:
            return False
        if expected_least(self.baseline, since[0], now) * SILENT_BELOW > BACK_AFTER:
            return False
        self.listening_since = since[0]
        self.silent_since = 0
        return True
