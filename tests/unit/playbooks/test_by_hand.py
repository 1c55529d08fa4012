"""Steps that the playbook leaves to people."""

from typing import Any

import msgspec
import pytest

from holdfast.playbooks import StepDesk, StepRefusedError
from holdfast.playbooks.by_hand import STEPS

IG, SMS = "instagram:shop", "sms:shop"


@pytest.fixture
def desk(shop: Any) -> StepDesk:
    hub = shop.hub
    return StepDesk(
        database=hub.database,
        events=hub.events,
        clock=hub.clock,
        ids=hub.ids,
        playbook=lambda: shop.playbook,
    )


def leave_to_people(shop: Any) -> None:
    book = shop.playbook
    off = {step: msgspec.structs.replace(getattr(book, step), enabled=False) for step in STEPS[:3]}
    recovery = msgspec.structs.replace(book.recovery, drain=False, read_back=False, thank=False)
    shop.playbook = msgspec.structs.replace(book, **off, recovery=recovery)


async def test_people_are_answered_once_somebody_asks_for_it(shop: Any, desk: StepDesk) -> None:
    leave_to_people(shop)
    await shop.incident()
    await shop.writes()
    await shop.step()
    assert shop.sent(SMS) == []
    for _ in range(2):
        told = await desk.ask("inc_1", "auto_reply", "agent:mara")
    answer = next(each for each in told if each.step == "auto_reply")
    assert (answer.mode, answer.by, answer.at) == ("asked", "agent:mara", shop.hub.clock.now_ms())
    shop.runner = shop.make_runner()  # a kill forgets nothing
    await shop.step()
    await shop.writes(2)
    await shop.step()
    assert len(shop.sent(SMS)) == 2, "who writes later is answered too"
    entries = await shop.hub.rows("SELECT who, detail FROM audit_entry WHERE action = 'incident.step'")
    assert [tuple(row) for row in entries] == [("agent:mara", "auto_reply")]


async def test_what_was_asked_for_is_of_that_incident_alone(shop: Any, desk: StepDesk) -> None:
    leave_to_people(shop)
    await shop.incident()
    await desk.ask("inc_1", "auto_reply", "agent:mara")
    await shop.incident(incident_id="inc_2", channel="whatsapp:shop")
    assert {each.mode for each in await desk.steps("inc_2")} == {"by_hand"}


async def test_history_and_thanks_can_be_asked_for_when_all_is_over(shop: Any, desk: StepDesk) -> None:
    leave_to_people(shop)
    await shop.incident()
    await desk.ask("inc_1", "auto_reply", "agent:mara")
    await shop.writes()
    await shop.step()
    await shop.incident("closed")
    await shop.step()
    await shop.step()
    assert shop.read_back == []
    for step in ("drain", "read_back", "thank"):
        await desk.ask("inc_1", step, "agent:mara")
    for _ in range(3):
        await shop.step()
    assert [channel for channel, _ in shop.read_back] == [IG]
    assert len(shop.sent(IG)) == 1


async def test_steps_are_refused_with_a_reason(shop: Any, desk: StepDesk) -> None:
    await shop.incident()
    with pytest.raises(StepRefusedError, match="by itself"):
        await desk.ask("inc_1", "hold", "agent:mara")
    with pytest.raises(StepRefusedError, match="no step dance"):
        await desk.ask("inc_1", "dance", "agent:mara")
    leave_to_people(shop)
    with pytest.raises(StepRefusedError, match="when it works again"):
        await desk.ask("inc_1", "thank", "agent:mara")
    await shop.incident("closed")
    with pytest.raises(StepRefusedError, match="while it fails"):
        await desk.ask("inc_1", "hold", "agent:mara")
    with pytest.raises(LookupError):
        await desk.ask("inc_9", "hold", "agent:mara")
