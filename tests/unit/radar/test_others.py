"""What agents say by their button: three of them raise suspicion, and confirm nothing."""

import pytest
from tests.unit.radar.conftest import Bench

from holdfast.channels.contract import Capability
from holdfast.incidents.trouble import press_button
from holdfast.radar import Result, State
from holdfast.radar.evidence import EVIDENCE_MS
from holdfast.radar.others import PRESSED_MS

MINUTE_MS = 60_000


async def press(bench: Bench, agent: str, text: str = "replies vanish") -> State:
    channel, now = "instagram:shop", bench.clock.now_ms()
    entry = bench.ids.new("aud")
    await bench.database.write(
        press_button, channel, Capability.SEND, text, by=agent, now=now, entry_id=entry
    )
    await bench.radar.evaluate()
    return bench.verdict(Capability.SEND).state


async def presses(bench: Bench, agents: str, *, every_ms: int = 2 * MINUTE_MS) -> list[State]:
    states = []
    for agent in agents:
        bench.clock.move(every_ms)
        states.append(await press(bench, f"agent:{agent}", f"seen by {agent}"))
    return states


async def working(bench: Bench) -> None:
    bench.add()
    await bench.sends(5)


async def test_three_agents_within_some_minutes_raise_suspicion(bench: Bench) -> None:
    await working(bench)
    assert await presses(bench, "abc") == [State.UP, State.UP, State.SUSPECTED]
    evidence = bench.verdict(Capability.SEND).evidence
    assert "3 agents say that something is wrong. seen by c." in evidence
    assert bench.verdict(Capability.RECEIVE).state is not State.SUSPECTED


async def test_however_many_press_nothing_is_confirmed(bench: Bench) -> None:
    await working(bench)
    states = await presses(bench, "abcdefghij", every_ms=20_000)
    assert states[2:] == [State.SUSPECTED] * 8
    assert await bench.told("incident.opened") == []


@pytest.mark.parametrize(
    ("agents", "every_ms"), [("aaaaa", 20_000), ("abab", 60_000), ("abc", PRESSED_MS // 2 + 1000)]
)
async def test_one_agent_counts_once_and_an_old_word_no_more(
    bench: Bench, agents: str, every_ms: int
) -> None:
    await working(bench)
    assert State.SUSPECTED not in await presses(bench, agents, every_ms=every_ms)


async def test_the_suspicion_passes_with_the_words_that_raised_it(bench: Bench) -> None:
    await working(bench)
    await presses(bench, "abc", every_ms=30_000)
    bench.clock.move(EVIDENCE_MS)
    await bench.send()
    await bench.radar.evaluate()
    assert bench.verdict(Capability.SEND).state is State.UP


async def test_a_failure_of_our_own_beside_them_confirms_sooner(bench: Bench) -> None:
    await working(bench)
    await presses(bench, "abc", every_ms=30_000)
    await bench.sends(1, Result.FAIL, "platform")
    assert bench.verdict(Capability.SEND).state in (State.DOWN, State.PARTIAL)
