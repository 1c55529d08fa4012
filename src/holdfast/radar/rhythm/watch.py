"""The rhythm at work: it counts what arrives, keeps what is usual in the store, and speaks up at silence."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from holdfast.channels.contract import Capability
from holdfast.kernel import Clock, get_log
from holdfast.radar.model import Kind, Observation, Result
from holdfast.radar.rhythm.baseline import HOUR_MS, learnt_from
from holdfast.radar.rhythm.channel import ChannelRhythm
from holdfast.radar.rhythm.silence import Silence
from holdfast.radar.rhythm.store import (
    ARRIVALS_READ_MAX,
    load_arrivals,
    load_rhythms,
    newest_observation,
    save_rhythms,
)
from holdfast.radar.rhythm.words import back_sentence, silence_sentence
from holdfast.storage import Database

ROUND_SECONDS: Final = 5.0
TOLD_AGAIN_MS: Final = 15_000
"""A silence that goes on is told again this often."""
SAVE_MS: Final = 60_000
PAST_MS: Final = 8 * 7 * 24 * HOUR_MS
"""How far back messages are counted for a channel that was never listened to."""

Past = Callable[[str, int], Awaitable[Sequence[tuple[int, int]]]]
"""(channel, since in ms) -> (beginning of an hour in ms, messages that came in it), oldest first."""


async def no_past(channel: str, since: int) -> Sequence[tuple[int, int]]:  # noqa: ARG001 - the form of Past
    return ()


class RhythmWatch:
    """Listens on the node that watches; ``hand`` takes what it observes.

    ``places`` gives the name of each present channel for people. A round that fails loses nothing: what it
    would have counted is counted by the next one.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        places: Callable[[], Mapping[str, str]],
        hand: Callable[[Sequence[Observation]], Awaitable[None]],
        past: Past,
        false_alarms_per_year: float,
    ) -> None:
        self._database = database
        self._clock = clock
        self._places = places
        self._hand = hand
        self._past = past
        self._false_alarms = false_alarms_per_year
        self._known: dict[str, ChannelRhythm] | None = None
        self._counted_to = 0
        self._saved_at = 0
        self._told_at: dict[str, int] = {}

    def forget(self) -> None:
        """Begin again from the store: another node may have watched meanwhile."""
        self._known = None

    def of(self, channel: str) -> ChannelRhythm | None:
        return (self._known or {}).get(channel)

    async def round(self) -> None:
        """Count what has arrived since the last round and look for silence."""
        now = self._clock.now_ms()
        places = self._places()
        known = await self._meet(places, now)
        for channel in places:
            known[channel].listen(now)
        await self._count(known)
        observations = []
        for channel, place in places.items():
            known[channel].close_hours(now)
            observations.extend(self._judge(channel, known[channel], place, now))
        await self._save(known, now)
        await self._hand(observations)

    async def _meet(self, places: Mapping[str, str], now: int) -> dict[str, ChannelRhythm]:
        known = self._known if self._known is not None else await self._remember(now)
        for channel in places:
            if channel not in known:
                known[channel] = await self._newcomer(channel, now)
        self._known = known
        return known

    async def _remember(self, now: int) -> dict[str, ChannelRhythm]:
        counted_to, known = await self._database.read(load_rhythms)
        self._counted_to = counted_to or await self._database.read(newest_observation)
        self._saved_at = now
        return known

    async def _newcomer(self, channel: str, now: int) -> ChannelRhythm:
        hours = await self._past(channel, now - PAST_MS)
        if hours:
            get_log("radar").info("usual week learnt from messages", channel=channel, hours=len(hours))
        return ChannelRhythm(baseline=learnt_from(hours, until_ms=now))

    async def _count(self, known: Mapping[str, ChannelRhythm]) -> None:
        while True:
            found = await self._database.read(load_arrivals, self._counted_to)
            for number, channel, arrival in found:
                self._counted_to = number
                if channel in known:
                    known[channel].take(arrival)
            if len(found) < ARRIVALS_READ_MAX:
                return

    def _judge(self, channel: str, rhythm: ChannelRhythm, place: str, now: int) -> list[Observation]:
        if rhythm.come_back(now):
            self._told_at.pop(channel, None)
            return [_observation(channel, now, Result.OK, back_sentence(place))]
        silence = rhythm.look(now, self._false_alarms)
        return self._tell_silence(channel, rhythm, place, silence, now) if silence else []

    def _tell_silence(
        self, channel: str, rhythm: ChannelRhythm, place: str, silence: Silence, now: int
    ) -> list[Observation]:
        if abs(now - self._told_at.get(channel, 0)) < TOLD_AGAIN_MS:
            return []
        self._told_at[channel] = now
        rhythm.silent_since = rhythm.silent_since or now
        sentence = silence_sentence(silence, place, now)
        return [_observation(channel, now, Result.FAIL, sentence, silence)]

    async def _save(self, known: Mapping[str, ChannelRhythm], now: int) -> None:
        if abs(now - self._saved_at) < SAVE_MS:
            return
        await self._database.write(save_rhythms, known, self._counted_to, now)
        self._saved_at = now


def _observation(
    channel: str, now: int, result: Result, detail: str, silence: Silence | None = None
) -> Observation:
    return Observation(
        channel=channel,
        capability=Capability.RECEIVE,
        kind=Kind.RHYTHM,
        result=result,
        detail=detail,
        latency_ms=now - silence.since if silence else None,
        strength=silence.strength if silence else 0.0,
        at=now,
    )
