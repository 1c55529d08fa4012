"""Labels, notes, teams; and conversations that find an agent by themselves."""

from typing import Any

import pytest

from holdfast.channels.contract import MessageReceived
from holdfast.work import Decision, Giver, TakenError, Team, UnknownError, WorkRefusedError, set_capacity
from holdfast.work.assigning import Candidate, choose_agent

IG = "instagram:shop"
MARA = "agent:agt_mara"
AGENTS = ("agt_a", "agt_b", "agt_c")


@pytest.fixture
async def shop(hub: Any) -> Any:
    hub.add(IG)
    hub.add("sms:shop")
    for agent in AGENTS:
        await hub.run(
            "INSERT INTO agent (id, email, name, password_hash, role, created_at) "
            "VALUES (:id, :id, :id, '', 'agent', 0)",
            id=agent,
        )
    return hub


async def written(shop: Any, who: str, channel: str = IG) -> None:
    shop.clock.move(1)
    at = shop.clock.now_ms()
    await shop.arrive(channel, MessageReceived(external_id=f"{who}{at}", address=who, at=at, text="Hello"))


async def _nothing_first(_events: Any) -> None:
    """No rules here."""


async def given(shop: Any) -> dict[str, str | None]:
    """Who has whose conversation, after the giver has looked at everything that happened."""
    giver = Giver(
        database=shop.database, events=shop.events, clock=shop.clock, ids=shop.ids, first=_nothing_first
    )
    await giver.give(await shop.told("message.received"))
    rows = await shop.rows(
        "SELECT address.value, conversation.assignee_id FROM conversation "
        "JOIN address ON address.contact_id = conversation.contact_id ORDER BY address.value"
    )
    return {row["value"]: row["assignee_id"] for row in rows}


def candidate(name: str, waiting: int = 0, given_at: int = 0, capacity: int = 3) -> Candidate:
    return Candidate(name, waiting, capacity, given_at)


@pytest.mark.parametrize(
    ("policy", "candidates", "chosen"),
    [
        ("round_robin", [candidate("a", given_at=5), candidate("b", 2, given_at=4)], "b"),
        ("load", [candidate("a", 1, given_at=9), candidate("b", 2)], "a"),
        ("load", [candidate("a", 1, given_at=9), candidate("b", 1)], "b"),
        ("round_robin", [candidate("a", 3), candidate("b", 2, given_at=9)], "b"),
        ("load", [candidate("a", 3)], None),
        ("manual", [candidate("a")], None),
        ("load", [], None),
    ],
)
def test_who_is_next(policy: str, candidates: list[Candidate], chosen: str | None) -> None:
    assert choose_agent(policy, candidates) == chosen


async def test_what_arrives_goes_round_the_team_of_its_channel(shop: Any) -> None:
    team = await shop.work.put_team(Team("", "Shop", "round_robin", (IG,), AGENTS), MARA)
    for who in ("p1", "p2", "p3", "p4"):
        await written(shop, who)
    await written(shop, "s1", "sms:shop")
    found = await given(shop)
    assert sorted(str(found[who]) for who in ("p1", "p2", "p3")) == sorted(AGENTS)
    assert found["p4"] == found["p1"]
    assert found["s1"] is None
    assert {row["team_id"] for row in await shop.rows("SELECT team_id FROM conversation")} == {team.id, None}
    assert await given(shop) == found


async def test_nobody_is_given_more_than_they_can_take_or_anything_while_away(shop: Any) -> None:
    await shop.work.put_team(Team("", "Shop", "load", (IG,), AGENTS[:2]), MARA)
    await shop.database.write(set_capacity, "agt_a", 1)
    await shop.work.set_away("agt_b", away=True)
    await written(shop, "p1")
    await written(shop, "p2")
    assert await given(shop) == {"p1": "agt_a", "p2": None}
    await shop.work.set_away("agt_b", away=False)
    await written(shop, "p2")
    assert await given(shop) == {"p1": "agt_a", "p2": "agt_b"}


async def test_what_somebody_has_is_not_given_to_another(shop: Any) -> None:
    await shop.work.put_team(Team("", "Shop", "round_robin", (IG,), AGENTS), MARA)
    await written(shop, "p1")
    row = await shop.one("SELECT id FROM conversation")
    await shop.work.decide([row["id"]], Decision(assignee="agt_c"), "agent:agt_c")
    assert await given(shop) == {"p1": "agt_c"}


async def test_labels_have_names_of_their_own_and_come_back(shop: Any) -> None:
    red = await shop.work.add_label("  Very   urgent ", "red", MARA)
    assert red.name == "Very urgent"
    with pytest.raises(TakenError):
        await shop.work.add_label("Very urgent", "blue", MARA)
    other = await shop.work.add_label("Later", "grey", MARA)
    with pytest.raises(TakenError):
        await shop.work.change_label(other.id, "Very urgent", "grey", MARA)
    await shop.work.remove_label(red.id, MARA)
    assert [each.name for each in await shop.work.labels()] == ["Later"]
    with pytest.raises(UnknownError):
        await shop.work.remove_label(red.id, MARA)
    assert (await shop.work.add_label("Very urgent", "amber", MARA)).id == red.id
    for wrong in ("", " ", "x" * 61):
        with pytest.raises(WorkRefusedError):
            await shop.work.add_label(wrong, "red", MARA)


async def test_teams_share_no_channel_and_no_name(shop: Any) -> None:
    shop_team = await shop.work.put_team(Team("", "Shop", "manual", (IG,), ("agt_a", "agt_a")), MARA)
    assert (await shop.work.teams())[0].agents == ("agt_a",)
    with pytest.raises(TakenError, match="is the business of"):
        await shop.work.put_team(Team("", "Other", "manual", (IG,)), MARA)
    with pytest.raises(TakenError, match="already"):
        await shop.work.put_team(Team("", "Shop", "manual"), MARA)
    with pytest.raises(UnknownError):
        await shop.work.put_team(Team("", "Ghosts", "manual", (), ("agt_none",)), MARA)
    await shop.work.remove_team(shop_team.id, MARA)
    assert await shop.work.teams() == []


async def test_a_note_names_people_who_see_that_once(shop: Any) -> None:
    await written(shop, "p1")
    row = await shop.one("SELECT id FROM conversation")
    note = await shop.work.add_note(row["id"], "Look <b>here</b>", ["agt_b"], "agent:agt_a")
    assert (note.author_name, note.mentions) == ("agt_a", ("agt_b",))
    assert [event.body for event in await shop.told("note.changed")] == [{"note_id": note.id}]
    await shop.work.see_mentions(row["id"], "agent:agt_b")
    assert (await shop.one("SELECT seen_at FROM mention"))["seen_at"] == shop.clock.now_ms()
    changed = await shop.work.edit_note(note.id, "Never mind", [], "agent:agt_a")
    assert (changed.text, changed.mentions) == ("Never mind", ())
    with pytest.raises(WorkRefusedError, match="Only whoever wrote"):
        await shop.work.edit_note(note.id, "Mine", [], "agent:agt_b")
    await shop.work.remove_note(note.id, "agent:agt_a")
    assert await shop.work.notes(row["id"]) == []
    with pytest.raises(UnknownError):
        await shop.work.remove_note(note.id, "agent:agt_a")
    with pytest.raises(WorkRefusedError):
        await shop.work.add_note(row["id"], " \0 ", [], "agent:agt_a")
    with pytest.raises(UnknownError):
        await shop.work.add_note("cnv_none", "x", [], "agent:agt_a")
