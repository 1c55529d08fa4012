"""Counting who can be reached if a channel fails, by the rules by which messages are really carried elsewhere. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from holdfast.outbox import ChannelFact
from holdfast.outbox.candidates import candidates
from holdfast.outbox.reach import usual, way_out
from holdfast.outbox.routing import Candidate, healthy, usable
from holdfast.storage import Row

GAPS: Final = ("no_consent", "unproven", "window", "opted_out", "only_here")
"""Why there is no other way, the easiest to mend first: another address without consent for this, one that is not
proven, one whose reply window is closed, one that they do not want, no other address.
"""


class ChannelReach(msgspec.Struct, frozen=True, kw_only=True):
    """Of the ``people`` who write on a channel: how many are ``reachable`` while everything fails that fails with it
    (its failure domain), and how many where it fails by itself; by which channels (``ways``), why the others are not
    (``gaps``), and how many of those could be asked for another address right now.
    """

    channel: str
    name: str
    domain: str
    people: int
    reachable: int
    reachable_alone: int
    ways: dict[str, int]
    gaps: dict[str, int]
    askable: int


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """``days``: who wrote within so many is counted. ``carries``: whether the playbook carries messages elsewhere at
    all.
    """

    at: int
    days: int
    people: int
    carries: bool
    channels: list[ChannelReach]


class Tally:
    """Takes in people one by one."""

    def __init__(self, facts: Mapping[str, ChannelFact], order: Sequence[str], now: int) -> None:
        self._facts = facts
        self._order = order
        self._now = now
        self.people = 0
        self._count: dict[str, Counter[str]] = {channel: Counter() for channel in facts}
        self._ways: dict[str, Counter[str]] = {channel: Counter() for channel in facts}

    def take(self, addresses: Sequence[Row]) -> None:
        known = candidates(addresses, self._facts, human=True)
        failing = usual(known, self._now)
        if failing is None:
            return
        self.people += 1
        count = self._count[failing.channel]
        count["people"] += 1
        way = way_out(known, failing, self._now, self._order)
        if way is not None:  # then there is one where less fails, too
            count["alone"] += 1
            count["reachable"] += 1
            self._ways[failing.channel][way.channel] += 1
            return
        alone = way_out(known, failing, self._now, self._order, with_domain=False)
        count["alone"] += alone is not None
        count[gap(known, failing, self._now)] += 1
        count["askable"] += may_be_asked(candidates(addresses, self._facts, human=False), failing, self._now)

    def channels(self) -> list[ChannelReach]:
        """Those on which anybody writes, the one with the most first."""
        found = [
            ChannelReach(
                channel=channel,
                name=self._facts[channel].name,
                domain=self._facts[channel].domain,
                people=count["people"],
                reachable=count["reachable"],
                reachable_alone=count["alone"],
                ways=dict(self._ways[channel].most_common()),
                gaps={name: count[name] for name in GAPS if count[name]},
                askable=count["askable"],
            )
            for channel, count in self._count.items()
            if count["people"]
        ]
        return sorted(found, key=lambda each: (-each.people, each.channel))


def gap(known: Sequence[Candidate], failing: Candidate, now: int) -> str:
    """Why there is no other way to a person, as one of GAPS: what is the easiest to mend."""
    others = [each for each in known if each.domain != failing.domain]
    reasons = {_reason(each, now) for each in others}
    return next((name for name in GAPS if name in reasons), "only_here")


def _reason(candidate: Candidate, now: int) -> str:
    if candidate.consent == "opted_out":
        return "opted_out"
    if candidate.proof is None:
        return "unproven"
    if candidate.consent != "failover":
        return "no_consent"
    return "window" if usable(candidate, now) else "only_here"


def may_be_asked(known: Sequence[Candidate], failing: Candidate, now: int) -> bool:
    """Whether a program may write to a person now where they write as a rule; ``known`` for a program's words."""
    own = next((each for each in known if each.address_id == failing.address_id), None)
    return own is not None and not usable(own, now) and healthy(own)
