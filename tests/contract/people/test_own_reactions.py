"""Reactions of the business: kept, sent until they are so, the newest wish alone, on every database."""

import asyncio
from random import Random
from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import (
    Accepted,
    Deferred,
    ErrorClass,
    InDoubt,
    Outcome,
    Reacting,
    Rejected,
    Sending,
)
from holdfast.inbox import get_message
from holdfast.inbox.model import ReactionView
from holdfast.outbox import ReplyRefusedError
from holdfast.outbox.breaker import Breaker, BreakerState
from holdfast.outbox.reactions import ReactionRules, Reactions
from holdfast.outbox.store import save_breaker

IG, SMS = "instagram:shop", "sms:shop"
MARA, NOOR = "agent:agt_mara", "agent:agt_noor"
DOUBT_MS = 8_000
DAY_MS = 86_400_000


class Platform:
    """Takes reactions, and answers what a test says; without it that it has taken them."""

    def __init__(self) -> None:
        self.asked: list[Reacting] = []
        self.answers: list[Outcome] = []
        self.gate: asyncio.Event | None = None

    async def react(self, reacting: Reacting) -> Sending:
        self.asked.append(reacting)
        if self.gate is not None:
            await self.gate.wait()
        return Sending(self.answers.pop(0) if self.answers else Accepted("it"))


@pytest.fixture
async def desk(town: Any) -> Any:
    """Somebody who has written by Instagram and by text message."""
    await town.person("Ann", (IG, "ann"), (SMS, "+31655"))
    town.wrote = await town.says(IG, "ann", "Thank you!")
    town.texted = await town.says(SMS, "+31655", "Thank you!")
    town.platform = Platform()
    fact = town.facts[IG]
    limits = msgspec.structs.replace(fact.limits, reactions=True)
    town.facts[IG] = msgspec.structs.replace(fact, limits=limits)
    town.reactions = reactions(town)
    return town


def reactions(town: Any) -> Reactions:
    return Reactions(
        database=town.database,
        events=town.events,
        clock=town.clock,
        random=Random(7),  # noqa: S311 - the same in every run
        channels=lambda: {IG: town.platform},
        facts=lambda: town.facts,
        rules=ReactionRules(retry_ms_min=1_000, retry_ms_max=60_000, doubt_ms=DOUBT_MS),
        may_begin=lambda: True,
    )


async def shown(desk: Any) -> list[ReactionView]:
    message = await desk.database.read(get_message, desk.wrote)
    assert message is not None
    return list(message.reactions)


async def states(desk: Any) -> list[tuple[str, str]]:
    return [(each.emoji, each.state) for each in await shown(desk)]


async def test_it_is_shown_as_waiting_and_as_sent_only_by_proof(desk: Any) -> None:
    await desk.reactions.want(desk.wrote, "👍", MARA)
    [view] = await shown(desk)
    assert (view.by, view.emoji, view.state) == (MARA, "👍", "queued")
    await desk.reactions.send_due(IG)
    assert desk.platform.asked == [Reacting(address="ann", external_id=desk.wrote, emoji="👍")]
    assert await states(desk) == [("👍", "sent")]
    await desk.reactions.send_due(IG)
    assert len(desk.platform.asked) == 1


async def test_one_that_is_taken_back_is_shown_until_it_is_gone(desk: Any) -> None:
    await desk.reactions.want(desk.wrote, "👍", MARA)
    await desk.reactions.send_due(IG)
    await desk.reactions.want(desk.wrote, "", NOOR)
    assert await states(desk) == [("👍", "queued")]
    await desk.reactions.send_due(IG)
    assert await shown(desk) == []
    assert [each.emoji for each in desk.platform.asked] == ["👍", ""]


async def test_of_several_wishes_the_newest_is_sent(desk: Any) -> None:
    for emoji in ("👍", "🎉", "❤️"):
        await desk.reactions.want(desk.wrote, emoji, MARA)
    await desk.reactions.send_due(IG)
    assert [each.emoji for each in desk.platform.asked] == ["❤️"]


async def test_a_wish_while_another_is_on_its_way_follows_it_and_never_overtakes(desk: Any) -> None:
    desk.platform.gate = asyncio.Event()
    await desk.reactions.want(desk.wrote, "👍", MARA)
    sending = asyncio.create_task(desk.reactions.send_due(IG))
    async with asyncio.timeout(20):
        while not desk.platform.asked:
            await desk.rows("SELECT 1 AS one")
    await desk.reactions.want(desk.wrote, "🎉", NOOR)
    await reactions(desk).send_due(IG)
    assert len(desk.platform.asked) == 1, "a second call beside the first"
    desk.platform.gate.set()
    await sending
    assert [each.emoji for each in desk.platform.asked] == ["👍", "🎉"]
    assert await states(desk) == [("🎉", "sent")]


async def test_what_is_in_doubt_says_so_and_is_set_again_which_has_no_second_effect(desk: Any) -> None:
    desk.platform.answers = [InDoubt("the line was cut")]
    await desk.reactions.want(desk.wrote, "👍", MARA)
    await desk.reactions.send_due(IG)
    [view] = await shown(desk)
    assert view.state == "in_doubt"
    assert "set again" in view.reason
    await desk.reactions.want(desk.wrote, "🎉", MARA)
    await desk.reactions.send_due(IG)
    assert len(desk.platform.asked) == 1, "what is lost may still take effect, after what is new"
    desk.clock.ms += DOUBT_MS
    await desk.reactions.send_due(IG)
    assert [each.emoji for each in desk.platform.asked] == ["👍", "🎉"]
    assert await states(desk) == [("🎉", "sent")]


async def test_a_kill_while_it_is_sent_leaves_it_to_be_sent_again(desk: Any) -> None:
    desk.platform.gate = asyncio.Event()
    await desk.reactions.want(desk.wrote, "👍", MARA)
    killed = asyncio.create_task(desk.reactions.send_due(IG))
    async with asyncio.timeout(20):
        while not desk.platform.asked:
            await desk.rows("SELECT 1 AS one")
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    assert await states(desk) == [("👍", "sending")]
    desk.platform.gate = None
    desk.clock.ms += 60_000
    await reactions(desk).send_due(IG)
    assert await states(desk) == [("👍", "sent")]


async def test_it_waits_and_tries_again_where_the_platform_asks_for_it(desk: Any) -> None:
    desk.platform.answers = [Deferred(ErrorClass.THROTTLED, "Too fast", wait_ms=30_000)]
    await desk.reactions.want(desk.wrote, "👍", MARA)
    await desk.reactions.send_due(IG)
    [view] = await shown(desk)
    assert (view.state, view.reason) == ("queued", "Too fast")
    desk.clock.ms += 29_000
    await desk.reactions.send_due(IG)
    assert len(desk.platform.asked) == 1
    desk.clock.ms += 2_000
    await desk.reactions.send_due(IG)
    assert await states(desk) == [("👍", "sent")]


async def test_what_is_refused_says_why(desk: Any) -> None:
    desk.platform.answers = [Rejected(ErrorClass.MESSAGE, "There is no such message.")]
    await desk.reactions.want(desk.wrote, "👍", MARA)
    await desk.reactions.send_due(IG)
    [view] = await shown(desk)
    assert (view.state, view.reason) == ("failed", "There is no such message.")


async def test_nothing_is_tried_on_a_channel_that_is_known_to_fail(desk: Any) -> None:
    await desk.database.write(save_breaker, Breaker(IG, state=BreakerState.OPEN))
    await desk.reactions.want(desk.wrote, "👍", MARA)
    await desk.reactions.send_due(IG)
    assert desk.platform.asked == []
    desk.clock.ms += DAY_MS
    await desk.database.write(save_breaker, Breaker(IG))
    await desk.reactions.send_due(IG)
    assert desk.platform.asked == []
    assert await states(desk) == [("👍", "failed")], "a day later it would say something else"


@pytest.mark.parametrize("emoji", ["no", "👍 👍", "x", "!", "👍" * 20])
async def test_a_reaction_is_one_emoji(desk: Any, emoji: str) -> None:
    with pytest.raises(ReplyRefusedError, match="one emoji"):
        await desk.reactions.want(desk.wrote, emoji, MARA)


async def test_channels_without_reactions_and_closed_windows_refuse(desk: Any) -> None:
    with pytest.raises(ReplyRefusedError, match="Sms: there are no reactions on this channel"):
        await desk.reactions.want(desk.texted, "👍", MARA)
    with pytest.raises(ReplyRefusedError, match="not connected"):
        await desk.reactions.want("msg_none", "👍", MARA)
    desk.clock.ms += DAY_MS
    with pytest.raises(ReplyRefusedError, match="window has closed"):
        await desk.reactions.want(desk.wrote, "👍", MARA)
