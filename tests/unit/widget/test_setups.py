"""What a business may set of the chat on its website."""

from typing import Any

import pytest
from tests.unit.widget.conftest import Bench

from holdfast.widget import Look, Question, Setup, WidgetRefusedError

CHAT = "direct:web"


async def test_a_setup_is_kept_and_audited(bench: Bench) -> None:
    wanted = Setup(greeting="Ahoy", look=Look(accent="#7a1f5c"), questions=(Question(id="a", label="Why?"),))
    assert await bench.setups.get(CHAT) == Setup()
    assert await bench.setups.put(CHAT, wanted, "agent:mara") == wanted
    assert await bench.setups.get(CHAT) == await bench.setups.shown(CHAT) == wanted
    [entry] = await bench.rows("SELECT who, subject FROM audit_entry WHERE action = 'widget.changed'")
    assert (entry["who"], entry["subject"]) == ("agent:mara", CHAT)


async def test_what_is_shown_follows_in_seconds(bench: Bench) -> None:
    await bench.setups.shown(CHAT)
    await bench.run(
        "INSERT INTO widget (channel, setup, updated_at, updated_by) VALUES (:channel, :setup, 1, 'another node')",
        channel=CHAT,
        setup='{"greeting": "New"}',
    )
    assert (await bench.setups.shown(CHAT)).greeting == ""
    bench.clock.seconds += 6
    assert (await bench.setups.shown(CHAT)).greeting == "New"


@pytest.mark.parametrize("channel", ["direct:other", "email:shop", "nonsense"])
async def test_only_a_chat_has_one(bench: Bench, channel: str) -> None:
    with pytest.raises(LookupError):
        await bench.setups.get(channel)


def choice(*choices: str) -> Setup:
    return Setup(questions=(Question(id="a", kind="choice", label="Which?", choices=choices),))


@pytest.mark.parametrize(
    ("setup", "field"),
    [
        (Setup(greeting="x" * 501), "greeting"),
        (Setup(consent="x" * 501), "consent"),
        (Setup(look=Look(accent="red")), "look.accent"),
        (Setup(look=Look(accent="#12345g")), "look.accent"),
        (Setup(look=Look(label="x" * 31)), "look.label"),
        (Setup(questions=(Question(id="A", label="x"),)), "questions.0.id"),
        (Setup(questions=(Question(id="a", label=" "),)), "questions.0.label"),
        (Setup(questions=(Question(id="a", label="x"), Question(id="a", label="y"))), "questions.1.id"),
        (Setup(questions=tuple(Question(id=f"q{n}", label="x") for n in range(11))), "questions"),
        (choice("one"), "questions.0.choices"),
        (choice("one", ""), "questions.0.choices"),
        (choice("one", "x" * 101), "questions.0.choices"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_place(bench: Bench, setup: Any, field: str) -> None:
    with pytest.raises(WidgetRefusedError) as refused:
        await bench.setups.put(CHAT, setup, "agent:mara")
    assert refused.value.field == field
    assert await bench.setups.get(CHAT) == Setup()
