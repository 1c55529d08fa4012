"""The kinds of outage that platforms are known for, and when each of them comes in a made-up year."""

from collections.abc import Sequence
from random import Random
from typing import Final

import msgspec

from holdfast.channels.contract import Capability
from holdfast.radar.labelled.shops import DAY_MS, YEAR_MS
from holdfast.radar.model import Cause

MINUTE_MS: Final = 60_000
FIRST_AFTER_DAYS: Final = 14.0
"""Before that nothing fails: what is usual has to be seen first."""
LENGTH_MINUTES: Final = (15.0, 360.0)


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What an outage does. Shares are of the calls or messages that it hits.

    ``send`` and ``probe``: the error class of failing sends and of failing looks, or empty. ``slow``: answers
    take 10 to 60 s. ``webhooks``: silent or late, or empty. ``region``: only sends to there. ``alone``: only
    one conversation, tried again and again.
    """

    capability: Capability
    cause: Cause = Cause.PLATFORM
    share: float = 1.0
    send: str = ""
    probe: str = ""
    slow: bool = False
    webhooks: str = ""
    subscription: bool = False
    controls: bool = False
    region: str = ""
    alone: bool = False


KINDS: Final = {
    "total_loss": Effect(capability=Capability.SEND, send="network", probe="network", webhooks="silent"),
    "send_down": Effect(capability=Capability.SEND, send="platform"),
    "token": Effect(capability=Capability.SEND, cause=Cause.TOKEN, send="token", probe="token"),
    "policy": Effect(capability=Capability.SEND, cause=Cause.ACCOUNT, send="account"),
    "partial": Effect(capability=Capability.SEND, send="platform", share=0.3),
    "silent_webhooks": Effect(capability=Capability.RECEIVE, webhooks="silent"),
    "late_webhooks": Effect(capability=Capability.RECEIVE, webhooks="late"),
    "subscription": Effect(
        capability=Capability.RECEIVE, cause=Cause.SUBSCRIPTION, webhooks="silent", subscription=True
    ),
    "brown_out": Effect(capability=Capability.SEND, slow=True, share=0.9),
    "throttled": Effect(capability=Capability.SEND, send="throttled", share=0.9),
    "uplink": Effect(
        capability=Capability.SEND,
        cause=Cause.UPLINK,
        send="network",
        probe="network",
        webhooks="silent",
        controls=True,
    ),
    "region": Effect(capability=Capability.SEND, send="platform", region="BR"),
    "conversation": Effect(capability=Capability.SEND, cause=Cause.CONVERSATION, send="platform", alone=True),
}


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """The truth about one outage; times in ms since the epoch."""

    kind: str
    onset: int
    end: int

    @property
    def effect(self) -> Effect:
        return KINDS[self.kind]

    def label(self, channel: str) -> dict[str, object]:
        effect = self.effect
        return {
            "channel": channel,
            "kind": self.kind,
            "onset": self.onset,
            "end": self.end,
            "capability": effect.capability.value,
            "cause": effect.cause.value,
            "share": effect.share,
            "region": effect.region,
        }


def outages_of(
    start: int,
    years: float,
    kinds: Sequence[str],
    random: Random,
    *,
    first_after_days: float = FIRST_AFTER_DAYS,
) -> list[Outage]:
    """One of each kind in every year, in random order, days apart."""
    found: list[Outage] = []
    quiet_ms = round(min(first_after_days * DAY_MS, years * YEAR_MS / 2))
    for year in range(max(1, round(years))):
        first = start + year * YEAR_MS + (quiet_ms if year == 0 else 0)
        last = start + round(min(year + 1, years) * YEAR_MS)
        chosen = list(kinds)
        random.shuffle(chosen)
        room = (last - first) / max(len(chosen), 1)
        for number, kind in enumerate(chosen):
            onset = first + int((number + random.uniform(0.05, 0.6)) * room)
            low, high = LENGTH_MINUTES
            length = int(low * (high / low) ** random.random() * MINUTE_MS)
            found.append(Outage(kind=kind, onset=onset, end=min(onset + length, onset + int(room * 0.35))))
    return found
