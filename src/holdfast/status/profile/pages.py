"""The profile and the posts, made ahead to bytes: pages that need no script, feeds, a calendar."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from jinja2 import PackageLoader

from holdfast.posts import open_at, opening_words, week_words
from holdfast.posts.hours import coming_special, spans_words
from holdfast.status.pages import (
    ATOM,
    CSS,
    FEED,
    HTML,
    ICS,
    RSS,
    Page,
    environment,
    make_page,
    origin_of,
    printable,
)
from holdfast.status.profile import feeds, structured, words
from holdfast.status.profile.snapshot import Known, PublicPage, PublicPost
from holdfast.status.snapshot import Snapshot, State
from holdfast.status.wording import STATE_WORDS, View, as_known, headline, iso, moment, plain, ways

PROFILE: Final = "/profile"
POSTS: Final = "/posts"
POSTS_ON_PROFILE: Final = 8
POSTS_PER_PAGE: Final = 20
REFRESH_SECONDS: Final = 60
SPECIAL_DAYS_SHOWN: Final = 8
COMING_SHOWN: Final = 5
_TROUBLED: Final = frozenset({State.DOWN, State.PARTIAL, State.RECOVERING, State.MAINTENANCE})

Facts = dict[str, Any]


class ProfilePages:
    """Makes every page of this part of the public site. ``home_path`` is where the profile is found first.

    Pages of posts say nothing that ages; they are made anew when something was written, or the hub falls silent.
    """

    def __init__(self, base_url: str, *, home_path: str = PROFILE, now_path: str = "/") -> None:
        self._base_url = base_url.rstrip("/")
        self._home_path = home_path
        self._templates = environment(now_path)
        self._templates.filters |= {
            "excerpt": words.excerpt,
            "linked": words.linked,
            "local_day": words.local_day,
            "local_span": words.local_span,
        }
        self._files = {"/profile.css": self._load("profile.css")}
        self._styles = [self._versioned("/status.css", self._load("status.css"))]
        self._styles += [self._versioned(path, text) for path, text in self._files.items()]
        self._lasting: dict[str, Page] = {}
        self._lasting_of: tuple[object, ...] = ()

    def render(self, known: Known | None, *, hub_silent_since: int | None, now: int) -> dict[str, Page]:
        """Every page by its path; times in ms. Without a page of the hub's there is none of these."""
        if known is None:
            return {}
        page = printable(known.page)
        snapshot = printable(known.snapshot) if known.snapshot else _nothing_known(page, now)
        facts = self._facts(page, View(snapshot, hub_silent_since, now))
        shown = (known.page, hub_silent_since is None, facts["subscriptions"], facts["chat_url"])
        if self._lasting_of != shown:
            self._lasting, self._lasting_of = self._make_lasting(page, facts), shown
        first = make_page(self._fill("profile.html", facts), form_to=facts["hub_origin"])
        return {**self._lasting, PROFILE: first, self._home_path: first}

    def _facts(self, page: PublicPage, view: View) -> Facts:
        profile, head = page.profile, headline(view)
        opening = open_at(profile.hours, view.now)
        reachable = view.silent_since is None
        return {
            "base_url": self._base_url,
            "business": page.business,
            "chat_url": view.snapshot.chat_url if reachable else "",
            "components": as_known(view).components,
            "coming": [post for post in feeds.dated(page) if feeds.end_of(post) >= view.now][:COMING_SHOWN],
            "headline": head,
            "home_path": self._home_path,
            "hub_origin": origin_of(view.snapshot.hub_url),
            "iso": iso,
            "moment": lambda at: moment(at, view.now),
            "now": view.now,
            "opening": opening,
            "opening_words": opening_words(profile.hours, view.now),
            "plain_title": plain(head.title),
            "posts": _first_posts(page.posts),
            "posts_count": len(page.posts),
            "profile": profile,
            "refresh_seconds": REFRESH_SECONDS,
            "silent_since": view.silent_since,
            "special": [(day, spans_words(day.spans)) for day in coming_special(profile.hours, view.now)][
                :SPECIAL_DAYS_SHOWN
            ],
            "state_words": {str(state): word for state, word in STATE_WORDS.items()},
            "structured": structured.of_business(page, self._base_url),
            "styles": self._styles,
            "subscriptions": view.snapshot.subscriptions if reachable else (),
            "summary": words.one_line(
                [profile.text or f"{page.business}: posts, opening hours, ways to reach us."]
            ),
            "troubled": view.silent_since is not None or head.state in _TROUBLED,
            "ways": ways(view),
            "week": week_words(profile.hours),
            "zone": profile.hours.zone,
        }

    def _make_lasting(self, page: PublicPage, facts: Facts) -> dict[str, Page]:
        texts = {path: (text, CSS) for path, text in self._files.items()}
        texts |= self._lists(page.posts, facts) | self._stories(page, facts) | self._feeds(page, facts)
        return {path: make_page(text, kind) for path, (text, kind) in texts.items()}

    def _lists(self, posts: Sequence[PublicPost], facts: Facts) -> dict[str, tuple[str, str]]:
        """All posts, twenty to a page."""
        sheets = [posts[at : at + POSTS_PER_PAGE] for at in range(0, len(posts), POSTS_PER_PAGE)] or [()]
        return {
            _sheet_path(number): (
                self._fill(
                    "posts.html",
                    facts
                    | {"posts": sheet, "number": number, "sheets": len(sheets), "sheet_path": _sheet_path},
                ),
                HTML,
            )
            for number, sheet in enumerate(sheets, 1)
        }

    def _stories(self, page: PublicPage, facts: Facts) -> dict[str, tuple[str, str]]:
        made = {}
        for post in page.posts:
            more = {
                "post": post,
                "structured": structured.of_post(post, page, self._base_url),
                "summary": words.one_line([post.title, post.text]) or post.heading,
            }
            made[post.path] = (self._fill("post.html", facts | more), HTML)
            if post.starts_at is not None:
                made[f"{post.path}.ics"] = (feeds.event_calendar(post, page, self._base_url), ICS)
        return made

    def _feeds(self, page: PublicPage, facts: Facts) -> dict[str, tuple[str, str]]:
        feed = facts | {"content": feeds.content, "feed": feeds.entries(page), "updated": feeds.updated(page)}
        document = msgspec.json.encode(feeds.json_feed(page, self._base_url)).decode()
        return {
            f"{POSTS}.atom": (self._fill("posts.atom", feed), ATOM),
            f"{POSTS}.rss": (self._fill("posts.rss", feed), RSS),
            f"{POSTS}.json": (document, FEED),
            f"{POSTS}.ics": (feeds.calendar(page, self._base_url), ICS),
        }

    def _fill(self, name: str, facts: Facts) -> str:
        return self._templates.get_template(name).render(facts)

    def _versioned(self, path: str, text: str) -> str:
        return f"{path}?v={hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def _load(self, name: str) -> str:
        source, _, _ = PackageLoader("holdfast.status").get_source(self._templates, name)
        return source


def _first_posts(posts: Sequence[PublicPost]) -> list[PublicPost]:
    """What is pinned stands first."""
    return sorted(posts, key=lambda post: not post.pinned)[:POSTS_ON_PROFILE]


def _sheet_path(number: int) -> str:
    return POSTS if number == 1 else f"{POSTS}/page/{number}"


def _nothing_known(page: PublicPage, now: int) -> Snapshot:
    return Snapshot(business=page.business, written_at=now, hub_started_at=now, watched_since=now)
