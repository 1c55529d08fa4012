"""The usual rhythm of arrivals, learnt from the lines themselves."""

from collections.abc import Iterator
from typing import Final

from holdfast.channels.contract import Capability
from holdfast.radar.model import Kind, Observation, Result
from holdfast.radar.rhythm.channel import ChannelRhythm
from holdfast.radar.rhythm.words import back_sentence, silence_sentence
from holdfast.radar.titles import place_name

ROUND_MS: Final = 15_000
NEVER: Final = 1 << 62


class _Held:
    """``fresh``: what was written since the last round. ``look_from``: before then no silence can be found."""

    __slots__ = ("fresh", "look_from", "rhythm")

    def __init__(self) -> None:
        self.rhythm = ChannelRhythm()
        self.fresh: list[int] = []
        self.look_from = 0


class Rhythms:
    """Counts the arrivals of every channel and says where they are missing. ``due``: the next round in which
    anything can be found or learnt; those in between are left out.
    """

    def __init__(self, false_alarms_per_year: float) -> None:
        self._false_alarms = false_alarms_per_year
        self._held: dict[str, _Held] = {}
        self.due = NEVER

    def arrived(self, channel: str, at: int, age_ms: int = 0) -> None:
        held = self._held.get(channel) or self._meet(channel, at)
        held.fresh.append(at - age_ms if age_ms > 0 else at)
        if age_ms > 0:
            self._hasten(at)

    def fresh_of(self, channel: str, at: int) -> list[int]:
        """Where arrivals of a channel may be noted without ado, which stays the same list."""
        return (self._held.get(channel) or self._meet(channel, at)).fresh

    def _meet(self, channel: str, at: int) -> _Held:
        held = self._held[channel] = _Held()
        if self.due < NEVER:
            self._hasten(at)
        else:
            self.due = at + ROUND_MS
        return held

    def _hasten(self, at: int) -> None:
        """Leave no round out that comes after a moment."""
        if self.due > at:
            self.due -= (self.due - at - 1) // ROUND_MS * ROUND_MS

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
            now, self.due = self.due, NEVER
            yield now
            look_from = min(held.look_from for held in self._held.values())
            self.due = now + max(-((now - look_from) // ROUND_MS), 1) * ROUND_MS

    def look(self, now: int) -> list[Observation]:
        """One round: learn what has come, and tell of silence."""
        found = []
        for channel, held in self._held.items():
            rhythm = held.rhythm
            if rhythm.listened_to:
                rhythm.listen_on(now, ROUND_MS)
            else:
                rhythm.listen(now)
            self._take(held)
            rhythm.close_hours(now)
            if not rhythm.silent_since and now >= held.look_from:
                held.look_from = rhythm.next_worth_a_look(now, self._false_alarms)
            if rhythm.silent_since or now >= held.look_from:
                found.extend(self._judge(channel, rhythm, now))
                held.look_from = now + ROUND_MS
        return found

    def _take(self, held: _Held) -> None:
        if held.fresh:
            held.rhythm.take_written(held.fresh)
            held.fresh.clear()

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
