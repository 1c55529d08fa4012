"""What the work comes to, over the HTTP interface."""

import csv
import io
from typing import Any

import pytest

from holdfast.app.announcements import weekly_of
from holdfast.figures import FigureKeeper


async def counted(hub: Any) -> None:
    keeper = FigureKeeper(database=hub.hub.database, clock=Later(hub.hub.clock))
    while await keeper.step():
        pass


class Later:
    """A clock that is ahead, so that what was stored just now is counted."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock

    def now_ms(self) -> int:
        return int(self._clock.now_ms()) + 120_000

    def monotonic(self) -> float:
        return float(self._clock.monotonic())

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


async def test_figures_are_read_in_every_way(hub: Any) -> None:
    await hub.write_in(1)
    await hub.hub.applier.apply_batch()
    await counted(hub)
    told = (await hub.get("/figures", scope="read", days=7, unit="day")).json()
    assert (told["totals"]["received"], told["zone"], len(told["points"])) == (1, "UTC", 7)
    parts = (await hub.get("/figures/breakdown", by="channel")).json()["parts"]
    assert [(part["key"], part["received"]) for part in parts] == [("instagram:shop", 1)]
    busy = (await hub.get("/figures/busy")).json()["hours"]
    assert (len(busy), {len(day) for day in busy}, sum(map(sum, busy))) == (7, {24}, 1)
    assert (await hub.get("/figures/outages")).json()["items"] == []
    promised = (await hub.get("/figures/targets", by="agent")).json()
    assert (promised["by"], promised["parts"], promised["total"]["share"]) == ("agent", [], None)
    for what, columns in (
        ("volumes", 4),
        ("busy", 25),
        ("outages", 13),
        ("agent", 13),
        ("targets", 13),
        ("targets-team", 13),
    ):
        table = await hub.get("/figures/table.csv", what=what)
        assert table.headers["content-type"].startswith("text/csv")
        assert len(next(csv.reader(io.StringIO(table.text)))) == columns


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"days": "0"}, 400),
        ({"days": "801"}, 400),
        ({"unit": "year"}, 400),
        ({"first": "yesterday"}, 400),
        ({"first": "2026-02-30"}, 422),
        ({"first": "2026-02-02", "last": "2026-02-01"}, 422),
        ({"first": "2020-01-01", "last": "2026-01-01"}, 422),
        ({"unit": "hour", "days": "90"}, 422),
    ],
)
async def test_what_does_not_fit_is_refused(hub: Any, query: dict[str, str], status: int) -> None:
    refused = await hub.get("/figures", **query)
    assert refused.status_code == status
    assert refused.json()["error"]["message"]


async def test_nobody_reads_them_without_signing_in(hub: Any) -> None:
    for path in ("", "/breakdown", "/busy", "/outages", "/table.csv", "/weekly"):
        assert (await hub.client.get(f"/api/v1/figures{path}")).status_code == 401


async def test_the_weekly_summary_is_chosen_by_people_and_ended_by_a_link(hub: Any) -> None:
    me = (await hub.sign_in()).json()
    word = {"x-csrf-token": me["csrf"]}
    told = (await hub.client.get("/api/v1/figures/weekly")).json()
    assert (told["mine"]["wanted"], told["can_mail"], told["letter"]["text"][:9]) == (
        True,
        False,
        "Received:",
    )
    link = f"/subscriptions/weekly?t={weekly_of(hub.hub).token(me['id'])}"
    asked = await hub.client.get(link)
    assert (asked.status_code, "No more weekly summaries?" in asked.text) == (200, True)
    assert (await hub.client.get("/api/v1/figures/weekly")).json()["mine"]["wanted"]
    forged = await hub.client.post(f"{link[:-1]}g", headers={"cookie": ""})
    assert forged.status_code == 404
    one_click = {"content-type": "application/x-www-form-urlencoded", "cookie": ""}
    left = await hub.client.post(link, content="List-Unsubscribe=One-Click", headers=one_click)
    assert (left.status_code, "No more weekly summaries" in left.text) == (200, True)
    assert not (await hub.client.get("/api/v1/figures/weekly")).json()["mine"]["wanted"]
    without = await hub.client.put("/api/v1/figures/weekly", json={"wanted": True})
    assert without.status_code == 403
    again = await hub.client.put("/api/v1/figures/weekly", json={"wanted": True}, headers=word)
    assert again.json()["mine"]["wanted"]
    hub.client.cookies.clear()
    assert (await hub.get("/figures/weekly", scope="read")).json()["mine"] is None
    refused = await hub.send("PUT", "/figures/weekly", {"wanted": True})
    assert (refused.status_code, refused.json()["error"]["message"]) == (
        422,
        "Only people get the weekly summary.",
    )
