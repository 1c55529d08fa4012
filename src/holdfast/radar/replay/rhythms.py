"""The usual rhythm of arrivals, learnt from the lines themselves."""

from collections.abc import Iterator
from typing import Final

from holdfast.channels.contract import Capability
from holdfast.radar.model import Kind, Observation, Result
from holdfast.radar.rhythm.channel import Arrival, ChannelRhythm
from holdfast.radar.rhythm.words import back_sentence, silence_sentence
from holdfast.radar.titles import place_name

ROUND_MS: Final = 15_000
SOON_MS: Final = 5 * 60 * 1000
"""However busy, it is looked at least this often."""
GAPS_LOOKED_AT: Final = 2.0
"""Silence begins to be looked at after so many usual gaps."""
NEVER: Final = 1 << 62
HOUR_MS: Final = 3_600_000


class _Held:
    __slots__ = ("fresh", "gap_ms", "hours", "looked_at", "newest", "rhythm")

    def __init__(self) -> None:
        self.rhythm = ChannelRhythm()
        self.fresh: list[int] = []
        self.newest = self.looked_at = 0
        self.hours = -1
        self.gap_ms = float(HOUR_MS)


class Rhythms:
    """Counts the arrivals of every channel and says where they are missing. ``due``: the next round."""

    def __init__(self, false_alarms_per_year: float) -> None:
        self._false_alarms = false_alarms_per_year
        self._held: dict[str, _Held] = {}
        self.due = NEVER

    def arrived(self, channel: str, at: int, age_ms: int = 0) -> None:
        held = self._held.get(channel)
        if held is None:
            held = self._held[channel] = _Held()
            self.due = min(self.due, at + ROUND_MS)
        held.fresh.append(at - age_ms if age_ms > 0 else at)

    def arrived_many(self, channel: str, at: int, count: int, bucket_ms: int) -> None:
        """Spread evenly over a bucket that begins at a time."""
        if count == 0:
            self.arrived(channel, at)
            self._held[channel].fresh.pop()
        for number in range(count):
            self.arrived(channel, at + bucket_ms * number // count)

    def rounds(self, until: int) -> Iterator[int]:
        """The times of the rounds up to a time."""
        while self.due <= until:
            yield self.due
            self.due += ROUND_MS

    def look(self, now: int) -> list[Observation]:
        """One round: learn what has come, and tell of silence."""
        found = []
        for channel, held in self._held.items():
            rhythm = held.rhythm
            rhythm.listen(now)
            self._take(held)
            rhythm.close_hours(now)
            if rhythm.silent_since or self._worth_a_look(held, now):
                held.looked_at = now
                found.extend(self._judge(channel, rhythm, now))
        return found

    def _take(self, held: _Held) -> None:
        for at in held.fresh:
            held.rhythm.take(Arrival(at, 0))
        if held.fresh:
            held.newest = max(held.newest, held.fresh[-1])
            held.fresh.clear()

    def _worth_a_look(self, held: _Held, now: int) -> bool:
        baseline = held.rhythm.baseline
        if baseline.hours != held.hours:
            held.hours = baseline.hours
            held.gap_ms = HOUR_MS / max(baseline.mean_rate(), 1e-6)
        return now - held.newest >= GAPS_LOOKED_AT * held.gap_ms or now - held.looked_at >= SOON_MS

    def _judge(self, channel: str, rhythm: ChannelRhythm, now: int) -> list[Observation]:
        place = place_name(channel.split(":", maxsplit=1)[0])
        if rhythm.come_back(now):
            return [_observation(channel, now, Result.OK, back_sentence(place))]
        silence = rhythm.look(now, self._false_alarms)
        if silence is None:
            return []
        rhythm.silent_since = rhythm.silent_since or now
        sentence = silence_sentence(silence, place, now)
        return [_observation(channel, now, Result.FAIL, sentence, now - silence.since, silence.strength)]


def _observation(
    channel: str, now: int, result: Result, detail: str, silent_ms: int = 0, strength: float = 0.0
) -> Observation:
    return Observation(
        channel=channel,
        capability=Capability.RECEIVE,
        kind=Kind.RHYTHM,
        result=result,
        detail=detail,
        latency_ms=silent_ms,
        strength=strength,
        at=now,
    )
