"""Answers that are lost on every platform, with each kind of evidence and with none: sent once, or asked about."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from tests.scenarios.demo import SHOWN_AS_SENT, Demo, Refused, running_demo, until
from tests.scenarios.serving import holdfast

SETTLED_SECONDS: Final = 90
ASKED_SECONDS: Final = 60
SILENT: Final = ("instagram", "whatsapp", "sms")


class Line(NamedTuple):
    """One platform: who is written to while it takes messages without a word, and who while it loses them."""

    platform: str
    taken: str
    lost: str
    takes: str
    loses: str


LINES: Final = (
    Line("instagram", "ann", "emre", "accept_then_html", "lose_then_reset"),
    Line("whatsapp", "dev", "freya", "accept_then_cut", "lose_then_reset"),
    Line("sms", "bilal", "goran", "accept_then_reset", "html_error"),
    Line("email", "chiara", "hana", "accept_then_cut", "lose_then_reset"),
)
ASKED: Final = {
    "webhooks": {("whatsapp", "lost"), ("instagram", "lost"), ("sms", "lost")},
    "records": {("whatsapp", "taken"), ("whatsapp", "lost")},
    "nothing": {
        (line.platform, fate) for line in LINES if line.platform != "email" for fate in ("taken", "lost")
    },
}
"""Where nobody but a person can tell, by the evidence that there is."""


class Sent(NamedTuple):
    line: Line
    fate: str
    message: dict[str, Any]

    @property
    def person(self) -> str:
        return self.line.taken if self.fate == "taken" else self.line.lost


@pytest.mark.parametrize("evidence", sorted(ASKED))
async def test_an_answer_that_is_lost_makes_no_second_message(tmp_path: Path, evidence: str) -> None:
    async with running_demo(tmp_path) as demo:
        await _everybody_writes(demo)
        await _leave_only(demo, evidence)
        sent = [each for fate in ("taken", "lost") for each in await _send(demo, fate)]
        behind = [
            await demo.reply(each.person, f"{each.line.platform} {each.fate} second", _route(each))
            for each in sent
        ]
        for each in sent:
            if (each.line.platform, each.fate) in ASKED[evidence]:
                await _is_asked(demo, each, evidence)
        for each in sent:
            await demo.sent(each.message, SETTLED_SECONDS)
        for message in behind:
            await demo.sent(message, SETTLED_SECONDS)
        await _each_is_there_once_in_order(demo, sent, evidence)


async def test_a_message_that_is_taken_late_is_not_sent_twice(tmp_path: Path) -> None:
    """The platform takes it seconds after the hub gave up waiting, and says so by no webhook."""
    async with running_demo(tmp_path) as demo:
        await _everybody_writes(demo)
        for platform in SILENT:
            await demo.fault(platform, "webhooks_silent")
        for line in LINES[:3]:
            await demo.fault(line.platform, "accept_late", capability="send", delay_ms=12_000)
        sent = [await _send_one(demo, line, "taken") for line in LINES[:3]]
        for each in sent:
            await _in_doubt(demo, each)
            await _end(demo, each.line.platform, "accept_late")
        for each in sent:
            if each.line.platform == "whatsapp":
                await _on_the_phone(demo, each, 1)
                await demo.api("POST", f"/messages/{each.message['id']}/doubt", {"decision": "sent"})
            await demo.sent(each.message, SETTLED_SECONDS)
            await _on_the_phone(demo, each, 1)


async def test_a_question_is_told_and_answered_from_the_command_line_beside_a_running_hub(
    tmp_path: Path,
) -> None:
    async with running_demo(tmp_path) as demo:
        config = ("--config", demo.addresses["config"])
        await demo.fault("whatsapp", "webhooks_silent")
        await demo.fault("whatsapp", "lose_then_reset", capability="send")
        sent = [
            Sent(LINES[1], "lost", await demo.reply(person, f"For {person}", "only:whatsapp:shop"))
            for person in ("dev", "freya")
        ]
        for each in sent:
            await _is_asked_about(demo, each, "by the command line")
        await demo.end_faults()
        listed = await holdfast("doubt", "list", *config)
        exported = await holdfast("export", "all", "--format", "html", *config)
        for each in sent:
            assert each.message["id"] in listed.out
            assert f"For {each.message['text'].split()[1]}" in listed.out
            assert "person has to say" in listed.out
            assert "in_doubt: It left, and no answer came." in exported.out
        await _settle(config, sent[0], "resend", "It goes out again.")
        await demo.sent(sent[0].message, SETTLED_SECONDS)
        await _settle(config, sent[1], "give_up", "It is left as it is.")
        assert (await demo.shown(sent[1].message))["state"] == "cancelled"
        again = await holdfast("doubt", "settle", sent[1].message["id"], "sent", *config)
        assert (again.code, "not in doubt" in again.err) == (1, True)
        assert (await holdfast("doubt", "list", *config)).out == "Nothing is in doubt.\n"
        for each, times in zip(sent, (1, 0), strict=True):
            texts = [
                message["text"] for message in await demo.phone(each.message["text"].split()[1], "whatsapp")
            ]
            assert texts.count(each.message["text"]) == times


async def _settle(config: tuple[str, str], each: Sent, decision: str, said: str) -> None:
    done = await holdfast("doubt", "settle", each.message["id"], decision, *config)
    assert (done.code, done.out.strip()) == (0, said), done


async def test_the_policy_of_a_channel_can_be_changed_while_the_hub_runs(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as demo:
        table = {"account_sid": "AC2", "auth_token": "a secret", "number": "+31612345678"}
        await demo.api("POST", "/channels", {"id": "sms:second", "settings": table})
        changes = {"in_doubt": "resend", "resend_after_seconds": 300}
        changed = await demo.api("PATCH", "/channels/sms:second", {"settings": changes})
        assert changed["id"] == "sms:second"
        for channel, wrong, status in (
            ("sms:second", {"resend_after_seconds": 30}, 422),
            ("sms:second", {"in_doubt": "perhaps"}, 422),
            ("sms:shop", {"in_doubt": "never"}, 422),
            ("sms:third", {"in_doubt": "never"}, 404),
        ):
            with pytest.raises(Refused) as refused:
                await demo.api("PATCH", f"/channels/{channel}", {"settings": wrong})
            assert refused.value.status == status, refused.value.body
            assert len(refused.value.body["error"]["message"]) > len("too short")
        config = ("--config", demo.addresses["config"])
        good = await holdfast("channel", "set", "sms:second", "in_doubt=never", "name=The second", *config)
        assert good.code == 0, good

        async def taken_up() -> bool:
            channels = (await demo.api("GET", "/channels"))["items"]
            return any(each["name"] == "The second" for each in channels)

        await until(taken_up, SETTLED_SECONDS, "the running hub to know")
        bad = await holdfast("channel", "set", "sms:second", "in_doubt=perhaps", *config)
        assert (bad.code, "in_doubt" in bad.err) == (1, True)


async def _everybody_writes(demo: Demo) -> None:
    """So that every platform has something from before that its record can show."""
    wanted = {}
    for person, platform in _lines():
        wanted[f"{person} asks by {platform}"] = await demo.write(
            person, f"{person} asks by {platform}", platform
        )

    async def all_arrived() -> bool:
        there = {each["text"] for each in await demo.items("/messages", direction="in")}
        return wanted.keys() <= there

    await until(all_arrived, SETTLED_SECONDS, "what everybody wrote")
    first = [
        await demo.reply(person, f"An answer to {person} by {platform}", f"only:{platform}:shop")
        for person, platform in _lines()
    ]
    for message in first:
        await demo.sent(message, SETTLED_SECONDS)


def _lines() -> Iterator[tuple[str, str]]:
    for line in LINES:
        yield line.taken, line.platform
        yield line.lost, line.platform


async def _leave_only(demo: Demo, evidence: str) -> None:
    if evidence != "webhooks":
        for platform in SILENT:
            await demo.fault(platform, "webhooks_silent")
    if evidence != "records":
        for line in LINES:
            await demo.fault(line.platform, "server_error", capability="history")


async def _send(demo: Demo, fate: str) -> list[Sent]:
    """Write to one person on every platform while its answers are lost, and end that again."""
    for line in LINES:
        await demo.fault(line.platform, line.takes if fate == "taken" else line.loses, capability="send")
    sent = [await _send_one(demo, line, fate) for line in LINES]
    for each in sent:
        await _has_left(demo, each)
        await _end(demo, each.line.platform, each.line.takes if fate == "taken" else each.line.loses)
    return sent


async def _send_one(demo: Demo, line: Line, fate: str) -> Sent:
    person = line.taken if fate == "taken" else line.lost
    text = f"{line.platform} {fate} first"
    return Sent(line, fate, await demo.reply(person, text, f"only:{line.platform}:shop"))


def _route(each: Sent) -> str:
    return f"only:{each.line.platform}:shop"


async def _end(demo: Demo, platform: str, kind: str) -> None:
    """Where it still is."""
    for fault in (await demo.control("GET", "/faults"))["faults"]:
        if (fault["platform"], fault["kind"]) == (platform, kind):
            await demo.control("DELETE", f"/faults/{fault['id']}")


async def _has_left(demo: Demo, each: Sent) -> None:
    async def look() -> bool:
        return (await demo.shown(each.message))["state"] in {"in_doubt", *SHOWN_AS_SENT}

    await until(look, SETTLED_SECONDS, f"{each.message['text']} on its way")


async def _in_doubt(demo: Demo, each: Sent) -> None:
    async def look() -> bool:
        return bool((await demo.shown(each.message))["state"] == "in_doubt")

    await until(look, SETTLED_SECONDS, f"{each.message['text']} in doubt")


async def _is_asked(demo: Demo, each: Sent, evidence: str) -> None:
    """It says in words that a person has to decide, and the person knows."""
    await _is_asked_about(demo, each, f"with {evidence} as evidence")
    await _on_the_phone(demo, each, 1 if each.fate == "taken" else 0)
    decision = "sent" if each.fate == "taken" else "resend"
    await demo.api("POST", f"/messages/{each.message['id']}/doubt", {"decision": decision})


async def _is_asked_about(demo: Demo, each: Sent, how: str) -> None:
    async def look() -> bool:
        now = await demo.shown(each.message)
        return now["state"] == "in_doubt" and "person has to say" in now["state_reason"]

    await until(look, ASKED_SECONDS, f"a question about {each.message['text']} {how}")


async def _on_the_phone(demo: Demo, each: Sent, times: int) -> None:
    texts = [message["text"] for message in await demo.phone(each.person, each.line.platform)]
    assert texts.count(each.message["text"]) == times, (each.message["text"], texts)


async def _each_is_there_once_in_order(demo: Demo, sent: list[Sent], evidence: str) -> None:
    for each in sent:
        phone = await demo.phone(each.person, each.line.platform)
        ours = [message for message in phone if message["direction"] == "in" and each.fate in message["text"]]
        texts = [message["text"].strip() for message in ours]
        named = f"{each.line.platform} {each.fate}"
        if each.line.platform == "email" and evidence != "records" and each.fate == "taken":
            # Nothing tells of mail but its own identity: the receiver knows the repeat by it.
            assert texts == [f"{named} first", f"{named} first", f"{named} second"]
            assert len({message["details"]["message_id"] for message in ours[:2]}) == 1
            continue
        assert texts == [f"{named} first", f"{named} second"]
