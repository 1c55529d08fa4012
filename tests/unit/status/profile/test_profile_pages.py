"""The profile and its posts as pages: what they say, to people and programs, and that hostile words stay words."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from holdfast.posts import Hours, Link, PictureKind, Profile, Span
from holdfast.status import Page, Shelf, Snapshot, State, WatchedFile
from holdfast.status.profile import (
    PAGE_BYTES_MAX,
    Known,
    PictureSource,
    ProfilePages,
    PublicPage,
    PublicPicture,
    PublicPost,
    decode_page,
    encode_page,
)

BASE = "https://status.example"
FILE = "a" * 40 + ".png"
HOSTILE = "</script><script>alert('x')</script>\"><img src=x onerror=alert(1)>\x00\u202e & {{ 7 * 7 }}"
WEEK = ((Span("09:00", "18:00"),),) * 7
HOUR_MS = 3_600_000


def post(number: int, at: int, **more: Any) -> PublicPost:
    return PublicPost(
        **{
            "id": f"pst_{number}",
            "slug": f"post-{number}",
            "at": at,
            "updated_at": at,
            "heading": f"Post {number}",
            "text": f"Post {number}\nhas words, and https://kelp.example/{number}.",
            **more,
        }
    )


@pytest.fixture
def page(now: int) -> PublicPage:
    return PublicPage(
        business="Kelp & Co",
        written_at=now,
        profile=Profile(
            text="Mugs by the sea.",
            phone="+31 97 010",
            email="help@kelp.example",
            address="Pier 1\nThe Hague",
            links=(Link("Shop", "https://kelp.example"),),
            hours=Hours(zone="UTC", week=WEEK),
        ),
        posts=(
            post(
                3,
                now,
                pictures=(PublicPicture(file=FILE, alt="Mugs"),),
                origin="Instagram",
                link="https://ig.example/p",
            ),
            post(2, now - HOUR_MS, starts_at=now + 48 * HOUR_MS, place="The pier"),
            post(1, now - 2 * HOUR_MS, pinned=True),
        ),
    )


def made(page: PublicPage, snapshot: Snapshot | None, now: int, silent: int | None = None) -> dict[str, Page]:
    return ProfilePages(BASE).render(Known(page, snapshot), hub_silent_since=silent, now=now)


def html(pages: dict[str, Page], path: str = "/profile") -> str:
    return pages[path].body.decode()


def test_everything_has_its_address(page: PublicPage, shop: Snapshot, now: int) -> None:
    assert set(made(page, shop, now)) == {
        *("/profile", "/posts", "/profile.css", "/posts.atom", "/posts.rss", "/posts.json", "/posts.ics"),
        *("/posts/post-1", "/posts/post-2", "/posts/post-2.ics", "/posts/post-3"),
    }


def test_the_profile_says_who_when_and_where(page: PublicPage, shop: Snapshot, now: int) -> None:
    shown = html(made(page, shop, now))

    assert "Open until 18:00" in shown
    assert 'href="https://hub.example/chat/web">Write to us</a>' in shown
    assert "Monday to Sunday" in shown
    assert shown.count("Working</span>") == 3
    assert 'href="tel:+3197010"' in shown
    assert shown.index("Post 1") < shown.index("Post 3"), "what is pinned stands first"
    assert "has not answered" not in shown


def test_a_failing_channel_is_told_on_it(page: PublicPage, troubled: Any, now: int) -> None:
    shown = html(made(page, troubled(State.DOWN, "open"), now))

    assert "Instagram is not accepting messages" in shown
    assert "Failing</span>" in shown


def test_it_is_whole_and_honest_while_the_hub_is_silent(page: PublicPage, shop: Snapshot, now: int) -> None:
    shop = msgspec.structs.replace(shop, hub_url="https://hub.example", subscriptions=("email",))
    pages = made(page, shop, now, silent=now - 60_000)

    assert "has not answered since" in html(pages)
    assert "Write to us</a>" not in html(pages)
    assert "<form" not in html(pages)
    assert "Post 3" in html(pages)
    assert "/posts/post-3" in pages


def test_following_by_mail_asks_the_hub(page: PublicPage, shop: Snapshot, now: int) -> None:
    shop = msgspec.structs.replace(shop, hub_url="https://hub.example", subscriptions=("email",))
    made_page = made(page, shop, now)["/profile"]

    assert 'action="https://hub.example/subscriptions"' in made_page.body.decode()
    assert made_page.form_to == "https://hub.example"


def test_nothing_is_made_before_the_hub_wrote(now: int) -> None:
    assert ProfilePages(BASE).render(None, hub_silent_since=None, now=now) == {}


def test_without_posts_and_words_it_still_helps(now: int) -> None:
    pages = made(PublicPage(business="Kelp", written_at=now), None, now)

    assert "Nothing has been posted here yet" in html(pages)
    assert "Nothing has been posted here yet" in html(pages, "/posts")


def test_many_posts_take_pages(page: PublicPage, shop: Snapshot, now: int) -> None:
    many = msgspec.structs.replace(page, posts=tuple(post(each, now - each) for each in range(45)))
    pages = made(many, shop, now)

    assert "All 45 posts" in html(pages)
    assert 'rel="next" href="/posts/page/2"' in html(pages, "/posts")
    assert 'rel="prev" href="/posts"' in html(pages, "/posts/page/2")
    assert "Page 3 of 3" in html(pages, "/posts/page/3")
    assert "Post 44" in html(pages, "/posts/page/3")


def test_the_profile_may_be_the_first_page(page: PublicPage, shop: Snapshot, now: int) -> None:
    pages = ProfilePages(BASE, home_path="/", now_path="/status").render(
        Known(page, shop), hub_silent_since=None, now=now
    )

    assert pages["/"] is pages["/profile"]
    assert f'<link rel="canonical" href="{BASE}/">' in html(pages, "/")
    assert '<a href="/status">Status</a>' in html(pages, "/")


def test_a_post_leads_back_and_shows_its_pictures(page: PublicPage, shop: Snapshot, now: int) -> None:
    shown = html(made(page, shop, now), "/posts/post-3")

    assert 'href="https://ig.example/p"' in shown
    assert "See it on Instagram" in shown
    assert f'<img src="/pictures/{FILE}" alt="Mugs"' in shown
    assert f'content="{BASE}/pictures/{FILE}"' in shown
    assert (
        '<a href="https://kelp.example/3" rel="noopener noreferrer nofollow ugc">https://kelp.example/3</a>.'
        in shown
    )


def test_a_video_leads_to_where_it_plays(page: PublicPage, shop: Snapshot, now: int) -> None:
    video = PublicPicture(file=FILE, kind=PictureKind.VIDEO, link="https://ig.example/v")
    one = msgspec.structs.replace(page, posts=(post(1, now, pictures=(video,)),))

    assert 'href="https://ig.example/v"' in html(made(one, shop, now), "/posts/post-1")


@pytest.mark.parametrize("path", ["/posts.atom", "/posts.rss"])
def test_feeds_are_good_xml(page: PublicPage, shop: Snapshot, now: int, path: str) -> None:
    text = html(made(page, shop, now), path)
    ET.fromstring(text)  # noqa: S314 - our own text

    assert text.count(f"{BASE}/posts/post-") == 3 * 2
    assert f"&lt;img src=&#34;{BASE}/pictures/{FILE}&#34;" in text


def test_the_json_feed_has_every_post(page: PublicPage, shop: Snapshot, now: int) -> None:
    feed = json.loads(made(page, shop, now)["/posts.json"].body)

    assert [item["title"] for item in feed["items"]] == ["Post 3", "Post 2", "Post 1"]
    assert feed["items"][0]["image"] == f"{BASE}/pictures/{FILE}"


def test_what_has_a_date_is_in_the_calendar(page: PublicPage, shop: Snapshot, now: int) -> None:
    pages = made(page, shop, now)

    for path in ("/posts.ics", "/posts/post-2.ics"):
        text = html(pages, path)
        assert text.count("BEGIN:VEVENT") == 1
        assert "LOCATION:The pier\r\n" in text
    assert "Coming up" in html(pages)


def test_search_engines_are_told_in_their_words(page: PublicPage, shop: Snapshot, now: int) -> None:
    pages = made(page, shop, now)

    assert _structured(pages, "/profile")["openingHoursSpecification"][0]["opens"] == "09:00"
    assert _structured(pages, "/posts/post-2")["@type"] == "Event"
    assert _structured(pages, "/posts/post-3")["@type"] == "SocialMediaPosting"


def _structured(pages: dict[str, Page], path: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html(pages, path), re.DOTALL)
    assert found
    read: dict[str, Any] = json.loads(found[1])
    return read


def test_hostile_words_stay_words(page: PublicPage, shop: Snapshot, now: int) -> None:
    hostile = PublicPage(
        business=HOSTILE,
        written_at=now,
        profile=Profile(
            text=HOSTILE,
            address=HOSTILE,
            phone=HOSTILE,
            email=HOSTILE,
            links=(Link(HOSTILE, "javascript:alert(1)"), Link("x", f"https://a.example/{HOSTILE}")),
            hours=Hours(week=WEEK),
        ),
        posts=(
            post(
                1,
                now,
                heading=HOSTILE,
                title=HOSTILE,
                text=HOSTILE,
                place=HOSTILE,
                link="javascript:alert(1)",
                starts_at=now + 1,
                pictures=(
                    PublicPicture(file=FILE, alt=HOSTILE, kind=PictureKind.VIDEO, link="javascript:alert(1)"),
                ),
            ),
        ),
    )
    pages = made(hostile, shop, now)

    for path, each in pages.items():
        text = each.body.decode()
        if path.endswith((".atom", ".rss")):
            ET.fromstring(text)  # noqa: S314 - our own text
        if "html" in each.content_type:
            assert "<script>" not in text, path
            assert "<img src=x" not in text, path
            assert "javascript:" not in text.replace('"javascript:alert(1)"', ""), path
            assert 'href="javascript' not in text, path
            assert text.count("</script>") == text.count("<script "), path
        assert "\u202e" not in text, path
        assert "\x00" not in text, path


def test_pages_of_posts_are_not_made_anew_for_the_time_that_passes(
    page: PublicPage, shop: Snapshot, now: int
) -> None:
    pages, known = ProfilePages(BASE), Known(page, shop)
    first = pages.render(known, hub_silent_since=None, now=now)
    later = pages.render(known, hub_silent_since=None, now=now + 60_000)

    assert later["/posts/post-3"] is first["/posts/post-3"]
    assert later["/profile"] is not first["/profile"]


def test_pictures_are_read_once_and_only_those_that_are_named(page: PublicPage, tmp_path: Path) -> None:
    folder, file = tmp_path / "pictures", tmp_path / "page.json"
    folder.mkdir()
    (folder / FILE).write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / ("b" * 40 + ".png")).write_bytes(b"another")
    file.write_bytes(encode_page(page))
    source = PictureSource(WatchedFile(file, decode_page, PAGE_BYTES_MAX), folder)

    found = source.pages()
    assert found is not None
    assert list(found) == [f"/pictures/{FILE}"]
    assert source.pages() is None

    shelf = Shelf()
    shelf.put(found, "pictures")
    answer = shelf.answer("GET", f"/pictures/{FILE}", {}.get)
    assert dict(answer.headers)["content-type"] == "image/png"
    assert "max-age=86400" in dict(answer.headers)["cache-control"]
    assert dict(answer.headers)["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["../secret.key", "x.html", "a" * 40 + ".svg"])
def test_no_other_file_can_be_named(page: PublicPage, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.key").write_text("secret")
    named = msgspec.structs.replace(page, profile=Profile(picture=name), posts=())
    (tmp_path / "page.json").write_bytes(encode_page(named))
    (tmp_path / "pictures").mkdir()
    source = PictureSource(
        WatchedFile(tmp_path / "page.json", decode_page, PAGE_BYTES_MAX), tmp_path / "pictures"
    )

    assert source.pages() == {}
