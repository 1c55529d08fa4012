"""Reactions of the business: where a platform has them they reach the telephone, and the same again changes nothing."""

from typing import Any

import pytest

from holdfast.channels.contract import (
    Accepted,
    ErrorClass,
    InDoubt,
    Reacting,
    Rejected,
    TakesReactions,
    Unreachable,
)

DAY_SECONDS = 86_400


@pytest.fixture
async def stage(request: pytest.FixtureRequest, make_stage: Any) -> Any:
    return await make_stage(request.param)


def on(*platforms: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("stage", platforms, indirect=True)


def on_phone(stage: Any, message_id: str) -> dict[str, str]:
    return dict(stage.world.message(message_id).reactions)


@on("instagram", "whatsapp")
async def test_a_reaction_is_set_changed_and_taken_back(stage: Any) -> None:
    written = await stage.person_writes("Thank you!")
    assert stage.adapter.limits.reactions
    for emoji, seen in (("👍", "👍"), ("👍", "👍"), ("❤️", "❤️"), ("", None), ("", None)):
        reacting = Reacting(address=stage.address, external_id=written, emoji=emoji)
        sending = await stage.adapter.react(reacting)
        assert isinstance(sending.outcome, Accepted)
        assert on_phone(stage, written) == ({"business": seen} if seen else {})
    assert stage.reached() == [], "it is no message"


@on("instagram", "whatsapp")
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("accept_then_reset", InDoubt), ("refused", Unreachable), ("server_error", InDoubt)],
)
async def test_what_went_wrong_is_told_apart(stage: Any, fault: str, outcome: type) -> None:
    written = await stage.person_writes("Thank you!")
    stage.fault(fault)
    sending = await stage.adapter.react(Reacting(address=stage.address, external_id=written, emoji="👍"))
    assert isinstance(sending.outcome, outcome)
    assert on_phone(stage, written) == ({"business": "👍"} if fault == "accept_then_reset" else {})


@on("instagram", "whatsapp")
async def test_a_message_that_the_platform_does_not_know_is_refused(stage: Any) -> None:
    await stage.person_writes("Thank you!")
    sending = await stage.adapter.react(Reacting(address=stage.address, external_id="none", emoji="👍"))
    assert isinstance(sending.outcome, Rejected)


@on("whatsapp")
async def test_the_window_closes_for_reactions_too(stage: Any) -> None:
    written = await stage.person_writes("Thank you!")
    await stage.clock.sleep(DAY_SECONDS + 1)
    sending = await stage.adapter.react(Reacting(address=stage.address, external_id=written, emoji="👍"))
    assert isinstance(sending.outcome, Rejected)
    assert sending.outcome.error_class is ErrorClass.WINDOW


@on("sms", "email")
async def test_text_messages_and_mail_have_none(stage: Any) -> None:
    assert not stage.adapter.limits.reactions
    assert not isinstance(stage.adapter, TakesReactions)
