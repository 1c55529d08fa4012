"""What is known around a channel: other channels, unrelated addresses, the platform's own status page."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from holdfast.channels.contract import Capability, ErrorClass
from holdfast.radar.evidence import ChannelFacts, Context
from holdfast.radar.feeds import feed_sentence
from holdfast.radar.incidents import Face
from holdfast.radar.model import CONFIRMED, Observation, Result, State, Verdict
from holdfast.radar.titles import place_name

OWN_DOMAIN: Final = "own"
"""The failure domain of what we run ourselves: it answers however bad our connection is."""

Verdicts = Mapping[tuple[str, Capability], Verdict]


class Surroundings:
    """One look around, shared by all the judgements of one evaluation."""

    def __init__(
        self,
        *,
        channels: Mapping[str, ChannelFacts],
        names: Callable[[str], str],
        verdicts: Verdicts,
        controls: Iterable[Observation],
        controls_answer_since: int = 0,
        feeds: Mapping[str, Observation],
        last_errors: Mapping[str, str],
        started_at: int,
    ) -> None:
        self._channels = channels
        self._names = names
        self._verdicts = verdicts
        self._controls_answer = controls_answer(controls)
        self._controls_answer_since = controls_answer_since
        self._feeds = feeds
        self._everything_unreachable = everything_unreachable(channels, last_errors)
        self._started_at = started_at

    def place(self, channel: str) -> str:
        platform = self._channels[channel].platform
        shared = sum(facts.platform == platform for facts in self._channels.values()) > 1
        return place_name(platform, self._names(channel) if shared else "")

    def face(self, channel: str) -> Face:
        return Face(domain=self._channels[channel].failure_domain, place=self.place(channel))

    def context(self, channel: str, capability: Capability) -> Context:
        facts = self._channels[channel]
        place = self.place(channel)
        sibling_good_at, sibling_well_since = self._sibling(channel, capability)
        return Context(
            platform=facts.platform,
            place=place,
            silence_ms=facts.silence_ms,
            started_at=self._started_at,
            controls_answer=self._controls_answer,
            controls_answer_since=self._controls_answer_since,
            everything_unreachable=self._everything_unreachable,
            sibling_good_at=sibling_good_at,
            sibling_well_since=sibling_well_since,
            feed=feed_sentence(facts.platform, place, self._feeds.get(facts.platform)),
        )

    def _sibling(self, channel: str, capability: Capability) -> tuple[int, int]:
        """(when another account of the platform last had success, since when it is well), or zeros.

        Where signing in fails as well, a sibling's signing in speaks for its sending too: it may be idle.
        """
        platform = self._channels[channel].platform
        signing_in = self._verdicts.get((channel, Capability.SIGN_IN))
        shared = capability is Capability.SEND and signing_in is not None and signing_in.state in CONFIRMED
        telling = (capability, Capability.SIGN_IN) if shared else (capability,)
        siblings = (
            self._verdicts.get((other, each))
            for other, facts in self._channels.items()
            for each in telling
            if other != channel and facts.platform == platform
        )
        return max(
            ((v.score.good_at, v.since) for v in siblings if v and v.state is State.UP), default=(0, 0)
        )


def controls_answer(controls: Iterable[Observation]) -> bool | None:
    """Whether any unrelated address answered when last asked; None where none was asked."""
    newest = {seen.detail: seen.result for seen in sorted(controls, key=lambda seen: seen.at)}
    return any(result is Result.OK for result in newest.values()) if newest else None


def everything_unreachable(channels: Mapping[str, ChannelFacts], last_errors: Mapping[str, str]) -> bool:
    """Whether the newest call on every channel failed to connect, in at least two failure domains."""
    outside = {
        name: facts.failure_domain for name, facts in channels.items() if facts.failure_domain != OWN_DOMAIN
    }
    if len(set(outside.values())) < 2:  # noqa: PLR2004 - "different" means two
        return False
    return all(last_errors.get(name) == ErrorClass.NETWORK for name in outside)
