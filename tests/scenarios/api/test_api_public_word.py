"""Maintenance and subscribers over the API: who may do what, and what is refused how."""

import time
from typing import Any

HOUR_MS = 3_600_000


def work(**more: Any) -> dict[str, Any]:
    start = time.time_ns() // 1_000_000 + HOUR_MS
    return {"title": "New telephone line", "text": "", "starts_at": start, "ends_at": start + HOUR_MS, **more}


async def test_maintenance_is_announced_changed_and_called_off(hub: Any) -> None:
    given = work()
    made = (await hub.send("POST", "/maintenances", given, scope="write")).json()
    path = f"/maintenances/{made['id']}"
    later = {"starts_at": given["starts_at"] + HOUR_MS, "ends_at": given["ends_at"] + HOUR_MS}
    changed = await hub.send("PATCH", path, {"text": "All calls wait.", **later}, scope="write")
    assert changed.status_code == 200
    assert changed.json() == {**made, "text": "All calls wait.", **later}
    wrong = await hub.send("PATCH", path, {"ends_at": given["starts_at"]}, scope="write")
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "ends_at")
    assert (await hub.send("PATCH", path, {"title": ""}, scope="write")).status_code == 400
    assert (await hub.send("POST", f"{path}/cancel", scope="write")).json()["state"] == "cancelled"
    over = await hub.send("PATCH", path, {"text": "x"}, scope="write")
    assert (over.status_code, over.json()["error"]["code"]) == (409, "wrong_time")
    assert (await hub.send("PATCH", "/maintenances/mnt_none", {"text": "x"})).status_code == 404


async def test_viewers_read_maintenance_and_only_owners_see_subscribers(hub: Any) -> None:
    made = (await hub.send("POST", "/maintenances", work(), scope="write")).json()
    changed = await hub.send("PATCH", f"/maintenances/{made['id']}", {"text": "x"}, scope="read")
    assert changed.status_code == 403
    assert (await hub.send("GET", "/maintenances", scope="read")).status_code == 200
    for path in ("/subscribers", "/subscribers/counts"):
        for scope in ("read", "write"):
            assert (await hub.send("GET", path, scope=scope)).status_code == 403


async def test_subscribers_are_counted_listed_by_state_and_removed(hub: Any) -> None:
    """This hub has no mail: webhooks are asked."""
    for name in ("one", "two"):
        body = {"kind": "webhook", "address": f"https://93.184.216.34/{name}"}
        assert (await hub.send("POST", "/subscribers", body, scope="admin")).json() == {"state": "asked"}
    counts = (await hub.send("GET", "/subscribers/counts", scope="admin")).json()["items"]
    assert counts == [{"kind": "webhook", "state": "asked", "count": 2}]
    listed = (await hub.send("GET", "/subscribers?state=asked", scope="admin")).json()["items"]
    assert [each["address"][-3:] for each in listed] == ["one", "two"]
    assert (await hub.send("GET", "/subscribers?state=active", scope="admin")).json()["items"] == []
    assert (await hub.send("GET", "/subscribers?state=x", scope="admin")).status_code == 400
    for each in listed:
        path = f"/subscribers/{each['id']}"
        assert (await hub.send("DELETE", path, scope="admin")).status_code == 204
        assert (await hub.send("DELETE", path, scope="admin")).status_code == 404
