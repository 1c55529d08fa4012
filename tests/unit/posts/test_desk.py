"""Writing posts: what is published when, what is refused, and that followers hear of each once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.conftest import START_MS, Bench
from tests.unit.media.samples import film, picture
from tests.unit.posts.conftest import PNG

from holdfast.inbox.trail import TrailFilter, audit_page
from holdfast.media import Item, Media, Shelf
from holdfast.posts import Hours, Link, Picture, PictureKind, PostState, Profile
from holdfast.posts.desk import PostDesk, Writing
from holdfast.posts.model import PostRefusedError
from holdfast.retention.store import forget_post_files

HOUR_MS = 3_600_000


async def _published(hub: Bench) -> list[str]:
    return [event.body["title"] for event in await hub.told("post.published")]


async def test_a_post_is_public_at_once_with_an_address_of_its_words(hub: Bench, desk: PostDesk) -> None:
    post = await desk.add(Writing(title="Öffnet am Sonntag!", text="From ten."), "agent:mara")

    assert (post.state, post.at, post.slug) == (PostState.PUBLISHED, START_MS, "offnet-am-sonntag")
    assert await desk.get(post.id) == post
    assert await _published(hub) == ["Öffnet am Sonntag!"]


async def test_equal_words_get_different_addresses_and_foreign_ones_get_the_identifier(
    desk: PostDesk,
) -> None:
    slugs = {(await desk.add(Writing(text=text), "a")).slug for text in ("Hello", "Hello", "海藻", "海藻")}

    assert len(slugs) == 4
    assert "hello" in slugs


async def test_a_draft_is_told_to_nobody_and_gets_its_address_when_it_is_published(
    hub: Bench, desk: PostDesk
) -> None:
    draft = await desk.add(Writing(title="Later", state=PostState.DRAFT), "a")
    assert await _published(hub) == []

    hub.clock.move(60)
    post = await desk.change(draft.id, Writing(title="Now", state=PostState.PUBLISHED), "a")
    later = await desk.change(draft.id, Writing(title="Now, really", pinned=True), "a")

    assert (post.slug, post.at) == ("now", START_MS + 60_000)
    assert (later.slug, later.at, later.pinned) == ("now", post.at, True)
    assert await _published(hub) == ["Now"]


async def test_what_is_scheduled_appears_in_its_time_and_once(hub: Bench, desk: PostDesk) -> None:
    when = START_MS + HOUR_MS
    post = await desk.add(Writing(text="Soon", state=PostState.SCHEDULED, at=when), "a")
    assert await desk.publish_due() == 0

    hub.clock.move(3_600)
    assert await desk.publish_due() == 1
    assert await desk.publish_due() == 0
    assert (await desk.get(post.id)).at == when
    assert await _published(hub) == ["Soon"]


@pytest.mark.parametrize(
    ("writing", "field"),
    [
        (Writing(title=" "), "text"),
        (Writing(title="x" * 151), "title"),
        (Writing(text="x" * 5_001), "text"),
        (Writing(text="x", link="javascript:alert(1)"), "link"),
        (Writing(text="x", state=PostState.SCHEDULED), "at"),
        (Writing(text="x", state=PostState.SCHEDULED, at=START_MS + 400 * 24 * HOUR_MS), "at"),
        (Writing(text="x", state=PostState.HIDDEN), "state"),
        (Writing(text="x", place="The pier"), "starts_at"),
        (Writing(text="x", starts_at=START_MS, ends_at=START_MS - 1), "ends_at"),
        (Writing(text="x", pictures=(Picture(file="a" * 40 + ".png"),)), "pictures"),
        (Writing(text="x", pictures=(Picture(file="x"),) * 11), "pictures"),
    ],
)
async def test_what_cannot_be_is_refused_by_field(
    desk: PostDesk, writing: Writing, field: str, hub: Bench
) -> None:
    with pytest.raises(PostRefusedError) as refused:
        await desk.add(writing, "a")

    assert refused.value.field == field
    assert await desk.page() == []
    assert await hub.told("post.published") == []


async def test_a_deleted_post_is_gone_and_its_picture_follows_when_it_is_old(
    hub: Bench, desk: PostDesk
) -> None:
    name = await desk.keep_picture(PNG + b"one")
    post = await desk.add(Writing(text="x", pictures=(Picture(file=name, alt="A mug"),)), "a")
    assert (await desk.get(post.id)).pictures == (Picture(file=name, alt="A mug"),)

    await desk.delete(post.id, "a")
    with pytest.raises(LookupError):
        await desk.get(post.id)
    assert await desk.picture(name) == ("image/png", PNG + b"one")

    await hub.database.write(forget_post_files, hub.clock.now_ms(), 10)
    assert await desk.picture(name) == ("image/png", PNG + b"one")
    await hub.database.write(forget_post_files, hub.clock.now_ms() + 1, 10)
    assert await desk.picture(name) is None


async def test_pictures_in_use_are_kept(hub: Bench, desk: PostDesk) -> None:
    used, face = await desk.keep_picture(PNG + b"used"), await desk.keep_picture(PNG + b"face")
    await desk.add(Writing(text="x", pictures=(Picture(file=used),)), "a")
    await desk.put_profile(Profile(name="Kelp", picture=face), "a")

    await hub.database.write(forget_post_files, hub.clock.now_ms() + 1, 10)
    assert await desk.picture(used)
    assert await desk.picture(face)


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"GIF8", b"\x89PNG", PNG + bytes(5 * 1024 * 1024)])
async def test_only_pictures_are_kept(desk: PostDesk, data: bytes) -> None:
    with pytest.raises(PostRefusedError):
        await desk.keep_picture(data)


async def test_the_profile_is_checked_whole(desk: PostDesk) -> None:
    good = Profile(name="Kelp", text="Mugs", links=(Link("Shop", "https://kelp.example"),), address="a\nb")
    assert await desk.put_profile(good, "a") == good
    assert await desk.profile() == good

    bad: list[dict[str, Any]] = [
        {"name": "x" * 101},
        {"links": (Link("Shop", "javascript:alert(1)"),)},
        {"links": (Link("", "https://kelp.example"),)},
        {"hours": Hours(zone="Nowhere/None")},
        {"picture": "b" * 40 + ".png"},
        {"address": "x\n" * 9},
    ]
    for change in bad:
        with pytest.raises(PostRefusedError) as refused:
            await desk.put_profile(msgspec.structs.replace(good, **change), "a")
        assert refused.value.field in {*change, "pictures"}
    assert await desk.profile() == good


async def test_pages_of_posts_follow_each_other(hub: Bench, desk: PostDesk) -> None:
    made = []
    for number in range(5):
        hub.clock.move(1)
        made.append(await desk.add(Writing(text=f"Post {number}"), "a"))

    first = await desk.page(limit=2)
    second = await desk.page(before=(first[-1].at, first[-1].id), limit=2)
    assert [post.id for post in (*first, *second)] == [post.id for post in made[:0:-1]]


async def _uploaded(media: Media, data: bytes, owner: str = "business") -> Item:
    async def chunks() -> AsyncIterator[bytes]:
        yield data

    return await media.receive(owner, "mug.jpg", chunks(), member_bound=False)


async def test_an_upload_becomes_a_picture_that_outlives_it(
    desk: PostDesk, media: Media, shelf: Shelf
) -> None:
    upload = await _uploaded(media, picture(size=(640, 480)))
    post = await desk.add(Writing(text="x", pictures=(Picture(file=upload.id, alt="A mug"),)), "a")
    shelf.drop(upload.id)

    [shown] = post.pictures
    kept = await desk.picture(shown.file)
    assert (shown.alt, shown.kind) == ("A mug", PictureKind.PICTURE)
    assert kept is not None
    assert kept[0] == "image/jpeg"
    assert (await desk.change(post.id, Writing(pictures=(shown, shown)), "a")).pictures == (shown, shown)


async def test_a_face_is_uploaded_in_the_same_way(desk: PostDesk, media: Media) -> None:
    upload = await _uploaded(media, picture())
    profile = await desk.put_profile(Profile(picture=upload.id), "a")

    assert await desk.picture(profile.picture)
    assert await desk.put_profile(profile, "a") == profile


@pytest.mark.parametrize("owner", ["mem_1", "business"])
async def test_files_of_others_and_of_other_kinds_are_no_pictures(
    desk: PostDesk, media: Media, owner: str
) -> None:
    data = picture() if owner == "mem_1" else b"%PDF-1.7 words"
    upload = await _uploaded(media, data, owner)

    with pytest.raises(PostRefusedError) as refused:
        await desk.add(Writing(text="x", pictures=(Picture(file=upload.id),)), "a")
    assert refused.value.field == "pictures"


async def test_a_video_plays_from_the_hub_for_as_long_as_the_post_is_there(
    hub: Bench, desk: PostDesk, media: Media, tmp_path: Path
) -> None:
    film(tmp_path / "film.mp4", "mp4", seen="h264")
    upload = await _uploaded(media, (tmp_path / "film.mp4").read_bytes())
    post = await desk.add(Writing(text="x", pictures=(Picture(file=upload.id),)), "a")

    [shown] = post.pictures
    assert (shown.kind, shown.link) == (PictureKind.VIDEO, f"https://hub.example{upload.url}")
    assert len(await hub.rows("SELECT 1 FROM media_use WHERE used_by = :by", by=f"post:{post.id}")) == 1
    await desk.delete(post.id, "a")
    assert await hub.rows("SELECT 1 FROM media_use WHERE used_by = :by", by=f"post:{post.id}") == []


async def test_what_people_do_with_posts_and_the_profile_stands_in_the_audit_trail(
    desk: PostDesk, hub: Bench
) -> None:
    post = await desk.add(Writing(title="Later", state=PostState.DRAFT), "agent:mara")
    await desk.change(
        post.id, Writing(state=PostState.PUBLISHED, text="From ten.", title="Later"), "agent:ben"
    )
    await desk.change(post.id, Writing(pinned=False), "agent:ben")
    await desk.delete(post.id, "api:site")
    profile = Profile(name="Kelp", text="Mugs")
    await desk.put_profile(profile, "agent:mara")
    await desk.put_profile(profile, "agent:mara")

    page = await hub.database.read(audit_page, TrailFilter(), "", 10)
    told = [(each.who, each.action, each.subject, each.detail) for each in reversed(page.items)]
    assert told == [
        ("agent:mara", "post.added", post.id, "draft: Later"),
        ("agent:ben", "post.changed", post.id, "text, published: Later"),
        ("api:site", "post.deleted", post.id, "Later"),
        ("agent:mara", "profile.changed", "", "name, text"),
    ]
