from typing import Any

from holdfast.channels.contract import Capability
from holdfast.radar import Kind, Observation, Result, State

CHANNEL = "instagram:shop"
SENTENCE = "Nothing from Instagram for 11 minutes; usually 9 come in that time."


async def rhythm(bench: Any, result: Result, detail: str, strength: float = 0.0) -> None:
    await bench.see(
        Observation(
            channel=CHANNEL,
            capability=Capability.RECEIVE,
            kind=Kind.RHYTHM,
            at=bench.clock.now_ms(),
            result=result,
            detail=detail,
            strength=strength,
        )
    )


async def arrive(bench: Any) -> None:
    await bench.see(
        Observation(
            channel=CHANNEL, capability=Capability.RECEIVE, kind=Kind.ARRIVAL, at=bench.clock.now_ms()
        )
    )


async def fall_silent(bench: Any, strength: float) -> None:
    bench.add()
    await bench.radar.evaluate()
    await arrive(bench)
    await bench.evaluate_for(2)
    assert bench.verdict(Capability.RECEIVE).state is State.UP
    for _ in range(5):
        await rhythm(bench, Result.FAIL, SENTENCE, strength)
        await bench.evaluate_for(15)


async def test_a_silence_that_chance_may_explain_is_suspected_in_its_own_words(bench: Any) -> None:
    await fall_silent(bench, strength=7.0)
    verdict = bench.verdict(Capability.RECEIVE)
    assert verdict.state is State.SUSPECTED
    assert SENTENCE in verdict.evidence
    assert bench.radar.open_incidents() == []


async def test_a_silence_rarer_than_the_allowed_false_alarms_is_an_incident(bench: Any) -> None:
    await fall_silent(bench, strength=12.0)
    verdict = bench.verdict(Capability.RECEIVE)
    assert verdict.state is State.DOWN
    assert SENTENCE in verdict.evidence
    assert len(bench.radar.open_incidents()) == 1


async def test_the_rhythm_that_is_back_ends_the_suspicion(bench: Any) -> None:
    bench.add()
    await bench.radar.evaluate()
    await arrive(bench)
    await rhythm(bench, Result.FAIL, SENTENCE, strength=7.0)
    await bench.evaluate_for(2)
    assert bench.verdict(Capability.RECEIVE).state is State.SUSPECTED
    await arrive(bench)
    await rhythm(bench, Result.OK, "Messages from Instagram arrive at their usual pace again.")
    await bench.evaluate_for(2)
    assert bench.verdict(Capability.RECEIVE).state is State.UP
