"""Faults of what platforms deliver to us: lost, late, doubled, out of order, or no longer at all."""

import time
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from tests.scenarios.demo import Demo, failing_in, measured, running_demo, until
from tests.scenarios.traffic import Tally, Traffic

NOTICED_SECONDS: Final = 30
READ_BACK_SECONDS: Final = 40
CLOSED_SECONDS: Final = 90
INSTAGRAM: Final = (("ann", "instagram"), ("emre", "instagram"), ("hana", "instagram"))
LINES: Final = (*INSTAGRAM, ("dev", "whatsapp"), ("bilal", "sms"))


async def test_lost_webhooks_are_read_back_and_the_silence_is_noticed(tmp_path: Path) -> None:
    """Instagram and SMS keep a record; nothing tells of the silence but the record and missing echoes."""
    async with running_demo(tmp_path) as demo, Traffic(demo, (*INSTAGRAM, ("bilal", "sms"))) as traffic:
        began = time.monotonic()
        await demo.fault("instagram", "webhooks_silent")
        await demo.fault("sms", "webhooks_silent")
        incident = await demo.incident("instagram:shop", NOTICED_SECONDS)
        measured("webhooks_silent: noticed after %.1f s", time.monotonic() - began)
        assert (incident["capabilities"], incident["cause"]) == (["receive"], "platform")
        silent = list(traffic.written)

        async def read_back() -> bool:
            found = {each["text"]: each["source"] for each in await demo.items("/messages", direction="in")}
            return all(found.get(text) for _, text in silent)

        await until(read_back, READ_BACK_SECONDS, "lost messages read back while the silence lasts")
        await demo.end_faults()
        await traffic.goes_on(8)
        await _over(demo, traffic, "webhooks_silent", {"instagram:shop", "sms:shop"})


async def test_held_back_webhooks_come_as_a_flood_and_count_once(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as demo, Traffic(demo, LINES) as traffic:
        began = time.monotonic()
        for platform in ("instagram", "whatsapp", "sms"):
            await demo.fault(platform, "webhooks_delayed")
        await demo.incident("instagram:shop", NOTICED_SECONDS)
        measured("webhooks_delayed: noticed after %.1f s", time.monotonic() - began)
        await demo.end_faults()
        await traffic.goes_on(10)
        await _over(demo, traffic, "webhooks_delayed", {"instagram:shop", "whatsapp:shop", "sms:shop"})


@pytest.mark.on("sqlite")
async def test_a_removed_subscription_is_named_and_taken_out_anew(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as demo, Traffic(demo, LINES) as traffic:
        for platform in ("instagram", "whatsapp"):
            began = time.monotonic()
            await demo.fault(platform, "subscription_removed")
            incident = await demo.incident(f"{platform}:shop", NOTICED_SECONDS)
            measured("subscription_removed (%s): noticed after %.1f s", platform, time.monotonic() - began)
            await until(partial(_cause_is, demo, incident, "subscription"), NOTICED_SECONDS, "the cause")
            assert "receive" in incident["capabilities"]

        async def subscribed() -> bool:
            return not (await demo.control("GET", "/faults"))["faults"]

        await until(subscribed, NOTICED_SECONDS, "the hub subscribing again by itself")
        traffic.nobody_can_know("whatsapp")
        await traffic.goes_on(10)
        touched = {"instagram:shop", "instagram:studio", "whatsapp:shop"}
        await _over(demo, traffic, "subscription_removed", touched)


async def test_doubled_shuffled_and_bundled_webhooks_harm_nobody(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as demo, Traffic(demo, LINES) as traffic:
        await demo.fault("instagram", "webhooks_duplicated")
        await demo.fault("instagram", "webhooks_reordered")
        await demo.fault("whatsapp", "webhooks_duplicated")
        await demo.fault("whatsapp", "webhooks_regrouped")
        await demo.fault("sms", "webhooks_duplicated")
        await demo.fault("sms", "webhooks_reordered")
        await traffic.goes_on(30)
        await demo.end_faults()
        await demo.fault("instagram", "webhooks_regrouped")
        await traffic.goes_on(20)
        await demo.end_faults()
        await _over(demo, traffic, "harmless", set())
        for person, _ in INSTAGRAM:
            texts = [each["text"] for each in await demo.thread(person) if each["text"].startswith("in ")]
            assert texts == sorted(texts)


async def _cause_is(demo: Demo, incident: dict[str, Any], cause: str) -> bool:
    return bool((await demo.api("GET", f"/incidents/{incident['id']}"))["cause"] == cause)


async def _over(demo: Demo, traffic: Traffic, name: str, channels: set[str]) -> Tally:
    """Everything is where it belongs, once; only these channels had an incident, one each, now closed."""
    began = time.monotonic()
    await demo.all_closed(CLOSED_SECONDS)
    measured("%s: closed after %.1f s", name, time.monotonic() - began)
    tally = await traffic.settled()
    measured("%s: %s", name, tally)
    assert (tally.lost, tally.doubled, tally.misplaced) == ([], [], [])
    assert (tally.sent_twice, tally.shown_without_proof, tally.sent_but_not_shown) == ([], [], [])
    assert tally.out_of_order == []
    found = failing_in(*await demo.incidents("all"))
    assert len(set(found)) == len(found), f"an incident flapped: {found}"
    assert set(found) <= channels, f"a channel was blamed that worked: {found}"
    return tally
