"""Reports on a whole hub, on both databases: taken from anyone, counted once, shown to programs."""

import time
from typing import Any

from holdfast.app.services import tracker_of
from holdfast.radar.reports import Cell, Symptom

CELL = {
    "platform": "instagram",
    "symptom": "cannot_send",
    "surface": "app",
    "country": "US",
    "city": "Phoenix",
}


async def reported(hub: Any, **fields: str) -> Any:
    return await hub.client.post(
        "/report", json=fields, headers={"user-agent": fields.pop("agent", "a phone")}
    )


async def test_a_report_is_counted_once_and_shown(hub: Any) -> None:
    tracker = tracker_of(hub.hub)
    first = await reported(hub, symptom="sign_in", platform="instagram", place="Mumbai")
    again = await reported(hub, symptom="sign_in", platform="instagram", place="Mumbai")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["id"] == first.json()["id"]
    shown = await tracker.publish()
    instagram = next(each for each in shown.platforms if each.platform == "instagram")
    assert (instagram.total, instagram.peak_count) == (1, 1)
    assert [part.label for part in instagram.cities] == ["Mumbai, India"]
    details = {"report": first.json()["id"], "surface": "web", "place": "Delhi"}
    assert (await hub.client.post("/report/details", json=details)).status_code == 200
    [instagram] = [each for each in (await tracker.publish()).platforms if each.platform == "instagram"]
    assert [part.label for part in instagram.cities] == ["Delhi, India"]
    assert [(part.id, part.count) for part in instagram.surfaces] == [("web", 1)]


async def test_one_network_is_shown_in_part_and_decides_nothing(hub: Any) -> None:
    for number in range(40):
        await reported(hub, symptom="feed", platform="instagram", agent=f"phone {number}")
    shown = await tracker_of(hub.hub).publish()
    instagram = next(each for each in shown.platforms if each.platform == "instagram")
    assert (instagram.recent, instagram.hidden) == (20, 20)
    assert instagram.concluded.title == "Nothing unusual at Instagram"
    assert "from one network" in instagram.concluded.lead
    assert await hub.hub.reports.observe() == []


async def test_many_networks_are_believed_and_become_evidence(hub: Any) -> None:
    cell = Cell(platform="instagram", symptom=Symptom.FEED, country="US")
    for number in range(30):
        await hub.hub.reports.take(cell, address=f"10.1.{number}.1", agent="a phone")
    shown = await tracker_of(hub.hub).publish()
    instagram = next(each for each in shown.platforms if each.platform == "instagram")
    assert instagram.concluded.title == "Most likely a problem at Instagram"
    told = await hub.hub.reports.observe()
    assert {seen.channel.partition(":")[0] for seen in told} == {"instagram"}
    assert {(seen.kind.value, seen.result.value, seen.detail, seen.region) for seen in told} == {
        ("report", "fail", "feed", "US")
    }
    assert all(1 < seen.strength <= 6 for seen in told)


async def test_reports_gathered_elsewhere_count_and_are_no_evidence(hub: Any) -> None:
    now = time.time_ns() // 1_000_000
    items = [
        {**CELL, "at": now, "count": 300},
        {**CELL, "at": now - 86_400_000, "count": 4, "city": "Atlantis"},
    ]
    counted = await hub.send("POST", "/reports", {"items": items})
    assert (counted.status_code, counted.json()) == (201, {"counted": 304})
    shown = await tracker_of(hub.hub).publish()
    assert next(each for each in shown.platforms if each.platform == "instagram").total >= 300
    assert await hub.hub.reports.observe() == []
    assert (await hub.get("/reports")).status_code == 200


async def test_what_cannot_be_counted_is_refused_whole(hub: Any) -> None:
    now = time.time_ns() // 1_000_000
    for item, field in (
        ({**CELL, "at": now - 30 * 86_400_000}, "at"),
        ({**CELL, "at": now + 3_600_000}, "at"),
        ({**CELL, "at": now, "platform": "myspace"}, "platform"),
    ):
        refused = await hub.send("POST", "/reports", {"items": [{**CELL, "at": now}, item]})
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, field)
    assert (await hub.send("POST", "/reports", {"items": []})).status_code == 400
    assert (
        await hub.send("POST", "/reports", {"items": [{**CELL, "at": now}]}, scope="read")
    ).status_code == 403
    shown = await tracker_of(hub.hub).publish()
    assert all(each.total == 0 for each in shown.platforms)
