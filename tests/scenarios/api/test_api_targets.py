"""Targets over the HTTP interface: who may, what is refused, and what a conversation tells of its clocks."""

from typing import Any

import pytest

HOUR = 3_600_000
SHOP = {"name": "Shop", "first_within_ms": HOUR}


async def test_targets_are_kept_in_their_order_by_whoever_may_rule(hub: Any) -> None:
    assert (await hub.send("POST", "/targets", SHOP, scope="write")).status_code == 403
    shop = (await hub.send("POST", "/targets", SHOP)).json()
    sms = (await hub.send("POST", "/targets", {**SHOP, "name": "SMS", "channels": ["sms:shop"]})).json()
    ordered = await hub.send("PUT", "/targets/order", {"ids": [sms["id"], shop["id"]]})
    assert [each["name"] for each in ordered.json()["items"]] == ["SMS", "Shop"]
    changed = await hub.send("PUT", f"/targets/{shop['id']}", {**SHOP, "in_hours": True})
    assert (changed.json()["in_hours"], changed.json()["first_within_ms"]) == (True, HOUR)
    assert (await hub.send("DELETE", f"/targets/{sms['id']}")).status_code == 204
    assert [each["id"] for each in (await hub.get("/targets", scope="read")).json()["items"]] == [shop["id"]]
    trail = (await hub.get("/audit", action="target.")).json()["items"]
    assert {each["action"] for each in trail} == {
        "target.added",
        "target.ordered",
        "target.changed",
        "target.removed",
    }


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({**SHOP, "name": "\0 "}, 422, "name"),
        ({"name": "Nothing"}, 422, "first_within_ms"),
        ({**SHOP, "next_within_ms": 1}, 422, "next_within_ms"),
        ({**SHOP, "resolved_within_ms": 31 * 24 * HOUR}, 422, "resolved_within_ms"),
        ({**SHOP, "channels": ["fax:1"]}, 422, "channels"),
        ({**SHOP, "label": "lab_none"}, 422, "label"),
        ({**SHOP, "first_within_ms": -1}, 400, ""),
        ({"first_within_ms": HOUR}, 400, ""),
    ],
)
async def test_what_cannot_be_promised_is_refused(
    hub: Any, body: dict[str, Any], status: int, field: str
) -> None:
    refused = await hub.send("POST", "/targets", body)
    assert refused.status_code == status, refused.text
    if field:
        assert refused.json()["error"]["field"] == field


async def test_what_is_not_there_is_not_found_and_a_name_is_taken_once(hub: Any) -> None:
    assert (await hub.send("PUT", "/targets/tgt_none", SHOP)).status_code == 404
    assert (await hub.send("DELETE", "/targets/tgt_none")).status_code == 404
    assert (await hub.get("/conversations/cnv_none/targets")).status_code == 404
    assert (await hub.send("POST", "/targets", SHOP)).status_code == 201
    assert (await hub.send("POST", "/targets", SHOP)).status_code == 409
    assert (await hub.send("PUT", "/targets/order", {"ids": []})).status_code == 422
    assert (await hub.get("/conversations", due="never")).status_code == 400


async def test_a_conversation_tells_its_clocks_and_a_view_may_ask_for_what_is_due(hub: Any) -> None:
    await hub.send("POST", "/targets", {**SHOP, "resolved_within_ms": 48 * HOUR})
    conversation = await hub.first_conversation()
    keeper = hub.hub.team.target_keeper
    await keeper.follow(await hub.hub.events.after(0))
    found = (await hub.get(f"/conversations/{conversation}")).json()
    assert [each["promise"] for each in found["timers"]] == ["first", "resolve"]
    assert found["answer_by"] == found["timers"][0]["due_at"]
    soon = (await hub.get("/conversations", due="soon")).json()["items"]
    assert [each["id"] for each in soon] == [conversation]
    assert (await hub.get("/conversations", due="overdue")).json()["items"] == []
    counts = (await hub.get("/conversations/counts")).json()
    assert (counts["due_soon"], counts["overdue"]) == (1, 0)
