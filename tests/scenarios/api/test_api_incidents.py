"""People's decisions about incidents over the HTTP interface."""

from typing import Any

import pytest

from holdfast.channels.contract import Capability
from holdfast.radar import Cause, Component, IncidentState, UpdateKind
from holdfast.radar.incidents import Casebook, write_changes
from holdfast.radar.incidents.shape import begun, shaped
from holdfast.storage import Tx

IG, WA = "instagram:shop", "whatsapp:shop"


def component(channel: str, place: str, at: int) -> Component:
    return Component(
        channel=channel,
        domain="meta",
        place=place,
        capabilities=(Capability.SEND,),
        cause=Cause.PLATFORM,
        cause_since=at,
        title=f"{place} is not accepting messages",
        state=IncidentState.OPEN,
        onset_at=at - 60_000,
        joined_at=at,
    )


async def write(tx: Tx, changes: Any, now: int) -> None:
    await write_changes(tx, changes, now=now)


@pytest.fixture
async def incident(hub: Any) -> str:
    """Of Instagram and WhatsApp."""
    now = hub.hub.clock.now_ms()
    first, second = component(IG, "Instagram", now), component(WA, "WhatsApp", now)
    whole = shaped(begun(first, incident_id="inc_1", opened_at=now), [first, second])
    casebook = Casebook([], now=now, new_id=lambda: "inc_1")
    casebook.put(whole, UpdateKind.OPENED, f"{whole.title}.")
    await hub.hub.database.write(write, casebook.changes(), now)
    return "/incidents/inc_1"


async def test_an_incident_is_named_closed_and_opened_again(hub: Any, incident: str) -> None:
    named = (await hub.send("PATCH", incident, {"title": "Meta is down"}, scope="write")).json()
    assert (named["title"], bool(named["titled_by"])) == ("Meta is down", True)
    assert [part["channel"] for part in named["components"]] == [IG, WA]
    closed = (await hub.send("POST", f"{incident}/close")).json()
    assert (closed["state"], bool(closed["closed_by"])) == ("closed", True)
    again = await hub.send("POST", f"{incident}/close")
    assert (again.status_code, again.json()["error"]["message"]) == (422, "The incident is over already.")
    opened = (await hub.send("POST", f"{incident}/reopen")).json()
    assert (opened["state"], opened["closed_by"]) == ("open", "")
    actions = [entry["action"] for entry in (await hub.get("/audit")).json()["items"]]
    assert {"incident.renamed", "incident.closed", "incident.reopened"} <= set(actions)


async def test_an_incident_is_split_and_merged(hub: Any, incident: str) -> None:
    own = (await hub.send("POST", f"{incident}/split", {"channels": [WA]})).json()
    assert own["title"] == "WhatsApp is not accepting messages"
    refused = await hub.send("POST", f"{incident}/split", {"channels": [IG]})
    assert refused.status_code == 422
    merged = (await hub.send("POST", f"{incident}/merge", {"incident_id": own["id"]})).json()
    assert len(merged["components"]) == 2
    over = (await hub.get(f"/incidents/{own['id']}")).json()
    assert (over["state"], over["merged_into"]) == ("closed", "inc_1")


async def test_drafts_are_edited_and_told_once(hub: Any, incident: str) -> None:
    now = hub.hub.clock.now_ms()
    await hub.hub.database.write(make_draft, now)
    draft = f"{incident}/drafts/identified/{now}"
    [edited] = (await hub.send("PUT", draft, {"text": "We are on it."})).json()["items"]
    assert (edited["text"], edited["state"], bool(edited["edited_by"])) == ("We are on it.", "draft", True)
    told = (await hub.send("POST", f"{draft}/publish")).json()
    assert told["updates"][-1]["text"] == "We are on it."
    for method, path, body in (
        ("POST", f"{draft}/publish", None),
        ("DELETE", draft, None),
        ("PUT", draft, {"text": "Late."}),
    ):
        assert (await hub.send(method, path, body)).status_code == 422
    assert (await hub.send("POST", f"{incident}/drafts/nonsense/1/publish")).status_code in (400, 404)


async def make_draft(tx: Tx, at: int) -> None:
    await tx.run(
        "INSERT INTO incident_draft (incident_id, stage, round, text, state, made_at) "
        "VALUES ('inc_1', 'identified', :at, 'It fails.', 'draft', :at)",
        at=at,
    )


async def test_a_post_mortem_is_told_as_data_and_as_a_document(hub: Any, incident: str) -> None:
    await hub.send("PATCH", incident, {"summary": "It fell.", "will_change": "Nothing."})
    told = (await hub.get(f"{incident}/post-mortem")).json()
    assert (told["summary"], told["detected_after_ms"], told["counts"]["lost"]) == ("It fell.", 60_000, 0)
    document = await hub.get(f"{incident}/post-mortem.md")
    assert document.headers["content-type"] == "text/markdown; charset=utf-8"
    assert document.text.startswith("# Instagram and WhatsApp are failing (both run by Meta)\n")
    assert "## What we will change\n\nNothing." in document.text


@pytest.mark.parametrize("what", ["close", "reopen", "post-mortem", "post-mortem.md"])
async def test_there_is_nothing_to_do_with_what_is_not_there(hub: Any, what: str) -> None:
    method = "GET" if what.startswith("post") else "POST"
    assert (await hub.send(method, f"/incidents/inc_none/{what}")).status_code == 404


async def test_who_may_only_read_decides_nothing(hub: Any, incident: str) -> None:
    refused = await hub.send("POST", f"{incident}/close", scope="read")
    assert refused.status_code == 403
    assert (await hub.get(f"{incident}/post-mortem", scope="read")).status_code == 200


async def test_an_outage_is_read_and_acted_on(hub: Any, incident: str) -> None:
    reach = (await hub.get(f"{incident}/unreachable")).json()
    assert (reach["people"], reach["items"], reach["is_whole"]) == (0, [], True)
    assert (await hub.get(f"{incident}/messages")).json() == {"items": [], "next": None}
    assert (await hub.get(f"{incident}/messages", outcome="eaten")).status_code == 400
    assert (await hub.get(f"{incident}/messages", before="nonsense")).status_code == 400
    steps = (await hub.get(f"{incident}/steps")).json()["items"]
    assert {each["mode"] for each in steps} == {"automatic"}
    refused = await hub.send("POST", f"{incident}/steps/hold", scope="write")
    assert (refused.status_code, refused.json()["error"]["message"]) == (
        422,
        "The playbook does this by itself.",
    )
    assert (await hub.send("POST", f"{incident}/steps/hold", scope="read")).status_code == 403
    for path in ("messages", "unreachable", "steps"):
        assert (await hub.get(f"/incidents/inc_9/{path}")).status_code == 404
    assert (await hub.send("POST", "/incidents/inc_9/steps/hold", scope="write")).status_code == 404


async def test_how_it_ended_is_put_away(hub: Any, incident: str) -> None:
    assert (await hub.get("/incidents/over")).json()["items"] == []
    await hub.send("POST", f"{incident}/close", scope="write")
    [card] = (await hub.get("/incidents/over")).json()["items"]
    assert (card["incident_id"], card["held"], card["lost"]) == ("inc_1", 0, 0)
    assert (await hub.send("POST", f"{incident}/dismiss", scope="read")).status_code == 204
    over = await hub.get("/incidents/over", scope="read")
    assert over.json()["items"] == []
