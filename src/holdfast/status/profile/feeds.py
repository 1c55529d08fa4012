"""What programs read beside the posts' pages: feed entries, a JSON feed, a calendar."""

from collections.abc import Sequence
from typing import Any, Final

from markupsafe import Markup, escape

from holdfast.status.feeds import ics_document, ics_text, ics_time
from holdfast.status.profile.snapshot import PublicPage, PublicPost
from holdfast.status.wording import iso

ENTRIES_MAX: Final = 30
EVENT_MS: Final = 3_600_000
"""How long something lasts of which only the beginning is told."""


def entries(page: PublicPage) -> Sequence[PublicPost]:
    return page.posts[:ENTRIES_MAX]


def updated(page: PublicPage) -> int:
    return max((post.updated_at for post in page.posts), default=page.written_at)


def dated(page: PublicPage) -> list[PublicPost]:
    """What stands in the calendar, by its beginning."""
    return sorted(
        (post for post in page.posts if post.starts_at is not None), key=lambda post: post.starts_at or 0
    )


def end_of(post: PublicPost) -> int:
    starts_at = post.starts_at or 0
    return max(post.ends_at or starts_at + EVENT_MS, starts_at)


def content(post: PublicPost, base_url: str) -> str:
    """A post as the HTML that feed readers show."""
    pictures = Markup("").join(
        Markup('<p><img src="{}/pictures/{}" alt="{}"></p>').format(base_url, picture.file, picture.alt)
        for picture in post.pictures
    )
    lines = Markup("<br>").join(escape(line) for line in post.text.splitlines())
    return str(pictures + Markup("<p>{}</p>").format(lines))


def json_feed(page: PublicPage, base_url: str) -> dict[str, Any]:
    """JSON Feed 1.1 (jsonfeed.org)."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": page.business,
        "home_page_url": f"{base_url}/profile",
        "feed_url": f"{base_url}/posts.json",
        "description": page.profile.text,
        "items": [_item(post, base_url) for post in entries(page)],
    }


def _item(post: PublicPost, base_url: str) -> dict[str, Any]:
    url = f"{base_url}{post.path}"
    item: dict[str, Any] = {
        "id": url,
        "url": url,
        "title": post.heading,
        "content_html": content(post, base_url),
        "date_published": iso(post.at),
        "date_modified": iso(post.updated_at),
    }
    if post.link:
        item["external_url"] = post.link
    if post.pictures:
        item["image"] = f"{base_url}/pictures/{post.pictures[0].file}"
    return item


def calendar(page: PublicPage, base_url: str) -> str:
    """Everything that has a date, as iCalendar (RFC 5545)."""
    return _calendar(page, dated(page), base_url)


def event_calendar(post: PublicPost, page: PublicPage, base_url: str) -> str:
    return _calendar(page, [post], base_url)


def _calendar(page: PublicPage, posts: Sequence[PublicPost], base_url: str) -> str:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Holdfast//posts//EN",
        f"X-WR-CALNAME:{ics_text(page.business)}",
        *(line for post in posts for line in _event(post, base_url)),
        "END:VCALENDAR",
    ]
    return ics_document(lines)


def _event(post: PublicPost, base_url: str) -> Sequence[str]:
    return (
        "BEGIN:VEVENT",
        f"UID:{post.id}@holdfast",
        f"DTSTAMP:{ics_time(post.updated_at)}",
        f"DTSTART:{ics_time(post.starts_at or 0)}",
        f"DTEND:{ics_time(end_of(post))}",
        f"SUMMARY:{ics_text(post.heading)}",
        f"DESCRIPTION:{ics_text(post.text)}",
        f"LOCATION:{ics_text(post.place)}",
        f"URL:{base_url}{post.path}",
        f"SEQUENCE:{post.updated_at // 1000}",
        "END:VEVENT",
    )
