"""What every page says in every state, made from values alone."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from holdfast.status import Component, Page, PublicIncident, Snapshot, State

Render = Callable[..., dict[str, Page]]
Troubled = Callable[..., Snapshot]

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>\x00\u202e & {{ 7 * 7 }}"
XML_PAGES = ("/feed.atom", "/feed.rss", "/badge.svg", "/icon.svg")
JSON_PAGES = (
    "/api/v2/summary.json",
    "/api/v2/status.json",
    "/api/v2/components.json",
    "/api/v2/incidents.json",
    "/api/v2/incidents/unresolved.json",
    "/api/v2/scheduled-maintenances.json",
    "/api/v2/scheduled-maintenances/upcoming.json",
    "/api/v2/scheduled-maintenances/active.json",
    "/history.json",
    "/feed.json",
)
EVERY_PAGE = {
    *("/", "/history", "/subscribe", "/404", "/status.txt", "/status.css", "/robots.txt"),
    *("/maintenance.ics", *XML_PAGES, *JSON_PAGES),
}


def _html(pages: dict[str, Page], path: str = "/") -> str:
    return pages[path].body.decode()


def _title(pages: dict[str, Page]) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", _html(pages), re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def _json(pages: dict[str, Page], name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(pages[f"/api/v2/{name}.json"].body)
    return found


def test_a_quiet_day_is_one_calm_sentence(render: Render, shop: Snapshot) -> None:
    pages = render(shop)

    assert set(pages) == EVERY_PAGE | {f"/badge/{item.id}.svg" for item in shop.components}
    assert _title(pages) == "All our channels are working."
    assert "You can still reach us" not in _html(pages)
    assert _html(pages).count("Working</span>") == 3


def test_a_failure_is_told_first_with_its_time_its_age_and_the_ways_around_it(
    render: Render, troubled: Troubled
) -> None:
    pages = render(troubled(State.DOWN, "open"))
    html = _html(pages)

    assert _title(pages) == "Instagram is not accepting messages since 11:48 UTC (12 minutes)."
    assert re.search(r'<time datetime="\d{4}-\d\d-\d\dT11:48:00Z">11:48 UTC</time>', html)
    ways = html[html.index('class="ways"') : html.index('class="incident"')]
    assert "+31 97 010" in ways
    assert "https://hub.example/chat/web" in ways
    assert "@kelp" not in ways
    assert html.index("We hold your answers.") < html.index("5 of 5 failed.")


@pytest.mark.parametrize(
    ("state", "incident", "title", "word"),
    [
        (State.PARTIAL, "open", "Instagram is not accepting messages since", "Partly failing"),
        (State.RECOVERING, "recovering", "Instagram is working again since", "Recovering"),
        (State.SUSPECTED, None, "We may have trouble with Instagram. We are checking.", "Checking"),
        (State.RECOVERING, None, "Working again: Instagram. We are making sure.", "Recovering"),
        (State.UNKNOWN, None, "No failure is known.", "Not known"),
    ],
)
def test_each_state_has_a_sentence_a_word_and_a_shape(
    render: Render, troubled: Troubled, state: State, incident: str | None, title: str, word: str
) -> None:
    pages = render(troubled(state, incident))

    assert _title(pages).startswith(title)
    assert word in _html(pages)
    assert f'class="glyph {state.value}"' in _html(pages)


def test_nothing_known_is_said_as_such(render: Render, shop: Snapshot) -> None:
    platforms = [msgspec.structs.replace(item, state=State.UNKNOWN) for item in shop.components[:2]]
    our_own_chat = shop.components[2]

    pages = render(msgspec.structs.replace(shop, components=(*platforms, our_own_chat)))

    assert _title(pages) == "We do not know yet how our channels are."


def test_two_failures_are_both_in_the_first_sentence(render: Render, troubled: Troubled) -> None:
    one = troubled(State.DOWN, "open")
    other = msgspec.structs.replace(
        one.incidents[0],
        id="inc_2",
        component="sms:shop",
        label="SMS",
        title="Messages from SMS are not arriving",
        onset_at=one.incidents[0].onset_at + 60_000,
    )

    title = _title(render(msgspec.structs.replace(one, incidents=(other, *one.incidents))))

    assert title.startswith("Instagram is not accepting messages since")
    assert "Messages from SMS are not arriving since" in title


def test_one_failure_of_our_own_connection_is_one_sentence(render: Render, troubled: Troubled) -> None:
    one = troubled(State.DOWN, "open", title="Our own connection is failing")
    others = tuple(
        msgspec.structs.replace(one.incidents[0], id=f"inc_{n}", label=f"L{n}") for n in range(2, 5)
    )

    pages = render(msgspec.structs.replace(one, incidents=(*others, *one.incidents)))

    assert _title(pages) == "Our own connection is failing since 11:48 UTC (12 minutes)."


def test_many_failures_are_counted(render: Render, troubled: Troubled) -> None:
    one = troubled(State.DOWN, "open")
    others = tuple(
        msgspec.structs.replace(one.incidents[0], id=f"inc_{n}", title=f"Channel {n} fails")
        for n in range(2, 6)
    )

    title = _title(render(msgspec.structs.replace(one, incidents=(*others, *one.incidents))))

    assert title.count("since") == 3
    assert title.endswith("And 2 more.")


def test_a_silent_hub_is_told_and_no_old_verdict_is_passed_off_as_new(
    render: Render, troubled: Troubled, now: int
) -> None:
    pages = render(troubled(State.DOWN, "open"), now - 5 * 60_000)
    html = _html(pages)

    assert _title(pages) == "Our message hub has not answered since 11:55 UTC (5 minutes)."
    assert "is kept there, and we read it when the hub returns" in html
    assert html.count("Not known since 11:55 UTC.") == 3
    assert "Working" not in html
    assert "Instagram is not accepting messages" in html
    assert "as last known" in html
    ways = html[html.index('class="ways"') : html.index('class="incident"')]
    assert "@kelp" in ways
    assert "chat/web" not in ways


def test_without_a_snapshot_every_page_still_stands(render: Render) -> None:
    pages = render(None)

    assert set(pages) == EVERY_PAGE
    assert _title(pages) == "We do not know yet how our channels are."
    assert "has not been started here yet" in _html(pages)
    assert _json(pages, "summary")["components"] == []


@pytest.mark.parametrize("silent", [False, True])
def test_hostile_names_are_inert_everywhere(
    render: Render, troubled: Troubled, now: int, *, silent: bool
) -> None:
    incident: PublicIncident = troubled(State.DOWN, "open").incidents[0]
    update = msgspec.structs.replace(incident.updates[0], text=HOSTILE)
    snapshot = msgspec.structs.replace(
        troubled(State.DOWN, "open"),
        business=HOSTILE,
        components=(
            Component(
                id="x:y",
                platform="x",
                label=HOSTILE,
                name=HOSTILE,
                address=HOSTILE,
                link="javascript:alert(1)",
            ),
        ),
        incidents=(msgspec.structs.replace(incident, title=HOSTILE, label=HOSTILE, updates=(update,)),),
    )

    pages = render(snapshot, now - 60_000 if silent else None)

    for path, page in pages.items():
        text = page.body.decode()
        if page.content_type.startswith(("text/html", "image/svg", "application/atom", "application/rss")):
            assert "<script" not in text, path
            assert "<img" not in text, path
        assert "javascript:" not in text, path
        assert "\x00" not in text, path
        assert "\u202e" not in text, path


@pytest.mark.parametrize("path", XML_PAGES)
def test_feeds_and_pictures_are_well_formed(render: Render, troubled: Troubled, path: str) -> None:
    snapshot = msgspec.structs.replace(troubled(State.DOWN, "open"), business=HOSTILE)

    ET.fromstring(render(snapshot)[path].body)  # noqa: S314 - our own bytes


def test_the_feeds_name_each_incident_by_its_lasting_address(render: Render, troubled: Troubled) -> None:
    pages = render(troubled(State.DOWN, "open"))
    atom = "{http://www.w3.org/2005/Atom}"

    entry = ET.fromstring(pages["/feed.atom"].body).find(f"{atom}entry")  # noqa: S314 - our own bytes
    item = ET.fromstring(pages["/feed.rss"].body).find("channel/item")  # noqa: S314 - our own bytes

    assert entry is not None
    assert item is not None
    assert entry.findtext(f"{atom}id") == "https://status.example/incidents/inc_1"
    assert item.findtext("link") == "https://status.example/incidents/inc_1"
    assert "/incidents/inc_1" in pages


def test_what_was_told_of_a_merged_incident_leads_to_the_one_it_goes_on_in(
    render: Render, troubled: Troubled
) -> None:
    pages = render(troubled(State.DOWN, "open", joined=("inc_0",)))
    assert pages["/incidents/inc_0"].body == pages["/incidents/inc_1"].body
    [told] = json.loads(pages["/api/v2/incidents.json"].body)["incidents"]
    assert told["id"] == "inc_1"


def test_the_documents_have_the_common_shape(render: Render, troubled: Troubled) -> None:
    pages = render(troubled(State.DOWN, "open"))
    summary = json.loads(pages["/api/v2/summary.json"].body)

    assert set(summary) == {"page", "components", "incidents", "scheduled_maintenances", "status"}
    assert summary["status"]["indicator"] == "major"
    assert [item["status"] for item in summary["components"]] == [
        "major_outage",
        "operational",
        "operational",
    ]
    incident = summary["incidents"][0]
    assert incident["status"] == "identified"
    assert [item["body"] for item in incident["incident_updates"]] == [
        "We hold your answers.",
        "5 of 5 failed.",
    ]
    assert incident["components"][0]["id"] == "instagram:shop"
    assert _json(pages, "incidents/unresolved")["incidents"] == summary["incidents"]


def test_the_documents_do_not_call_a_channel_well_while_the_hub_is_silent(
    render: Render, shop: Snapshot, now: int
) -> None:
    summary = json.loads(render(shop, now - 60_000)["/api/v2/summary.json"].body)

    assert summary["status"]["indicator"] == "major"
    assert {item["holdfast_state"] for item in summary["components"]} == {"unknown"}
    assert "operational" not in {item["status"] for item in summary["components"]}


def test_what_is_over_moves_to_the_past(render: Render, troubled: Troubled, now: int) -> None:
    over = troubled(State.UP, "closed", recovered_at=now - 5 * 60_000, closed_at=now - 4 * 60_000)

    pages = render(over)

    assert _title(pages) == "All our channels are working."
    assert "7 minutes" in _html(pages)
    assert "Instagram is not accepting messages" in _html(pages, "/history")
    assert _json(pages, "incidents/unresolved")["incidents"] == []


def test_pages_need_nothing_but_the_style_sheet(render: Render, troubled: Troubled) -> None:
    for path, page in render(troubled(State.DOWN, "open")).items():
        if page.content_type.startswith("text/html"):
            html = page.body.decode()
            assert " style=" not in html, path
            assert "<style" not in html, path
            assert "<script" not in html, path
            # A form that somebody fills in is not read again under their hands.
            assert ('<meta http-equiv="refresh" content="30">' in html) == (path != "/subscribe")


def test_pages_come_packed_and_named_by_their_content(render: Render, shop: Snapshot, now: int) -> None:
    first, again, later = render(shop), render(shop), render(shop, now=now + 60_000)

    for path, page in first.items():
        assert again[path].etag == page.etag
        if page.gzipped is not None:
            assert gzip.decompress(page.gzipped) == page.body
    assert first["/status.css"].etag == later["/status.css"].etag
    assert first["/"].etag != later["/"].etag


def test_the_style_sheet_has_the_tokens_of_the_console(render: Render, shop: Snapshot) -> None:
    tokens = Path(__file__).parents[3] / "frontend" / "tokens.css"
    ours = render(shop)["/status.css"].body.decode()

    assert re.findall(r"--[\w-]+: [^;]+;", tokens.read_text()) == re.findall(r"--[\w-]+: [^;]+;", ours)


def test_headings_are_groups_as_readers_know_them(render: Render, shop: Snapshot) -> None:
    first, *others = shop.components
    down = msgspec.structs.replace(first, state=State.DOWN, group="Social")
    grouped = msgspec.structs.replace(shop, components=(down, *others))
    components = _json(render(grouped), "summary")["components"]
    assert isinstance(components, list)

    heading = components[-1]
    assert (heading["name"], heading["group"], heading["status"]) == ("Social", True, "major_outage")
    assert heading["components"] == ["instagram:shop"]
    assert components[0]["group_id"] == heading["id"]
    assert ">Social<" in _html(render(grouped))
