import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec

from holdfast.channels.contract import Capability, ErrorClass, ProbeResult
from holdfast.channels.transport import HttpAnswer
from holdfast.radar import Cause, Result, State
from holdfast.radar.store import OBSERVATION_LIFE_MS, load_observations
from holdfast.retention.store import forget_observations

CONTROLS = ("http://127.0.0.1:1/a", "http://127.0.0.1:1/b")


@asynccontextmanager
async def watching(bench: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(bench.radar.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def controls_answer(bench: Any) -> None:
    for url in CONTROLS:
        bench.transport.answers[url] = HttpAnswer(204, {}, b"")


async def until(bench: Any, capability: Capability, state: State, seconds: int) -> float:
    """How long it took, in seconds of the test's clock."""
    for tenth in range(seconds * 10):
        if bench.verdict(capability).state is state:
            return tenth / 10
        await bench.clock.pass_time(0.1)
    raise AssertionError(f"not {state} within {seconds} s: {bench.verdict(capability)}")


async def test_a_refused_platform_is_found_by_probes_within_fifteen_seconds_and_closed_by_proof(
    bench: Any,
) -> None:
    adapter = bench.add()
    controls_answer(bench)
    async with watching(bench):
        await bench.clock.pass_time(21)
        assert bench.verdict(Capability.SIGN_IN).state is State.UP
        adapter.answer_all(ErrorClass.NETWORK, "connection refused")
        assert await until(bench, Capability.SEND, State.DOWN, 30) <= 15
        [incident] = bench.radar.open_incidents()
        assert incident.cause is Cause.PLATFORM
        assert "Our own connection works: unrelated addresses answer." in incident.evidence
        adapter.answer_all()
        assert await until(bench, Capability.SEND, State.UP, 60) <= 45
        await bench.clock.pass_time(12)
        assert bench.radar.open_incidents() == []


async def test_our_own_connection_is_told_from_the_platform(bench: Any) -> None:
    adapter = bench.add()
    adapter.answer_all(ErrorClass.NETWORK, "no route")
    async with watching(bench):
        await until(bench, Capability.SEND, State.DOWN, 30)
        await bench.clock.pass_time(6)
        [incident] = bench.radar.open_incidents()
        assert incident.title == "Our own connection is failing"


async def test_without_controls_everything_failing_at_once_is_our_connection(bench: Any) -> None:
    bench.settings = type(bench.settings)(probe_seconds=5, burst_seconds=0)
    bench.radar = bench.make_radar()
    bench.add("direct:web", "own")
    for channel, domain in (("instagram:shop", "meta"), ("sms:shop", "twilio")):
        bench.add(channel, domain).answer_all(ErrorClass.NETWORK, "no route")
    async with watching(bench):
        await bench.clock.pass_time(20)
        titles = {incident.title for incident in bench.radar.open_incidents()}
        assert titles == {"Our own connection is failing"}


async def test_a_hanging_platform_delays_no_other_and_is_found(bench: Any) -> None:
    bench.add("whatsapp:shop").hangs = True
    bench.add("email:shop", "email").broken = True
    bench.add()
    controls_answer(bench)
    async with watching(bench):
        await bench.clock.pass_time(2)
        assert bench.verdict(Capability.SIGN_IN).state is State.UP
        await bench.clock.pass_time(22)
        assert bench.verdict(Capability.SIGN_IN, "whatsapp:shop").state is State.PARTIAL
        titles = [incident.title for incident in bench.radar.open_incidents()]
        assert titles == ["WhatsApp is answering very slowly"]


async def test_a_removed_subscription_is_found(bench: Any) -> None:
    adapter = bench.add()
    async with watching(bench):
        await bench.clock.pass_time(7)
        assert bench.verdict(Capability.RECEIVE).state is State.UP
        adapter.answer(Capability.RECEIVE, ErrorClass.SUBSCRIPTION, "The webhooks are no longer subscribed.")
        assert await until(bench, Capability.RECEIVE, State.DOWN, 30) <= 15


async def test_a_probe_that_cannot_tell_decides_nothing(bench: Any) -> None:
    adapter = bench.add()
    adapter.results = [ProbeResult(Capability.SIGN_IN, None, "not tried")]
    async with watching(bench):
        await bench.clock.pass_time(30)
        assert bench.verdict(Capability.SIGN_IN).state is State.UNKNOWN


async def test_the_feed_supports_but_never_decides(bench: Any) -> None:
    adapter = bench.add()
    page = b'[{"id": "ig-messenger", "services": [{"status": "No known issues"}]}]'
    url = "http://127.0.0.1:1/meta/data/orgs.json"
    bench.transport.answers[url] = HttpAnswer(200, {"content-type": "application/json"}, page)
    controls_answer(bench)
    async with watching(bench):
        adapter.answer_all(ErrorClass.PLATFORM, "(#2) Service temporarily unavailable")
        await until(bench, Capability.SEND, State.DOWN, 30)
        evidence = bench.verdict(Capability.SEND).evidence
        assert evidence[-1] == "Meta's own status page still says all is well."


async def test_observations_do_not_live_for_ever(bench: Any) -> None:
    await bench.send()
    bench.clock.move(OBSERVATION_LIFE_MS + 1)
    await bench.send()
    before = bench.clock.now_ms() - OBSERVATION_LIFE_MS
    assert await bench.database.write(forget_observations, before, 10) == 1
    assert len(await bench.database.read(load_observations, 0, 0)) == 1


async def test_a_first_failure_is_looked_at_closer_for_a_while(bench: Any) -> None:
    bench.settings = msgspec.structs.replace(bench.settings, probe_seconds=600)
    bench.radar = bench.make_radar()
    adapter = bench.add()
    async with watching(bench):
        await bench.clock.pass_time(20)
        assert adapter.probed == 1
        await bench.send(Result.FAIL, "platform")
        await bench.clock.pass_time(21)
        assert 4 <= adapter.probed <= 5
        await bench.clock.pass_time(300)
        assert adapter.probed < 30
