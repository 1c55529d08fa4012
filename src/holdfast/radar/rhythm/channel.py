"""One channel's rhythm: its usual week, the hours that are still being counted, and the newest arrivals."""

from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.radar.rhythm.baseline import HOUR_MS, SLICES, Baseline
from holdfast.radar.rhythm.silence import (
    ARRIVALS_KEPT,
    Silence,
    expected_least,
    look_for_silence,
    next_worth_a_look,
)

SLICE_MS: Final = HOUR_MS // SLICES
OPEN_MS: Final = 2 * HOUR_MS
"""So long after its end an hour still takes in what comes late."""
LISTENED_SHARE_MIN: Final = 0.9
"""An hour during which we listened less than this tells nothing."""
PAUSE_MS_MAX: Final = 60_000
"""Rounds further apart than this mean that we did not listen in between."""
AHEAD_MS_MAX: Final = 5_000
BACK_AFTER: Final = 2
BACK_PACE: Final = 0.5
"""So many arrivals after a silence, at this part of the usual pace at least, are the rhythm again."""


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

    def listen_on(self, now: int, round_ms: int) -> None:
        """As if a round had come each ``round_ms`` up to now: nothing was missed, however long ago the last one was.
        At most one hour may have begun since.
        """
        passed = now - self.listened_to
        if now // HOUR_MS == self.listened_to // HOUR_MS:
            self._open(now).listened_ms += passed
        else:
            self._open(self.listened_to).listened_ms += passed - round_ms
            self._open(now).listened_ms += round_ms
        self.listened_to = now

    def take(self, arrival: Arrival) -> None:
        self.take_written([arrival.at - max(arrival.age_ms, 0)])

    def take_written(self, times: Sequence[int]) -> None:
        """Count messages by when they were written."""
        oldest = self.listened_to - OPEN_MS
        begin, slices = 0, [0] * SLICES
        for at in times:
            if at < oldest:
                continue
            if not 0 <= at - begin < HOUR_MS:
                begin, slices = at - at % HOUR_MS, self._open(at).slices
            slices[(at - begin) // SLICE_MS] += 1
        self.recent.extend(times)
        self.recent.sort()
        del self.recent[:-ARRIVALS_KEPT]

    def _open(self, at: int) -> OpenHour:
        begin = at - at % HOUR_MS
        hour = self.hours.get(begin)
        if hour is None:
            hour = self.hours[begin] = OpenHour()
        return hour

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

    def next_worth_a_look(self, now: int, false_alarms_per_year: float) -> int:
        """Before this moment there is no silence to be found, whatever comes or does not."""
        return next_worth_a_look(
            self.baseline,
            self.recent,
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
        if expected_least(self.baseline, since[0], now) * BACK_PACE > BACK_AFTER:
            return False
        self.listening_since = since[0]
        self.silent_since = 0
        return True
