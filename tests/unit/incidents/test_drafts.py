"""Drafts for the public: from facts, edited by people, told once."""

from typing import Any

import pytest

from holdfast.incidents import DraftGoneError, Rule
from holdfast.incidents.store import drafts_of
from holdfast.radar import Cause, IncidentState


async def drafts(office: Any) -> list[tuple[str, str]]:
    rows = await office.database.read(drafts_of, "inc_1")
    return [(row["stage"], row["state"]) for row in rows]


async def newest(office: Any) -> Any:
    return (await office.database.read(drafts_of, "inc_1"))[-1]


async def test_a_draft_says_what_fails_since_when_and_where_else_we_are(office: Any) -> None:
    await office.begin()
    await office.drafter.step()
    assert (await newest(office))["text"] == (
        "Instagram is not accepting messages since 11:59 UTC on 22 September. "
        "Our answers on Instagram may arrive late. "
        "Nothing is lost: what cannot go now waits and goes out in order. "
        "You can reach us here in the meantime: WhatsApp +31 20 000 0000."
    )


async def test_our_own_failure_is_called_ours(office: Any) -> None:
    await office.begin(cause=Cause.UPLINK)
    await office.drafter.step()
    assert "It is our own connection to the internet" in (await newest(office))["text"]


async def test_a_draft_goes_out_by_itself_after_a_while_and_once(office: Any) -> None:
    await office.begin()
    await office.drafter.step()
    office.clock.ms += 5 * 60_000 - 1
    await office.drafter.step()
    assert await drafts(office) == [("identified", "draft")]
    office.clock.ms += 1
    for _ in range(3):
        await office.drafter.step()
    assert await drafts(office) == [("identified", "published")]
    assert len([text for text in await office.story() if "since 11:59 UTC" in text]) == 1
    [line] = (await office.incident()).updates[1:]
    assert (line.kind.value, line.public) == ("identified", True)


async def test_each_turn_of_the_incident_has_its_draft_and_an_older_one_is_withdrawn(office: Any) -> None:
    await office.begin()
    await office.drafter.step()
    office.clock.ms += 60_000
    await office.move(IncidentState.RECOVERING)
    await office.drafter.step()
    assert "Instagram began to work again at 12:01 UTC" in (await newest(office))["text"]
    office.clock.ms += 60_000
    await office.move(IncidentState.CLOSED)
    await office.drafter.step()
    assert await drafts(office) == [
        ("identified", "withdrawn"),
        ("monitoring", "withdrawn"),
        ("resolved", "draft"),
    ]
    assert (await newest(office))["text"] == (
        "Instagram works again. It failed from 11:59 UTC on 22 September for 2 minutes. No message was lost. "
        "Thank you for your patience."
    )


async def test_what_a_person_edited_goes_out_by_a_person_only(office: Any) -> None:
    await office.begin()
    await office.drafter.step()
    draft = await newest(office)
    await office.desk.edit_draft("inc_1", "identified", draft["round"], "We are on it.", "Mara")
    office.clock.ms += 60 * 60_000
    await office.drafter.step()
    assert (await newest(office))["text"] == "We are on it."
    assert await drafts(office) == [("identified", "draft")]
    await office.desk.publish_draft("inc_1", "identified", draft["round"], "Mara")
    assert (await office.story())[-1] == "We are on it."
    for act in (office.desk.publish_draft, office.desk.discard_draft):
        with pytest.raises(DraftGoneError):
            await act("inc_1", "identified", draft["round"], "Mara")
    with pytest.raises(DraftGoneError):
        await office.desk.edit_draft("inc_1", "identified", draft["round"], "Late.", "Mara")
    audited = [row["action"] for row in await office.rows("SELECT action FROM audit_entry ORDER BY id")]
    assert audited == ["draft.edited", "draft.published"]


async def test_a_discarded_draft_is_not_told_nor_written_again(office: Any) -> None:
    await office.begin()
    await office.drafter.step()
    await office.desk.discard_draft("inc_1", "identified", (await newest(office))["round"], "Mara")
    office.clock.ms += 60 * 60_000
    await office.drafter.step()
    assert await drafts(office) == [("identified", "discarded")]
    assert len(await office.story()) == 1


async def test_drafts_wait_for_a_person_where_the_playbook_says_so(office: Any) -> None:
    office.rule = Rule("draft", 0)
    await office.begin()
    for _ in range(3):
        office.clock.ms += 60 * 60_000
        await office.drafter.step()
    assert await drafts(office) == [("identified", "draft")]


async def test_no_draft_is_written_where_the_playbook_is_silent(office: Any) -> None:
    office.rule = Rule("off", 0)
    await office.begin()
    await office.drafter.step()
    assert await drafts(office) == []
