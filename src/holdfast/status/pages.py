"""The public pages, made ahead to bytes from a snapshot; rendering reads no clock and no network."""

import gzip
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from holdfast.status import feeds, statuspage
from holdfast.status.badges import badge, badge_of, badge_path
from holdfast.status.snapshot import Snapshot
from holdfast.status.strip import DAYS as STRIP_DAYS
from holdfast.status.strip import PITCH, STRIP_HEIGHT, minutes, strip
from holdfast.status.wording import (
    DAY_MS,
    INCIDENT_WORDS,
    STATE_WORDS,
    UPDATE_WORDS,
    View,
    age,
    as_known,
    coming,
    finished,
    going_on,
    headline,
    iso,
    moment,
    open_incidents,
    plain,
    ways,
)

T = TypeVar("T")

REFRESH_SECONDS: Final = 30
RECENT_DAYS: Final = 14
GZIP_BYTES_MIN: Final = 600
GZIP_LEVEL: Final = 6
NOT_FOUND: Final = "/404"

HTML: Final = "text/html; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"
CSS: Final = "text/css; charset=utf-8"
SVG: Final = "image/svg+xml; charset=utf-8"
JSON: Final = "application/json; charset=utf-8"
ATOM: Final = "application/atom+xml; charset=utf-8"
ICS: Final = "text/calendar; charset=utf-8"
FEED: Final = "application/feed+json; charset=utf-8"
RSS: Final = "application/rss+xml; charset=utf-8"

_MARKUP: Final = ("html", "svg", "atom", "rss")
_LINK_SCHEMES: Final = {"http", "https", "mailto", "tel", "sms"}
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


class Page(msgspec.Struct, frozen=True):
    """``etag`` is the hash of ``body``; ``gzipped`` is None where packing would not pay.

    ``form_to`` is the origin (``https://hub.example``) that the page's forms may post to, if it has any;
    ``has_script``: a script of our own may do the same for them. ``stays``: the address changes with the content.
    """

    body: bytes
    content_type: str
    etag: str
    gzipped: bytes | None
    form_to: str = ""
    has_script: bool = False
    stays: bool = False


class StatusPages:
    """Makes every page of the site; ``base_url`` is where the public finds it, without a closing slash.

    ``now_path`` is where the first page is: how it is now.
    """

    def __init__(self, base_url: str, now_path: str = "/") -> None:
        self._base_url = base_url.rstrip("/")
        self._now_path = now_path
        self._templates = environment(now_path)
        self._stylesheet = self._load("status.css")
        self._style_version = hashlib.sha256(self._stylesheet.encode()).hexdigest()[:12]

    def render(self, snapshot: Snapshot | None, *, hub_silent_since: int | None, now: int) -> dict[str, Page]:
        """Every page by its path; times in ms. Without a snapshot the pages say that nothing is known yet."""
        known = snapshot or Snapshot(business="", written_at=now, hub_started_at=now, watched_since=now)
        view = View(printable(known), hub_silent_since if snapshot else None, now)
        facts = self._facts(view, empty=snapshot is None)
        texts = (
            self._fixed(facts)
            | self._stories(view, facts)
            | self._badges(view, facts)
            | self._documents(view)
        )
        made = {path: make_page(text, kind) for path, (text, kind) in texts.items()}
        subscribe = self._filler(facts)("subscribe.html")
        return made | {"/subscribe": make_page(subscribe, form_to=facts["hub_origin"])}

    def _facts(self, view: View, *, empty: bool) -> dict[str, Any]:
        """What the templates speak of."""
        snapshot, now = view.snapshot, view.now
        running = open_incidents(snapshot)
        past = [incident for incident in snapshot.incidents if incident.state == "closed"]
        since = now - RECENT_DAYS * DAY_MS
        head = headline(view)
        return {
            "base_url": self._base_url,
            "business": snapshot.business or "Status",
            "chat_url": snapshot.chat_url,
            "components": [
                (item, strip(item, watched_since=snapshot.watched_since, now=now))
                for item in as_known(view).components
            ],
            "empty": empty,
            "coming": coming(view),
            "feed": feeds.entries(view),
            "finished": finished(view),
            "going_on": going_on(view),
            "labels": {item.id: item.label for item in snapshot.components},
            "hub_origin": origin_of(snapshot.hub_url),
            "subscriptions": snapshot.subscriptions,
            "headline": head,
            "incident_words": INCIDENT_WORDS,
            "moment": lambda at: moment(at, now),
            "now": now,
            "past": past,
            "plain_title": plain(head.title),
            "recent": [incident for incident in past if (incident.closed_at or now) >= since],
            "refresh_seconds": REFRESH_SECONDS,
            "running": running,
            "say_ways": view.silent_since is not None or any(item.state == "open" for item in running),
            "silent_since": view.silent_since,
            "state_words": {str(state): word for state, word in STATE_WORDS.items()},
            "strip": {"days": STRIP_DAYS, "width": STRIP_DAYS * PITCH, "height": STRIP_HEIGHT},
            "style": f"/status.css?v={self._style_version}",
            "update_words": UPDATE_WORDS,
            "ways": ways(view),
            "written_at": snapshot.written_at,
        }

    def _fixed(self, facts: dict[str, Any]) -> dict[str, tuple[str, str]]:
        fill = self._filler(facts)
        whole = badge(facts["headline"].state, silent=facts["silent_since"] is not None)
        return {
            self._now_path: (fill("index.html"), HTML),
            "/history": (fill("history.html"), HTML),
            NOT_FOUND: (fill("not_found.html"), HTML),
            "/feed.atom": (fill("feed.atom"), ATOM),
            "/feed.rss": (fill("feed.rss"), RSS),
            "/badge.svg": (
                fill("badge.svg", **whole),
                SVG,
            ),
            "/icon.svg": (fill("icon.svg"), SVG),
            "/status.txt": (fill("status.txt"), TEXT),
            "/status.css": (self._stylesheet, CSS),
            "/robots.txt": ("User-agent: *\nAllow: /\n", TEXT),
        }

    def _stories(self, view: View, facts: dict[str, Any]) -> dict[str, tuple[str, str]]:
        fill = self._filler(facts)
        incidents = {
            f"/incidents/{each}": (fill("incident.html", incident=incident), HTML)
            for incident in view.snapshot.incidents
            for each in (incident.id, *incident.joined)
        }
        works = {
            f"/maintenance/{work.id}": (fill("maintenance.html", work=work), HTML)
            for work in view.snapshot.maintenances
        }
        return incidents | works

    def _badges(self, view: View, facts: dict[str, Any]) -> dict[str, tuple[str, str]]:
        fill = self._filler(facts)
        return {
            badge_path(item.id): (
                fill("badge.svg", **badge_of(item, silent=view.silent_since is not None)),
                SVG,
            )
            for item in as_known(view).components
        }

    def _documents(self, view: View) -> dict[str, tuple[str, str]]:
        documents = statuspage.documents(view, self._base_url)
        documents["/history.json"] = feeds.history(view)
        texts = {path: (_json(body), JSON) for path, body in documents.items()}
        texts["/feed.json"] = (_json(feeds.json_feed(view, self._base_url)), FEED)
        texts["/maintenance.ics"] = (feeds.calendar(view, self._base_url), ICS)
        return texts

    def _filler(self, facts: dict[str, Any]) -> Callable[..., str]:
        def fill(name: str, **more: object) -> str:
            return self._templates.get_template(name).render(facts | more)

        return fill

    def _load(self, name: str) -> str:
        source, _, _ = PackageLoader("holdfast.status").get_source(self._templates, name)
        return source


def environment(now_path: str = "/") -> Environment:
    """The templates of the whole public site, and what they may call; ``now_path`` leads to how it is now."""
    templates = Environment(
        loader=PackageLoader("holdfast.status"),
        autoescape=select_autoescape(_MARKUP),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "age": age,
        "iso": iso,
        "link": safe_link,
        "mail_date": mail_date,
        "minutes": minutes,
        "span": feeds.span_of,
        "thousands": thousands,
    }
    templates.globals["now_path"] = now_path
    return templates


def thousands(number: float) -> str:
    return f"{number:,.0f}"


def safe_link(url: str) -> str:
    """The address if a browser may follow it, else an empty text."""
    try:
        return url if urlsplit(url).scheme.lower() in _LINK_SCHEMES else ""
    except ValueError:
        return ""


def origin_of(url: str) -> str:
    """``https://hub.example`` of an address; empty where it is none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def mail_date(at: int) -> str:
    """A time as RSS wants it (RFC 822)."""
    return format_datetime(datetime.fromtimestamp(at / 1000, tz=UTC))


def make_page(text: str, content_type: str = HTML, *, form_to: str = "", has_script: bool = False) -> Page:
    """A page ready for the shelf. ``form_to``: an origin without a path."""
    body = text.encode()
    packed = gzip.compress(body, GZIP_LEVEL, mtime=0) if len(body) >= GZIP_BYTES_MIN else None
    return Page(body, content_type, hashlib.sha256(body).hexdigest()[:24], packed, form_to, has_script)


def printable(value: T) -> T:
    """Without the characters that XML forbids, and those that turn the reading direction of what follows."""
    plain_data = msgspec.to_builtins(value)
    return msgspec.convert(_clean(plain_data), type=type(value))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _UNPRINTABLE.sub("", value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
