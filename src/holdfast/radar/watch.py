"""All that is watched, as one value: observations go in, verdicts come out. Knows no store and no clock."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from holdfast.channels.contract import Capability
from holdfast.radar.balance import Balance
from holdfast.radar.controls import CONTROL_CHANNEL
from holdfast.radar.evidence import HINT_KINDS, ChannelFacts, Context, Reader, Sign
from holdfast.radar.feeds import feed_channel
from holdfast.radar.method import Method
from holdfast.radar.model import Kind, Observation, Result, State, Verdict
from holdfast.radar.verdict import judge

Key = tuple[str, Capability]
ContextOf = Callable[[str, Capability], Context]

LOOK_AGAIN_MS: Final = 10_000
SYMPTOMS: Final = {
    "cannot_send": Capability.SEND,
    "not_receiving": Capability.RECEIVE,
    "threads": Capability.HISTORY,
    "sign_in": Capability.SIGN_IN,
    "server_connection": Capability.SEND,
}
"""The symptoms in people's reports that speak of a capability of ours."""


class Watch:
    """Weighs what is seen of every channel and judges it. ``verdicts`` holds the present ones."""

    def __init__(self, method: Method, known: Iterable[Verdict] = ()) -> None:
        self.method = method
        self.verdicts: dict[Key, Verdict] = {(v.channel, v.capability): v for v in known}
        self.readers: dict[str, Reader] = {}
        self.balances: dict[Key, Balance] = {}
        self.restless: set[Key] = set()
        self.uneasy: set[Key] = set()
        self._looked_at = 0
        self.last_error: dict[str, str] = {}
        self.controls: dict[str, Observation] = {}
        self.controls_answer_since = 0
        self.feeds: dict[str, Observation] = {}

    def know(self, channels: Mapping[str, ChannelFacts], started_at: int = 0) -> None:
        """Begin to watch channels that are new, and stop with those that are gone."""
        for channel in self.readers.keys() - channels.keys():
            self._forget(channel)
        for channel, facts in channels.items():
            reader = self.readers.get(channel)
            if reader is None:
                self.readers[channel] = Reader(facts, started_at)
                for capability in Capability:
                    self._begin(channel, capability)
            else:
                reader.facts = facts

    def _forget(self, channel: str) -> None:
        del self.readers[channel]
        for capability in Capability:
            key = (channel, capability)
            del self.balances[key]
            self.restless.discard(key)
            self.uneasy.discard(key)

    def _begin(self, channel: str, capability: Capability) -> None:
        key = (channel, capability)
        balance = Balance(self.method, webhooks=capability is Capability.RECEIVE)
        if key in self.verdicts:
            balance.recall(self.verdicts[key])
        self.balances[key] = balance
        self.restless.add(key)

    def verdict(self, channel: str, capability: Capability) -> Verdict:
        return self.verdicts.get((channel, capability)) or Verdict(channel=channel, capability=capability)

    def wavers(self, channel: str) -> bool:
        """Whether a closer look would tell: something has begun to fail, or to work again."""
        mine = (self.balances.get((channel, capability)) for capability in Capability)
        return any(balance.wavers for balance in mine if balance is not None)

    # --- seeing -----------------------------------------------------------------------------------

    def see(self, seen: Observation) -> None:
        """Weigh an observation. What speaks of no channel that is watched is left aside."""
        if seen.kind in HINT_KINDS:
            self._hear(seen)
        elif seen.kind is Kind.CONTROL:
            self.see_control(seen)
        elif seen.kind is Kind.FEED:
            self.feeds[seen.channel] = seen
        elif (reader := self.readers.get(seen.channel)) is not None:
            if seen.kind in (Kind.SEND, Kind.PROBE):
                self.last_error[seen.channel] = seen.error_class
            for capability, sign in reader.read(seen):
                self.weigh(seen.channel, capability, sign)

    def see_control(self, seen: Observation) -> None:
        before = self.controls.get(seen.detail)
        back = seen.result is Result.OK and (before is None or before.result is not Result.OK)
        if back and not any(each.result is Result.OK for each in self.controls.values()):
            self.controls_answer_since = seen.at
        self.controls[seen.detail] = seen

    def weigh(self, channel: str, capability: Capability, sign: Sign) -> None:
        key = (channel, capability)
        if self.balances[key].add(sign):
            self.restless.add(key)

    def _hear(self, seen: Observation) -> None:
        capability = seen.capability or SYMPTOMS.get(seen.detail)
        if capability is None and seen.kind is not Kind.REPORT:
            capability = Capability.SEND
        if capability is None:
            return
        sign = Sign(
            at=seen.at,
            good=seen.result is Result.OK,
            strong=False,
            kind=seen.kind,
            detail=seen.detail,
            conversation=seen.conversation,
        )
        for channel in self._meant(seen.channel):
            if self.balances[channel, capability].hear(sign, seen.strength):
                self.restless.add((channel, capability))

    def _meant(self, name: str) -> list[str]:
        """A channel, or all those of a platform: ``instagram``, ``report:instagram``."""
        if name in self.readers:
            return [name]
        platform = name.rsplit(":", maxsplit=1)[-1]
        return [channel for channel, reader in self.readers.items() if reader.facts.platform == platform]

    # --- judging ----------------------------------------------------------------------------------

    def pass_time(self, now: int) -> None:
        """Weigh what time alone says: what should have come and did not."""
        for channel, reader in self.readers.items():
            due = reader.next_due()
            if due is not None and due <= now:
                for capability, sign in reader.due(now):
                    self.weigh(channel, capability, sign)

    def next_due(self) -> int | None:
        dues = [due for reader in self.readers.values() if (due := reader.next_due()) is not None]
        return min(dues, default=None)

    def judge(self, now: int, context_of: ContextOf, *, everything: bool = False) -> list[Verdict]:
        """Judge what may have changed, or everything; the verdicts that did."""
        changed, again = [], set()
        for key in self._to_judge(now, everything=everything):
            before, balance = self.verdict(*key), self.balances[key]
            after = judge(balance, before, now, context_of(*key))
            balance.follow(after, now)
            if after != before:
                self.verdicts[key] = after
                changed.append(after)
                if after.state is State.RECOVERING is not before.state:
                    again.add(key)  # on the next look it may be up
            self._mind(key, balance)
        self.restless.clear()
        self.restless.update(again)
        return changed

    def _to_judge(self, now: int, *, everything: bool) -> list[Key]:
        if everything:
            return [key for key in self.balances if key[0] in self.readers]
        if now - self._looked_at >= LOOK_AGAIN_MS:
            self._looked_at = now
            return sorted(self.restless | self.uneasy)
        return sorted(self.restless)

    def _mind(self, key: Key, balance: Balance) -> None:
        """What is suspected or failing is looked at again and again: its cause may be found by others."""
        if balance.state in (State.UP, State.UNKNOWN) and not balance.others.say:
            self.uneasy.discard(key)
        else:
            self.uneasy.add(key)

    # --- what is around ---------------------------------------------------------------------------

    def fresh_controls(self, since: int) -> list[Observation]:
        """What unrelated addresses answered lately."""
        return [
            seen for seen in self.controls.values() if seen.at >= since and seen.channel == CONTROL_CHANNEL
        ]

    def feed(self, platform: str) -> Observation | None:
        """The newest reading of a platform's own page."""
        return self.feeds.get(feed_channel(platform))
