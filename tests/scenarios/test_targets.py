"""A target in a real hub: what is left is shown, a reply keeps it, an outage stops the clock, and one is missed."""

from pathlib import Path
from typing import Any

from tests.scenarios.demo import Demo, running_demo

MINUTE_MS = 60_000
SHOWN_SECONDS_MAX = 20.0
MISSED_SECONDS_MAX = 240.0


async def test_what_is_promised_is_shown_kept_stopped_and_missed(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as demo:
        target = await demo.api("POST", "/targets", _within(10 * MINUTE_MS))
        await _kept(demo)
        await _stopped_by_an_outage(demo)
        await demo.api("PUT", f"/targets/{target['id']}", _within(MINUTE_MS))
        await _missed(demo)


def _within(ms: int) -> dict[str, Any]:
    return {"name": "Quick", "first_within_ms": ms, "next_within_ms": ms}


async def _kept(demo: Demo) -> None:
    await demo.write("hana", "Is the blue one back?")
    timer = await demo.until(lambda: _running(demo, "hana"), SHOWN_SECONDS_MAX, "a clock that runs")
    assert (timer["target"], timer["within_ms"]) == ("Quick", 10 * MINUTE_MS)
    assert timer["due_at"] == timer["started_at"] + 10 * MINUTE_MS
    await demo.sent(await demo.reply("hana", "It is."))

    async def met() -> Any:
        return next((each for each in await _clocks(demo, "hana") if each["outcome"] == "met"), None)

    await demo.until(met, SHOWN_SECONDS_MAX, "a target that was met")


async def _stopped_by_an_outage(demo: Demo) -> None:
    await demo.fault("instagram", "server_error", capability="send")
    await demo.write("emre", "Hello?")
    await demo.reply("emre", "Held until Instagram is back.")
    await demo.incident("instagram:shop", 60)

    async def stopped() -> Any:
        timers = await _open(demo, "emre")
        return next(
            (each for each in timers if any(still["why"] == "outage" for still in each["still"])), None
        )

    timer = await demo.until(stopped, SHOWN_SECONDS_MAX, "a clock that an outage stops")
    assert timer["due_at"] is None
    assert 0 < timer["left_ms"] <= 10 * MINUTE_MS
    await demo.end_faults()
    await demo.all_closed(120)
    assert not await _open(demo, "emre"), "what was held is out, and ends the clock"


async def _missed(demo: Demo) -> None:
    await demo.write("goran", "Anybody there?")

    async def missed() -> Any:
        return next((each for each in await _open(demo, "goran") if each["outcome"] == "missed"), None)

    await demo.until(missed, MISSED_SECONDS_MAX, "a target that was missed")
    conversation = await demo.conversation_of("goran")
    overdue = await demo.items("/conversations", due="overdue")
    assert conversation in {each["id"] for each in overdue}
    story = await demo.api("GET", f"/conversations/{conversation}/story")
    assert "target_missed" in {each["kind"] for each in story["items"]}
    figures = await demo.api("GET", "/figures/targets")
    assert figures["total"]["met"] >= 1
    assert figures["total"]["missed"] >= 1


async def _open(demo: Demo, person: str) -> list[dict[str, Any]]:
    found = await demo.api("GET", f"/conversations/{await demo.conversation_of(person)}")
    return list(found["timers"])


async def _running(demo: Demo, person: str) -> Any:
    timers = await _open(demo, person)
    return next((each for each in timers if each["due_at"] and not each["outcome"]), None)


async def _clocks(demo: Demo, person: str) -> list[dict[str, Any]]:
    found = await demo.api("GET", f"/conversations/{await demo.conversation_of(person)}/targets")
    return list(found["items"])
