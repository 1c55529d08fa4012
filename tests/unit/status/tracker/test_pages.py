"""The tracker's pages, made of what the hub wrote."""

import msgspec
import pytest

from holdfast.status.pages import Page
from holdfast.status.snapshot import State
from holdfast.status.tracker import Tracker, TrackerPages, decode_tracker, encode_tracker
from holdfast.status.tracker.chart import chart, dots, scale_top, shares
from holdfast.status.tracker.snapshot import Concluded, Part, Slot, Spot, Tracked, Way

NOW = 1_790_000_000_000 - 1_790_000_000_000 % 900_000
SLOTS = tuple(Slot(NOW - (95 - n) * 900_000, 12_000 if n == 90 else 40, 40.0) for n in range(96))
EVIL = '<script>alert("1")</script>'


def tracked(platform: str = "instagram", label: str = "Instagram") -> Tracked:
    return Tracked(
        platform=platform,
        label=label,
        concluded=Concluded(kind="problem", title=f"Most likely a problem at {label}", lead="People say so."),
        state=State.UP,
        recent=900,
        usual=40.0,
        high=76.0,
        total=sum(slot.count for slot in SLOTS),
        hidden=7,
        peak_at=SLOTS[90].at,
        peak_count=12_000,
        slots=SLOTS,
        symptoms=(Part("cannot_send", "Cannot send messages", 82), Part("feed", "Feed does not load", 18)),
        surfaces=(Part("app", "App", 75), Part("web", "Web", 25), Part("", "Not said", 4)),
        cities=(Part("US", EVIL, 5),),
        countries=(Part("US", "United States", 5),),
        spots=(
            Spot(country="US", city="Phoenix", label="Phoenix", latitude=33.4, longitude=-112.1, count=5),
        ),
    )


@pytest.fixture
def tracker() -> Tracker:
    return Tracker(
        business="Kelp & Co",
        written_at=NOW,
        hub_url="https://hub.example/in/side",
        platforms=(tracked(), tracked("sms", "SMS")),
        symptoms=(("cannot_send", "Cannot send messages"), ("feed", "Feed does not load")),
        ways=(Way("email", "Email", "help@example.com", ""),),
    )


@pytest.fixture(scope="module")
def pages() -> TrackerPages:
    return TrackerPages()


def text(page: Page) -> str:
    return page.body.decode()


def test_the_tracker_says_first_what_it_is_and_then_the_numbers(
    pages: TrackerPages, tracker: Tracker
) -> None:
    made = pages.render(tracker, hub_silent_since=None, now=NOW + 60_000)
    page = text(made["/tracker"])
    assert page.index("Most likely a problem at Instagram") < page.index("Peak: 12,000 reports")
    for words in ("82 %", "18 %", "75 %", "4 did not say", "The same in numbers", "United States"):
        assert words in page
    assert EVIL not in page
    assert made["/tracker"].body == made["/tracker/instagram"].body
    assert "Most likely a problem at SMS" in text(made["/tracker/sms"])
    told = msgspec.json.decode(made["/tracker.json"].body)
    assert told["platforms"][0]["peak_count"] == 12_000
    assert told["hub_silent_since"] is None


def test_the_form_needs_no_script_and_may_post_to_the_hub_alone(
    pages: TrackerPages, tracker: Tracker
) -> None:
    made = pages.render(tracker, hub_silent_since=None, now=NOW)
    form = made["/report"]
    assert form.form_to == "https://hub.example"
    assert '<form id="report" method="post" action="https://hub.example/in/side/report"' in text(form)
    assert text(form).count('<button name="symptom"') == 2
    assert 'value="instagram" checked' in text(form)
    assert 'value="sms" checked' in text(made["/report/sms"])
    assert "http-equiv" not in text(form), "nothing is read again under the hands of who types"


def test_while_the_hub_is_silent_no_report_is_asked_for(pages: TrackerPages, tracker: Tracker) -> None:
    made = pages.render(tracker, hub_silent_since=NOW, now=NOW + 60_000)
    page = text(made["/report"])
    assert "A report cannot be taken now" in page
    assert "<form" not in page
    assert "http-equiv" in page
    assert "Not known since" in text(made["/tracker"])


def test_before_the_hub_was_ever_started_the_pages_say_so(pages: TrackerPages) -> None:
    made = pages.render(None, hub_silent_since=None, now=NOW)
    assert "Nothing is known yet" in text(made["/tracker"])
    assert "has not been started here yet" in text(made["/report"])


def test_a_hub_without_platforms_has_nothing_to_report_on(pages: TrackerPages) -> None:
    bare = Tracker(business="Kelp & Co", written_at=NOW, hub_url="https://hub.example")
    made = pages.render(bare, hub_silent_since=None, now=NOW)
    assert "No platform is connected" in text(made["/tracker"])
    assert "No platform is connected" in text(made["/report"])


def test_the_file_comes_back_as_it_was_written(tracker: Tracker) -> None:
    assert decode_tracker(encode_tracker(tracker)) == tracker


def test_a_chart_reaches_its_upper_edge_at_most() -> None:
    drawn = chart(SLOTS)
    assert (drawn.top, drawn.peak_y) == (12_000, 0)
    assert [scale_top(number) for number in (0, 10, 11, 21, 12_000, 12_001)] == [
        10,
        10,
        12,
        25,
        12_000,
        15_000,
    ]
    assert len(drawn.ticks) == 6


def test_shares_are_of_the_whole_and_dots_lie_where_the_place_does() -> None:
    assert [each.percent for each in shares([Part("a", "A", 3), Part("b", "B", 1)])] == [75, 25]
    halves = shares([Part("a", "A", 3), Part("b", "B", 1)])
    assert [each.width for each in halves] == [75.0, 25.0], "a bar is as long as its number says"
    assert shares([]) == []
    [dot] = dots([Spot(country="GH", city="", label="null", latitude=0, longitude=0, count=1)])
    assert (dot.x, dot.y) == (500, 250)
