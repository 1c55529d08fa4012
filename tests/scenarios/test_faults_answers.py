"""Sends whose answer is lost: shown in doubt, proven, and never sent twice."""

from pathlib import Path
from typing import Any, Final

import pytest
from tests.scenarios.demo import Demo, failing_in, measured, running_demo, until
from tests.scenarios.traffic import Tally, Traffic

DOUBT_SECONDS: Final = 20
CLOSED_SECONDS: Final = 90
PROOF_MESSAGES: Final = 100
"""Over four lines: enough that even an outage of a few calls in ten would have shown itself."""
LINES: Final = (("ann", "instagram"), ("emre", "instagram"), ("dev", "whatsapp"), ("bilal", "sms"))
LOST_ANSWERS: Final = ("accept_then_timeout", "accept_then_reset")


async def _in_doubt(demo: Demo) -> list[dict[str, Any]]:
    return [each for each in await demo.items("/messages", direction="out") if each["state"] == "in_doubt"]


@pytest.mark.parametrize("kind", LOST_ANSWERS)
async def test_a_send_whose_answer_is_lost_is_proven_and_not_repeated(tmp_path: Path, kind: str) -> None:
    """By the echo on Instagram, by the status on WhatsApp, by the log on SMS."""
    async with running_demo(tmp_path) as demo:
        for platform in ("instagram", "whatsapp", "sms"):
            await demo.fault(platform, kind, capability="send")
        async with Traffic(demo, LINES) as traffic:
            await traffic.goes_on(2 * len(LINES))
            await traffic.stop()
            await demo.end_faults()
            _nothing_is_wrong(await traffic.settled(), kind)


async def test_without_an_echo_the_history_is_the_proof(tmp_path: Path) -> None:
    """The doubt is shown with its reason while it lasts, and the next reply waits behind it."""
    async with running_demo(tmp_path) as demo:
        await demo.fault("instagram", "no_echo")
        await demo.fault("instagram", "accept_then_reset", capability="send")
        first = await demo.reply("ann", "Is it there?", "instagram:shop")
        doubt = (await until(lambda: _in_doubt(demo), DOUBT_SECONDS, "the send in doubt"))[0]
        assert doubt["id"] == first["id"]
        assert doubt["state_reason"]
        second = await demo.reply("ann", "And this?", "instagram:shop")
        await demo.end_faults()
        shown = [await demo.sent(message, 60) for message in (first, second)]
        there = [each for each in await demo.phone("ann", "instagram") if each["direction"] == "in"][-2:]
        assert [each["text"] for each in there] == ["Is it there?", "And this?"]
        assert [each["external_id"] for each in shown] == [each["id"] for each in there]


async def test_a_person_may_settle_a_doubt_that_the_platform_cannot(tmp_path: Path) -> None:
    """WhatsApp keeps no record: without its webhooks nobody but a person can tell."""
    async with running_demo(tmp_path) as demo:
        await demo.fault("whatsapp", "webhooks_silent")
        await demo.fault("whatsapp", "accept_then_reset", capability="send")
        made = await demo.reply("dev", "Did you get this?", "whatsapp:shop")
        await until(lambda: _in_doubt(demo), DOUBT_SECONDS, "the send in doubt")
        channels = {each["id"]: each for each in (await demo.api("GET", "/channels"))["items"]}
        assert channels["whatsapp:shop"]["in_doubt"] == 1
        await demo.end_faults()
        decided = await demo.api("POST", f"/messages/{made['id']}/doubt", {"decision": "sent"})
        assert decided["state"] == "sent"
        there = [each["text"] for each in await demo.phone("dev", "whatsapp")]
        assert there.count("Did you get this?") == 1


@pytest.mark.on("sqlite")
async def test_half_of_the_sends_failing_is_partial_and_loses_nothing(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as demo, Traffic(demo, LINES) as traffic:
        await demo.fault("instagram", "server_error", capability="send", rate=0.5)
        await demo.fault("sms", "throttle", capability="send", rate=0.5)
        await traffic.goes_on(50)
        await demo.end_faults()
        await traffic.goes_on(PROOF_MESSAGES)  # SMS has no call but a message that could prove its way out
        _nothing_is_wrong(await traffic.settled(), "half of the sends")
        await demo.all_closed(CLOSED_SECONDS)


async def test_a_success_that_was_none_is_not_shown_as_delivered(tmp_path: Path) -> None:
    """Accepted by the platform, never delivered: no echo comes, and the radar says so."""
    async with running_demo(tmp_path) as demo:
        await demo.fault("instagram", "false_success", capability="send")
        made: list[dict[str, Any]] = []

        async def noticed() -> bool:
            """One more that does not arrive, and a look: a few at once would be a short burst."""
            made.append(await demo.reply("ann", f"Into the void {len(made)}", "instagram:shop"))
            return "instagram:shop" in failing_in(*await demo.incidents())

        await until(noticed, 40, "an incident of instagram:shop")
        shown = [(await demo.shown(message))["state"] for message in made]
        assert "delivered" not in shown
        assert "read" not in shown


def _nothing_is_wrong(tally: Tally, name: str) -> None:
    measured("%s: %s", name, tally)
    assert (tally.lost, tally.doubled, tally.misplaced) == ([], [], [])
    assert (tally.sent_twice, tally.shown_without_proof, tally.sent_but_not_shown) == ([], [], [])
    assert tally.out_of_order == []
    assert set(tally.states) <= {"sent", "delivered", "read"}, tally.states
