"""The story that must work: Instagram fails and returns, and nobody is lost, doubled or written to unasked."""

import time
from functools import partial
from pathlib import Path
from typing import Any

from tests.scenarios.demo import SHOWN_AS_SENT, Demo, failing_in, measured, running_demo, until

NOTICED_SECONDS = 30
SHOWN_SECONDS = 30
ELSEWHERE = ("whatsapp", "sms", "email")


async def test_the_whole_story(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as demo:
        before = await _phones(demo)
        await _an_ordinary_day(demo)
        incident = await _instagram_fails(demo)
        await _carried_elsewhere(demo, before)
        await _webhooks_are_lost(demo)
        await _instagram_returns(demo, incident)
        await _the_account_adds_up(demo, incident["id"], before)
        await _nothing_is_doubled(demo, before)


async def _phones(demo: Demo) -> set[str]:
    return {each["id"] for each in await demo.on_all_phones()}


async def _an_ordinary_day(demo: Demo) -> None:
    """A message comes into the console, and the reply reaches the phone."""
    began = time.monotonic()
    await demo.write("ann", "Is the mug in stock? é 👋 <b>&amp;")

    async def stored() -> Any:
        listed = (await demo.api("GET", "/conversations"))["items"]
        return next((each for each in listed if each["last_preview"].startswith("Is the mug in")), None)

    conversation = await until(stored, SHOWN_SECONDS, "Ann's message in the console")
    measured("written to listed: %.1f s", time.monotonic() - began)
    assert conversation["contact"]["name"] == await demo.name_of("ann")
    assert conversation["unread"] >= 1

    reply = await demo.reply("ann", "Yes, twelve of them.")
    shown = await demo.sent(reply)
    phone = (await demo.phone("ann", "instagram"))[-1]
    assert (phone["direction"], phone["text"]) == ("in", "Yes, twelve of them.")
    assert shown["external_id"] == phone["id"]
    again = await demo.reply("ann", "Yes, twelve of them.")
    assert again["id"] == reply["id"]


async def _instagram_fails(demo: Demo) -> dict[str, Any]:
    """The outage is noticed in time, named rightly, and told on the status page."""
    began = time.monotonic()
    await demo.fault("instagram", "refused")
    incident = await demo.incident("instagram:shop", NOTICED_SECONDS)
    measured("instagram refused: noticed by probes alone after %.1f s", time.monotonic() - began)
    assert incident["cause"] == "platform"
    assert incident["evidence"]

    async def told() -> bool:
        return "is not accepting messages" in await demo.page()

    await until(told, 10, "the outage on the status page")
    return incident


async def _carried_elsewhere(demo: Demo, before: set[str]) -> None:
    """People who agreed to it are reached outside the failing domain; the others wait."""
    for person in ("ann", "bilal", "chiara", "dev", "emre"):
        await demo.write(person, f"Hello, it is {person}")
        await demo.write(person, f"Are you there, {person} asks")
    for person in ("ann", "bilal", "chiara", "dev"):
        await until(partial(_auto_replies, demo, person, before), 20, f"an automatic reply to {person}")
    replies = {person: [] for person in ("ann", "bilal", "chiara", "dev", "emre")}  # type: dict[str, list[Any]]
    for number in range(3):
        for person, made in replies.items():
            made.append(await demo.reply(person, f"Reply {number} to {person}"))

    for person, platform in (("ann", "sms"), ("bilal", "sms"), ("chiara", "email"), ("dev", "email")):
        for reply in replies[person]:
            shown = await demo.sent(reply, 40)
            assert [each["state"] for each in shown["deliveries"]].count("superseded") == 1
            assert shown["deliveries"][-1]["channel"] == f"{platform}:shop"
    for reply in replies["emre"]:
        shown = await demo.shown(reply)
        assert shown["state"] == "held", shown
        assert shown["state_reason"]


async def _auto_replies(demo: Demo, person: str, before: set[str]) -> list[dict[str, Any]]:
    return [
        each
        for each in await demo.on_all_phones()
        if (each["person"], each["direction"]) == (person, "in")
        and each["platform"] in ELSEWHERE
        and each["id"] not in before
        and "Thank you for your message" in each["text"]
    ]


async def _webhooks_are_lost(demo: Demo) -> None:
    await demo.fault("instagram", "webhooks_silent")
    for number in range(3):
        await demo.write("freya", f"Lost webhook {number}")


async def _instagram_returns(demo: Demo, incident: dict[str, Any]) -> None:
    began = time.monotonic()
    await demo.end_faults()
    await demo.all_closed(60)
    measured("closed %.1f s after the platform worked again", time.monotonic() - began)
    await demo.all_settled()
    emre = [
        each["text"] for each in await demo.phone("emre", "instagram") if each["text"].startswith("Reply")
    ]
    assert emre == [f"Reply {number} to emre" for number in range(3)]

    async def read_back() -> list[str]:
        found = [each for each in await demo.thread("freya") if each["text"].startswith("Lost webhook")]
        return [each["text"] for each in found] if len(found) == 3 else []

    assert await until(read_back, 40, "what no webhook brought") == [f"Lost webhook {n}" for n in range(3)]

    async def accounted() -> bool:
        story = (await demo.api("GET", f"/incidents/{incident['id']}"))["updates"]
        return any("The account:" in each["text"] for each in story)

    await until(accounted, 60, "the account in the incident's story")
    incidents = await demo.incidents("all")
    assert failing_in(*incidents) == ["instagram:shop", "instagram:studio"]
    assert {each["state"] for each in incidents} == {"closed"}


async def _the_account_adds_up(demo: Demo, incident_id: str, before: set[str]) -> None:
    ledger = await demo.api("GET", f"/incidents/{incident_id}/ledger")
    measured("ledger %s", {name: value for name, value in ledger.items() if name != "entries"})
    assert ledger["lost"] == 0
    assert ledger["received"] == ledger["stored"]
    assert ledger["read_back"] >= 3
    freya = await _auto_replies(demo, "freya", before)
    assert len(freya) <= 1, "only where she was read back before the return was certain"
    assert ledger["answered_automatically"] == 4 + len(freya)
    assert ledger["rerouted"] == 12 + ledger["answered_automatically"], "automatic answers leave another way"
    assert (ledger["waiting"], ledger["in_doubt"], ledger["failed"]) == (0, 0, 0)
    parts = ("sent_after_hold", "rerouted", "waiting", "in_doubt", "failed", "expired", "cancelled")
    assert ledger["held"] == sum(ledger[name] for name in parts)
    assert len(ledger["entries"]) == ledger["held"]


async def _nothing_is_doubled(demo: Demo, before: set[str]) -> None:
    phones = [each for each in await demo.on_all_phones() if each["id"] not in before]
    reached = [each for each in phones if each["direction"] == "in"]
    for person in ("ann", "bilal", "chiara", "dev", "emre"):
        for number in range(3):
            found = [each for each in reached if f"Reply {number} to {person}" in each["text"]]
            assert len(found) == 1, (person, number, found)
        mine = [each["text"] for each in reached if each["person"] == person and "Reply" in each["text"]]
        assert [text.partition("Reply ")[2][0] for text in mine] == ["0", "1", "2"]
    for person in ("ann", "bilal", "chiara", "dev"):
        assert len(await _auto_replies(demo, person, before)) == 1, person
    thanks = [each["person"] for each in reached if "We are back" in each["text"]]
    too = ["freya"] * len(await _auto_replies(demo, "freya", before))
    assert sorted(thanks) == ["ann", "bilal", "chiara", "dev", *too]
    assert not [each for each in reached if each["person"] == "emre" and each["platform"] in ELSEWHERE]
    for person in ("ann", "bilal", "chiara", "dev", "emre"):
        texts = [each["text"] for each in await demo.thread(person) if each["direction"] == "in"]
        assert texts.count(f"Hello, it is {person}") == 1
        assert texts.count(f"Are you there, {person} asks") == 1
    sent = [
        each for each in await demo.items("/messages", direction="out") if each["text"].startswith("Reply")
    ]
    assert {each["state"] for each in sent} <= SHOWN_AS_SENT
