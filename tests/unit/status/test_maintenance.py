"""Announced work: when it stands where, and what it excuses."""

import json
from collections.abc import Callable

import msgspec
import pytest

from holdfast.channels.contract import Capability
from holdfast.radar import Cause, Incident, IncidentState, Verdict
from holdfast.radar import State as RadarState
from holdfast.radar.model import Component as IncidentPart
from holdfast.status import Page, Snapshot, State, UptimeDay
from holdfast.status.building import ChannelFace, Known, build_snapshot
from holdfast.status.maintenance import (
    GRACE_MS,
    Maintenance,
    Outage,
    Phase,
    is_excused,
    problem_of,
    without_maintenance,
)
from holdfast.status.snapshot import PublicMaintenance

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOON = 1_793_016_000_000 // DAY_MS * DAY_MS + DAY_MS // 2

Render = Callable[..., dict[str, Page]]


def _work(starts_at: int, ends_at: int, channels: tuple[str, ...] = (), **more: int | None) -> Maintenance:
    return Maintenance(
        id="mnt_1",
        title="New mail server",
        text="Mail; waits, meanwhile.",
        channels=channels,
        starts_at=starts_at,
        ends_at=ends_at,
        announced_at=NOON - DAY_MS,
        cancelled_at=more.get("cancelled_at"),
    )


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (NOON - 1, Phase.SCHEDULED),
        (NOON, Phase.ACTIVE),
        (NOON + HOUR_MS - 1, Phase.ACTIVE),
        (NOON + HOUR_MS, Phase.OVER),
    ],
)
def test_the_time_tells_whether_it_goes_on(now: int, phase: Phase) -> None:
    assert _work(NOON, NOON + HOUR_MS).phase(now) is phase


@pytest.mark.parametrize(
    ("title", "starts_at", "ends_at", "field"),
    [
        ("New server", NOON, NOON + 1, ""),
        (" ", NOON, NOON + 1, "title"),
        ("x" * 201, NOON, NOON + 1, "title"),
        ("New server", NOON + 1, NOON + 1, "ends_at"),
        ("New server", NOON - 5, NOON - 1, "ends_at"),
        ("New server", NOON, NOON + 31 * DAY_MS, "ends_at"),
        ("New server", NOON + 400 * DAY_MS, NOON + 401 * DAY_MS, "starts_at"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    title: str, starts_at: int, ends_at: int, field: str
) -> None:
    found, sentence = problem_of(title, "", starts_at, ends_at, NOON)

    assert found == field
    assert bool(sentence) == bool(field)


def test_a_failure_during_the_work_is_the_work() -> None:
    works = [_work(NOON - HOUR_MS, NOON, ("email:shop",))]

    def excused(channels: list[str], onset_at: int, now: int) -> bool:
        return is_excused(channels, onset_at, now, works)

    assert excused(["email:shop"], NOON - 1, NOON)
    assert excused(["email:shop"], NOON - 1, NOON + GRACE_MS - 1)
    assert not excused(["email:shop"], NOON - 1, NOON + GRACE_MS)
    assert not excused(["email:shop"], NOON - HOUR_MS - 1, NOON)
    assert not excused(["sms:shop"], NOON - 1, NOON)
    assert not excused(["email:shop", "sms:shop"], NOON - 1, NOON)
    assert not is_excused(["email:shop"], NOON - 1, NOON, [_work(NOON - HOUR_MS, NOON, cancelled_at=1)])


def test_the_percentage_counts_only_what_was_not_announced() -> None:
    day = "2026-10-26"
    midnight = NOON - DAY_MS // 2
    works = [_work(midnight - HOUR_MS, midnight + HOUR_MS), _work(midnight, midnight + 2 * HOUR_MS)]
    uptime = {"email:shop": (UptimeDay(day, 4 * HOUR_MS, HOUR_MS),), "sms:shop": (UptimeDay(day, HOUR_MS),)}
    outages = [Outage("email:shop", midnight - HOUR_MS, midnight + 3 * HOUR_MS)]

    found = without_maintenance(uptime, outages, works, NOON)

    assert found["email:shop"][0].down_ms == 2 * HOUR_MS
    assert found["email:shop"][0].partial_ms == HOUR_MS
    assert found["sms:shop"][0].down_ms == HOUR_MS


def _failing_mail(onset_at: int) -> Known:
    part = IncidentPart(
        channel="email:shop",
        capabilities=(Capability.SEND,),
        cause=Cause.PLATFORM,
        cause_since=onset_at,
        title="Mail is not going out",
        state=IncidentState.OPEN,
        onset_at=onset_at,
        joined_at=onset_at,
    )
    incident = Incident(
        id="inc_1",
        channel="email:shop",
        capabilities=(Capability.SEND,),
        cause=Cause.PLATFORM,
        title="Mail is not going out",
        state=IncidentState.OPEN,
        onset_at=onset_at,
        opened_at=onset_at,
        components=(part,),
    )
    verdict = Verdict(channel="email:shop", capability=Capability.SEND, state=RadarState.DOWN, since=onset_at)
    return Known(
        verdicts=(verdict,),
        incidents=(incident,),
        watched_since=NOON - 30 * DAY_MS,
        maintenances=[_work(NOON - HOUR_MS, NOON, ("email:shop",))],
    )


def _built(known: Known, now: int) -> Snapshot:
    faces = [ChannelFace("email:shop", "email", "Kelp"), ChannelFace("sms:shop", "sms", "Kelp")]
    return build_snapshot(known, faces, business="Kelp & Co", hub_started_at=NOON - DAY_MS, now=now)


def test_the_public_is_told_of_work_once() -> None:
    during = _built(_failing_mail(NOON - HOUR_MS + 60_000), NOON - HOUR_MS + 120_000)

    assert during.incidents == ()
    assert [item.state for item in during.components] == [State.MAINTENANCE, State.UNKNOWN]
    assert during.maintenances[0].components == ("email:shop",)

    after = _built(_failing_mail(NOON - HOUR_MS + 60_000), NOON + GRACE_MS)

    assert [incident.id for incident in after.incidents] == ["inc_1"]
    assert after.components[0].state is State.DOWN


def _with_work(shop: Snapshot, starts_at: int, ends_at: int, **more: int) -> Snapshot:
    active = starts_at <= NOON < ends_at and not more
    components = tuple(
        msgspec.structs.replace(item, state=State.MAINTENANCE) if active and item.id == "sms:shop" else item
        for item in shop.components
    )
    work = PublicMaintenance(
        id="mnt_1",
        title="New line, new number",
        text="<b>Short</b>",
        components=("sms:shop",),
        starts_at=starts_at,
        ends_at=ends_at,
        announced_at=NOON - DAY_MS,
        cancelled_at=more.get("cancelled_at"),
    )
    return msgspec.structs.replace(shop, components=components, maintenances=(work,))


def test_work_to_come_is_shown_everywhere(render: Render, shop: Snapshot) -> None:
    pages = render(_with_work(shop, NOON + HOUR_MS, NOON + 2 * HOUR_MS))
    front = pages["/"].body.decode()

    assert "Maintenance to come" in front
    assert "&lt;b&gt;Short&lt;/b&gt;" in front
    assert "To come, in 60 minutes." in pages["/maintenance/mnt_1"].body.decode()
    summary = json.loads(pages["/api/v2/summary.json"].body)
    work = summary["scheduled_maintenances"][0]
    assert (work["status"], work["impact"], work["scheduled_for"][-9:]) == (
        "scheduled",
        "maintenance",
        "13:00:00Z",
    )
    assert summary["status"]["indicator"] == "none"
    assert (
        json.loads(pages["/api/v2/scheduled-maintenances/active.json"].body)["scheduled_maintenances"] == []
    )
    assert "New line, new number" in json.loads(pages["/feed.json"].body)["items"][0]["title"]
    assert "<title>Maintenance: New line, new number</title>" in pages["/feed.atom"].body.decode()
    calendar = pages["/maintenance.ics"].body.decode()
    assert "SUMMARY:New line\\, new number\r\n" in calendar
    assert calendar.startswith("BEGIN:VCALENDAR\r\n")
    assert max(len(line.encode()) for line in calendar.split("\r\n")) <= 75


def test_work_that_goes_on_is_the_first_sentence(render: Render, shop: Snapshot) -> None:
    pages = render(_with_work(shop, NOON - HOUR_MS, NOON + HOUR_MS))

    assert "New line, new number: we are working on it until" in pages["/"].body.decode()
    assert "Under maintenance" in pages["/"].body.decode()
    summary = json.loads(pages["/api/v2/summary.json"].body)
    assert summary["status"]["indicator"] == "maintenance"
    states = {item["id"]: item["status"] for item in summary["components"]}
    assert states["sms:shop"] == "under_maintenance"
    assert "maintenance" in pages["/badge/sms:shop.svg"].body.decode()


def test_readers_of_the_common_shape_get_a_line_for_each_state_that_work_has_come_to(
    render: Render, shop: Snapshot
) -> None:
    pages = render(_with_work(shop, NOON - 2 * HOUR_MS, NOON - HOUR_MS))

    [work] = json.loads(pages["/api/v2/scheduled-maintenances.json"].body)["scheduled_maintenances"]
    assert [(line["status"], line["created_at"][11:16]) for line in work["incident_updates"]] == [
        ("completed", "11:00"),
        ("in_progress", "10:00"),
        ("scheduled", "12:00"),
    ]
    assert len({line["id"] for line in work["incident_updates"]}) == len(work["incident_updates"])
    assert work["updated_at"] == work["resolved_at"]


def test_work_that_was_called_off_is_only_on_its_own_page_and_in_calendars(
    render: Render, shop: Snapshot
) -> None:
    pages = render(_with_work(shop, NOON - HOUR_MS, NOON + HOUR_MS, cancelled_at=NOON - 2 * HOUR_MS))

    assert "New line" not in pages["/"].body.decode()
    assert "Cancelled" in pages["/maintenance/mnt_1"].body.decode()
    assert "STATUS:CANCELLED" in pages["/maintenance.ics"].body.decode()
    assert json.loads(pages["/api/v2/summary.json"].body)["scheduled_maintenances"] == []


def test_the_history_has_a_number_for_every_day(render: Render, shop: Snapshot) -> None:
    found = json.loads(render(shop)["/history.json"].body)["components"][0]

    assert found["uptime_percent"] == 100.0
    assert len(found["days"]) == 90
    assert {"date", "state", "down_ms", "partial_ms"} == set(found["days"][-1])


def test_the_form_posts_to_the_hub_and_says_so_when_it_is_silent(render: Render, shop: Snapshot) -> None:
    told = msgspec.structs.replace(shop, hub_url="https://hub.example/x", subscriptions=("email", "webhook"))
    page = render(told)["/subscribe"]

    assert page.form_to == "https://hub.example"
    assert 'action="https://hub.example/subscriptions"' in page.body.decode()
    silent = render(told, NOON - 60_000)["/subscribe"].body.decode()
    assert "<form" not in silent
    assert "it keeps the list" in silent
    assert "<form" not in render(shop)["/subscribe"].body.decode()
