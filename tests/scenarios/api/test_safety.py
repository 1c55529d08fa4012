"""Agents keep members safe over HTTP; members complain, take everything along and leave."""

from typing import Any

import pytest


async def guest(hub: Any, name: str) -> dict[str, Any]:
    answer = await hub.client.post("/direct/v1/guests", json={"name": name})
    made: dict[str, Any] = answer.json()
    return {"id": made["member"]["id"], "headers": {"authorization": f"Bearer {made['token']}"}}


async def ask(hub: Any, person: dict[str, Any], method: str, path: str, body: Any = None) -> Any:
    return await hub.client.request(method, f"/direct/v1/{path}", json=body, headers=person["headers"])


async def test_a_complaint_reaches_the_agents_and_is_decided(hub: Any) -> None:
    ann, eve = await guest(hub, "Ann"), await guest(hub, "Eve")
    report = {"member": eve["id"], "reason": "spam", "text": "<b>Look</b>"}
    assert (await ask(hub, ann, "POST", "reports", report)).status_code == 202
    assert (await hub.get("/safety/open")).json() == {"open": 1}
    [complaint] = (await hub.get("/safety/complaints")).json()["items"]
    assert (complaint["by"]["name"], complaint["about"]["name"], complaint["text"]) == (
        "Ann",
        "Eve",
        "<b>Look</b>",
    )
    path = f"/safety/complaints/{complaint['id']}/verdict"
    assert (await hub.send("POST", path, {"decision": "warn"})).status_code == 422
    assert (await hub.send("POST", path, {"decision": "warn", "text": "Be kind."})).status_code == 204
    assert (await hub.send("POST", path, {"decision": "dismiss"})).status_code == 422
    notice = (await ask(hub, eve, "GET", "me")).json()["notice"]
    assert notice["text"] == "Be kind."
    assert "complaint.warn" in {entry["action"] for entry in (await hub.get("/audit")).json()["items"]}
    assert (
        await hub.send("POST", "/safety/complaints/cpl_x/verdict", {"decision": "dismiss"})
    ).status_code == 404


async def test_a_banned_member_is_out_at_once(hub: Any) -> None:
    eve = await guest(hub, "Eve")
    path = f"/safety/members/{eve['id']}/standing"
    assert (await hub.send("PUT", path, {"standing": "banned"})).status_code == 422
    banned = await hub.send("PUT", path, {"standing": "banned", "reason": "Spam."})
    assert (banned.status_code, banned.json()["standing"]) == (200, "banned")
    assert (await ask(hub, eve, "GET", "me")).status_code == 401
    found = (await hub.get("/safety/members", standing="in_question")).json()["items"]
    assert [each["id"] for each in found] == [eve["id"]]
    assert (await hub.send("PUT", path, {"standing": "good"})).json()["standing"] == "good"
    assert (await hub.send("PUT", "/safety/members/mem_x/standing", {"standing": "good"})).status_code == 404


async def test_nothing_is_taken_from_a_network_that_is_kept_out(hub: Any) -> None:
    eve = await guest(hub, "Eve")
    rule = await hub.send("POST", "/safety/rules", {"kind": "network", "value": "127.0.0.0/8", "note": "x"})
    assert rule.status_code == 201, rule.text
    refused = await ask(hub, eve, "GET", "me")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    assert (await hub.send("DELETE", f"/safety/rules/{rule.json()['id']}")).status_code == 204
    assert (await ask(hub, eve, "GET", "me")).status_code == 200
    assert (await hub.get("/safety/rules")).json() == {"items": []}


async def test_limits_are_read_and_set(hub: Any) -> None:
    before = (await hub.get("/safety/settings")).json()
    assert before == {"links": "members", "new_hours": 24, "same_text_threads": 5}
    after = {**before, "links": "settled"}
    assert (await hub.send("PUT", "/safety/settings", after)).json() == after
    assert (await hub.get("/safety/settings")).json() == after
    for wrong in ({"links": "some"}, {"new_hours": -1}, {"same_text_threads": 0}, []):
        assert (await hub.send("PUT", "/safety/settings", wrong)).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/safety/complaints", "read"),
        ("GET", "/safety/members", "read"),
        ("GET", "/safety/rules", "read"),
        ("POST", "/safety/rules", "read"),
        ("PUT", "/safety/members/mem_1/standing", "read"),
        ("GET", "/safety/members/mem_1/export", "write"),
        ("DELETE", "/safety/members/mem_1", "write"),
        ("PUT", "/safety/settings", "write"),
    ],
)
async def test_who_may_not_is_refused(hub: Any, method: str, path: str, scope: str) -> None:
    body = None if method in {"GET", "DELETE"} else {}
    assert (await hub.send(method, path, body, scope=scope)).status_code == 403


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "word", "value": ""},
        {"kind": "network", "value": "0.0.0.0/0"},
        {"kind": "domain", "value": "<script>"},
        {"kind": "email", "value": "x"},
    ],
)
async def test_wrong_rules_are_refused_with_a_sentence(hub: Any, rule: dict[str, str]) -> None:
    refused = await hub.send("POST", "/safety/rules", rule)
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "value")


async def test_a_member_takes_everything_along_and_leaves(hub: Any) -> None:
    ann = await guest(hub, "Ann")
    await ask(hub, ann, "POST", "threads/business:web/messages", {"id": "a", "text": "Hello"})
    await hub.applied(1)
    answer = await ask(hub, ann, "GET", "me/export")
    assert "attachment" in answer.headers["content-disposition"]
    assert [said["text"] for said in answer.json()["business"]] == ["Hello"]
    assert (await hub.get(f"/safety/members/{ann['id']}/export")).json()["member"] == answer.json()["member"]
    assert (await ask(hub, ann, "DELETE", "me")).status_code == 204
    assert (await ask(hub, ann, "GET", "me")).status_code == 401
    assert (await hub.get(f"/safety/members/{ann['id']}")).status_code == 404
    [message] = await hub.applied(1)
    assert message["text"] == "Hello"


async def test_agents_delete_a_member(hub: Any) -> None:
    ann = await guest(hub, "Ann")
    assert (await hub.send("DELETE", f"/safety/members/{ann['id']}")).status_code == 204
    assert (await hub.send("DELETE", f"/safety/members/{ann['id']}")).status_code == 404
    assert (await ask(hub, ann, "GET", "me")).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"reason": "hate"}, 400),
        ({"reason": "spam"}, 400),
        ({"reason": "spam", "message": "mem_x:\0' --"}, 403),
        ({"reason": "spam", "member": "mem_none"}, 202),
        ({"reason": "spam", "member": "mem_none", "text": "x" * 5000}, 400),
        ({"reason": "spam", "member": "business"}, 400),
    ],
)
async def test_odd_complaints_are_answered(hub: Any, body: dict[str, str], status: int) -> None:
    ann = await guest(hub, "Ann")
    assert (await ask(hub, ann, "POST", "reports", body)).status_code == status
    assert (await hub.get("/safety/open")).json() == {"open": 0}


async def test_words_to_members_are_judged_and_words_to_the_business_are_not(hub: Any) -> None:
    await hub.send("POST", "/safety/rules", {"kind": "word", "value": "free coins"})
    ann = await guest(hub, "Ann")
    sent = await ask(hub, ann, "POST", "threads/business:web/messages", {"id": "a", "text": "Free coins?"})
    assert sent.status_code == 202
    member = await hub.members.get(ann["id"])
    assert "not allowed" in hub.desk.safety.problem(member, "thr_1", "free COINS here")
