from collections.abc import Iterable

import pytest

from holdfast.channels.contract import Capability
from holdfast.radar import Cause, Kind, Observation, Result, State, conversation_key
from holdfast.radar.conversations import FAILING_MAX, Conversations
from holdfast.radar.evidence import ChannelFacts, Context, Sign
from holdfast.radar.method import Method
from holdfast.radar.watch import Watch

START = 1_790_000_000_000
CHANNEL = "instagram:shop"
MINUTE = 60_000


class Channel:
    """A channel of which sends are seen one after the other."""

    def __init__(self) -> None:
        self.watch = Watch(Method())
        self.watch.know({CHANNEL: ChannelFacts(platform="instagram", failure_domain="meta")})
        self.now = START

    def send(
        self, conversation: str, *, good: bool, error: str = "platform", after_ms: int = MINUTE
    ) -> State:
        self.now += after_ms
        self.watch.see(
            Observation(
                channel=CHANNEL,
                capability=Capability.SEND,
                kind=Kind.SEND,
                at=self.now,
                result=Result.OK if good else Result.FAIL,
                error_class="" if good else error,
                conversation=conversation,
            )
        )
        return self.look(self.now)

    def look(self, now: int) -> State:
        self.watch.judge(now, lambda *_: Context(platform="instagram"), everything=True)
        return self.watch.verdict(CHANNEL, Capability.SEND).state

    def work(self, conversations: Iterable[str]) -> None:
        for each in conversations:
            self.send(each, good=True)

    @property
    def cause(self) -> Cause:
        return self.watch.verdict(CHANNEL, Capability.SEND).cause


@pytest.fixture
def channel() -> Channel:
    channel = Channel()
    channel.work(["ann", "bob", "cem"] * 20)
    return channel


def test_what_fails_while_others_get_through_is_of_one_conversation(channel: Channel) -> None:
    seen = set()
    for _ in range(10):
        seen.add(channel.send("ann", good=False))
        seen.add(channel.send("bob", good=True))
    assert seen <= {State.UP, State.SUSPECTED}
    assert channel.send("ann", good=False) is State.SUSPECTED
    assert channel.cause is Cause.CONVERSATION
    verdict = channel.watch.verdict(CHANNEL, Capability.SEND)
    assert "Only one conversation fails." in verdict.evidence


def test_its_failures_are_not_learnt_as_ordinary(channel: Channel) -> None:
    for _ in range(30):
        channel.send("ann", good=False)
        channel.send("bob", good=True)
    assert channel.watch.balances[CHANNEL, Capability.SEND].strong_habit.bad <= 1


def test_it_is_forgotten_when_it_works_again_or_is_given_up(channel: Channel) -> None:
    for _ in range(5):
        channel.send("ann", good=False)
        channel.send("bob", good=True)
    assert channel.look(channel.now + 11 * MINUTE) is State.UP
    channel.send("ann", good=False)
    assert channel.send("ann", good=True) is State.UP


def test_while_nothing_is_known_of_others_it_is_partial_at_most(channel: Channel) -> None:
    states = [channel.send("ann", good=False, after_ms=15_000) for _ in range(4)]
    assert states[-1] is State.PARTIAL
    assert State.DOWN not in states
    assert channel.cause is Cause.CONVERSATION
    channel.send("bob", good=False)
    assert channel.send("bob", good=False) is State.DOWN
    assert channel.cause is Cause.PLATFORM


def test_where_nobody_else_was_ever_heard_it_is_the_channel() -> None:
    channel = Channel()
    channel.work(["ann"] * 60)
    for _ in range(4):
        channel.send("ann", good=False, after_ms=15_000)
    assert channel.look(channel.now) is State.DOWN
    assert channel.cause is Cause.PLATFORM


@pytest.mark.parametrize(("error", "cause"), [("token", Cause.TOKEN), ("account", Cause.ACCOUNT)])
def test_what_everybody_shares_is_never_one_conversation(channel: Channel, error: str, cause: Cause) -> None:
    for _ in range(4):
        channel.send("ann", good=False, error=error, after_ms=15_000)
    assert channel.look(channel.now) is State.DOWN
    assert channel.cause is cause


def test_few_failing_conversations_are_remembered() -> None:
    known = Conversations()
    for n in range(1_000):
        known.fail(Sign(at=START + n, good=False, conversation=f"c{n}"))
    assert len(known.failing) == FAILING_MAX


def test_a_key_tells_conversations_apart_and_shows_no_address() -> None:
    key = conversation_key("sms:shop", "+49170555")
    assert key == conversation_key("sms:shop", "+49170555")
    assert key != conversation_key("sms:other", "+49170555")
    assert "170555" not in key
