"""The tracker, the page on which people report, and what stands on both, made ahead to bytes."""

import hashlib
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from jinja2 import PackageLoader

from holdfast.status.pages import CSS, HTML, JSON, SVG, Page, environment, make_page
from holdfast.status.snapshot import State
from holdfast.status.tracker.chart import (
    CHART_HEIGHT,
    CHART_WIDTH,
    MAP_HEIGHT,
    MAP_WIDTH,
    by_hour,
    chart,
    dots,
    shares,
)
from holdfast.status.tracker.places import PLACE_LETTERS_MAX, atlas
from holdfast.status.tracker.snapshot import Tracked, Tracker
from holdfast.status.wording import STATE_WORDS, moment

TRACKER: Final = "/tracker"
REPORT: Final = "/report"
REFRESH_SECONDS: Final = 15

SCRIPT: Final = "text/javascript; charset=utf-8"
_LOOKS: Final = {"problem": "down", "perhaps": "suspected", "connection": "suspected", "usual": "up"}
"""The state whose shape and colour stand beside the first sentence."""


class TrackerPages:
    """Makes every page of this part of the public site; ``now_path`` leads to how it is now."""

    def __init__(self, now_path: str = "/") -> None:
        self._templates = environment(now_path)
        self._files = {
            "/tracker.css": self._load("tracker.css"),
            "/report.js": _with_zones(self._load("report.js")),
            "/world.svg": self._load("world.svg"),
        }
        self._style = self._versioned("/status.css", self._load("status.css"))
        self._places = atlas().labels()

    def render(self, tracker: Tracker | None, *, hub_silent_since: int | None, now: int) -> dict[str, Page]:
        """Every page by its path; times in ms. Without a tracker the pages say that nothing is known yet."""
        known = tracker or Tracker(business="", written_at=now, hub_url="")
        silent = hub_silent_since if tracker else now
        facts = self._facts(known, silent, now, empty=tracker is None)
        pages = self._trackers(known, facts) | self._forms(known, facts)
        kinds = {".css": CSS, ".js": SCRIPT, ".svg": SVG}
        for path, text in self._files.items():
            pages[path] = make_page(text, kinds[path[path.index(".") :]])
        pages["/tracker.json"] = make_page(_document(known, hub_silent_since), JSON)
        return pages

    def _facts(self, known: Tracker, silent: int | None, now: int, *, empty: bool) -> dict[str, Any]:
        return {
            "business": known.business or "Status",
            "empty": empty,
            "here": "reports",
            "hub_url": known.hub_url,
            "known": known,
            "looks": _LOOKS,
            "map": {"width": MAP_WIDTH, "height": MAP_HEIGHT, "href": self._address("/world.svg")},
            "chart_size": {"width": CHART_WIDTH, "height": CHART_HEIGHT},
            "moment": lambda at: moment(at, now),
            "now": now,
            "place_letters_max": PLACE_LETTERS_MAX,
            "places": self._places,
            "plain_title": "What people report",
            "refresh_seconds": REFRESH_SECONDS,
            "script": self._address("/report.js"),
            "silent_since": silent,
            "state_words": {str(state): word for state, word in STATE_WORDS.items()},
            "style": self._style,
            "tracker_style": self._address("/tracker.css"),
        }

    def _trackers(self, known: Tracker, facts: dict[str, Any]) -> dict[str, Page]:
        """One page for each platform; the first address shows the one in most trouble."""
        template = self._templates.get_template("tracker.html")
        if not known.platforms:
            return {TRACKER: make_page(template.render(facts | {"tracked": None}), HTML)}
        pages = {
            f"{TRACKER}/{each.platform}": make_page(template.render(facts | _pictures(each)), HTML)
            for each in known.platforms
        }
        return pages | {TRACKER: pages[f"{TRACKER}/{known.platforms[0].platform}"]}

    def _forms(self, known: Tracker, facts: dict[str, Any]) -> dict[str, Page]:
        template = self._templates.get_template("report.html")
        target = origin(known.hub_url)
        chosen = {REPORT: known.platforms[0].platform if known.platforms else ""}
        chosen |= {f"{REPORT}/{each.platform}": each.platform for each in known.platforms}
        return {
            path: make_page(
                template.render(facts | {"chosen": platform}), HTML, form_to=target, has_script=True
            )
            for path, platform in chosen.items()
        }

    def _address(self, path: str) -> str:
        return self._versioned(path, self._files[path])

    def _versioned(self, path: str, text: str) -> str:
        return f"{path}?v={hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def _load(self, name: str) -> str:
        source, _, _ = PackageLoader("holdfast.status").get_source(self._templates, name)
        return source


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _pictures(tracked: Tracked) -> dict[str, Any]:
    said = [part for part in tracked.surfaces if part.id]
    return {
        "tracked": tracked,
        "chart": chart(tracked.slots),
        "dots": dots(tracked.spots),
        "hours": by_hour(tracked.slots),
        "symptoms": shares(tracked.symptoms),
        "surfaces": shares(said),
        "unsaid": sum(part.count for part in tracked.surfaces if not part.id),
        "is_known": tracked.state is not State.UNKNOWN,
    }


def _document(known: Tracker, hub_silent_since: int | None) -> str:
    body = {**msgspec.to_builtins(known), "hub_silent_since": hub_silent_since}
    return msgspec.json.encode(body).decode()


def _with_zones(script: str) -> str:
    return script.replace("/* ZONES */ {}", msgspec.json.encode(atlas().zones()).decode())
