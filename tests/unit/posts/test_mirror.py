"""What is published elsewhere is here, once, with its pictures, whatever breaks in between."""

import msgspec
import pytest
from tests.unit.conftest import START_MS, Bench
from tests.unit.posts.conftest import Pictures, Platform, published

from holdfast.channels.contract import HistoryUnavailableError
from holdfast.posts import PictureKind, PostState
from holdfast.posts.desk import PostDesk, Writing
from holdfast.posts.mirror import MIRRORED_MAX, Mirror
from holdfast.posts.model import PostRefusedError

DAY_MS = 86_400_000
CHANNEL = "instagram:shop"


async def test_posts_are_copied_with_their_pictures_and_lead_back(
    mirror: Mirror, platform: Platform, desk: PostDesk
) -> None:
    platform.published = [published(1, START_MS - DAY_MS), published(2, START_MS, media=3)]

    assert await mirror.look(CHANNEL, platform) == 2
    newest, oldest = await desk.page()

    assert (newest.text, newest.at, newest.source) == ("Post 2", START_MS, CHANNEL)
    assert newest.link == "https://www.instagram.com/p/2/"
    assert [len(newest.pictures), len(oldest.pictures)] == [3, 1]
    for picture in newest.pictures:
        assert await desk.picture(picture.file)


async def test_a_second_look_changes_nothing_and_fetches_nothing(
    mirror: Mirror, platform: Platform, pictures: Pictures, desk: PostDesk
) -> None:
    platform.published = [published(1, START_MS)]
    await mirror.look(CHANNEL, platform)
    before, asked = await desk.page(), len(pictures.asked)

    assert await mirror.look(CHANNEL, platform) == 0
    assert await desk.page() == before
    assert len(pictures.asked) == asked


async def test_an_edited_post_is_edited_here_and_keeps_its_place(
    mirror: Mirror, platform: Platform, pictures: Pictures, desk: PostDesk
) -> None:
    platform.published = [published(1, START_MS)]
    await mirror.look(CHANNEL, platform)
    [before] = await desk.page()
    await desk.change(before.id, Writing(pinned=True), "a")

    platform.published = [published(1, START_MS, text="Better words")]
    await mirror.look(CHANNEL, platform)
    [after] = await desk.page()

    assert (after.id, after.text, after.pinned) == (before.id, "Better words", True)
    assert after.pictures == before.pictures
    assert len(pictures.asked) == 1


async def test_news_is_told_and_what_is_old_only_shown(
    mirror: Mirror, platform: Platform, hub: Bench
) -> None:
    platform.published = [published(1, START_MS - 3 * DAY_MS), published(2, START_MS - 1_000)]
    await mirror.look(CHANNEL, platform)
    await mirror.look(CHANNEL, platform)

    assert [event.body["title"] for event in await hub.told("post.published")] == ["Post 2"]


async def test_a_deleted_post_goes_when_three_looks_missed_it(
    mirror: Mirror, platform: Platform, desk: PostDesk
) -> None:
    platform.published = [published(1, START_MS), published(2, START_MS + 1)]
    await mirror.look(CHANNEL, platform)

    platform.published = platform.published[:1]
    await mirror.look(CHANNEL, platform)
    await mirror.look(CHANNEL, platform)
    assert len(await desk.page()) == 2
    await mirror.look(CHANNEL, platform)
    assert [post.text for post in await desk.page()] == ["Post 1"]


async def test_a_post_that_comes_back_is_not_counted_as_missed_any_more(
    mirror: Mirror, platform: Platform, desk: PostDesk
) -> None:
    both = [published(1, START_MS), published(2, START_MS + 1)]
    for listed in (both, both[:1], both[:1], both, both[:1], both[:1]):
        platform.published = listed
        await mirror.look(CHANNEL, platform)

    assert len(await desk.page()) == 2


@pytest.mark.parametrize("problem", ["", "Instagram does not list its posts now"])
async def test_an_ill_platform_takes_nothing_away(
    mirror: Mirror, platform: Platform, desk: PostDesk, problem: str
) -> None:
    platform.published = [published(1, START_MS)]
    await mirror.look(CHANNEL, platform)

    platform.published, platform.problem = [], problem
    for _ in range(5):
        if problem:
            with pytest.raises(HistoryUnavailableError):
                await mirror.look(CHANNEL, platform)
        else:
            await mirror.look(CHANNEL, platform)
    assert len(await desk.page()) == 1


async def test_a_picture_that_failed_is_fetched_by_the_next_look(
    mirror: Mirror, platform: Platform, pictures: Pictures, desk: PostDesk
) -> None:
    platform.published = [published(1, START_MS, media=2)]
    pictures.lost = {"https://cdn.example.com/1/1.png"}
    await mirror.look(CHANNEL, platform)
    [partly] = await desk.page()
    await mirror.look(CHANNEL, platform)
    assert await desk.page() == [partly]

    pictures.lost = set()
    await mirror.look(CHANNEL, platform)
    [whole] = await desk.page()

    assert (len(partly.pictures), len(whole.pictures)) == (1, 2)
    assert whole.pictures[0] == partly.pictures[0]


@pytest.mark.parametrize(
    "url", ["http://cdn.example.com/x.png", "https://127.0.0.1/x.png", "file:///etc/passwd"]
)
async def test_pictures_are_fetched_from_outside_only(
    mirror: Mirror, platform: Platform, pictures: Pictures, desk: PostDesk, url: str
) -> None:
    post = published(1, START_MS)
    media = msgspec.structs.replace(post.media[0], url=url)
    platform.published = [msgspec.structs.replace(post, media=(media,))]
    await mirror.look(CHANNEL, platform)

    assert pictures.asked == []
    assert [each.pictures for each in await desk.page()] == [()]


@pytest.mark.parametrize("body", [b"<html>sorry</html>", b"<svg onload=alert(1)>", b""])
async def test_what_is_no_picture_is_not_kept(
    mirror: Mirror, platform: Platform, pictures: Pictures, desk: PostDesk, body: bytes
) -> None:
    platform.published = [published(1, START_MS)]
    pictures.bodies = {"https://cdn.example.com/1/0.png": body}
    await mirror.look(CHANNEL, platform)

    assert [each.pictures for each in await desk.page()] == [()]


async def test_a_video_is_a_picture_that_leads_to_it(
    mirror: Mirror, platform: Platform, desk: PostDesk
) -> None:
    platform.published = [published(1, START_MS, kind="video")]
    await mirror.look(CHANNEL, platform)
    [post] = await desk.page()

    assert (post.pictures[0].kind, post.pictures[0].link) == (PictureKind.VIDEO, post.link)


async def test_a_mirrored_post_can_be_hidden_and_stays_so_but_not_rewritten(
    mirror: Mirror, platform: Platform, desk: PostDesk
) -> None:
    platform.published = [published(1, START_MS)]
    await mirror.look(CHANNEL, platform)
    [post] = await desk.page()
    await desk.change(post.id, Writing(state=PostState.HIDDEN), "a")

    platform.published = [published(1, START_MS, text="Edited")]
    await mirror.look(CHANNEL, platform)
    [hidden] = await desk.page()
    assert (hidden.state, hidden.text) == (PostState.HIDDEN, "Edited")

    with pytest.raises(PostRefusedError):
        await desk.change(post.id, Writing(text="Mine"), "a")
    with pytest.raises(PostRefusedError):
        await desk.change(post.id, Writing(state=PostState.DRAFT), "a")
    with pytest.raises(PostRefusedError):
        await desk.delete(post.id, "a")


async def test_the_newest_are_kept_and_no_more(mirror: Mirror, platform: Platform, desk: PostDesk) -> None:
    platform.published = [published(number, START_MS + number, media=0) for number in range(MIRRORED_MAX)]
    await mirror.look(CHANNEL, platform)
    platform.published += [
        published(number, START_MS + number, media=0) for number in range(MIRRORED_MAX, 105)
    ]
    await mirror.look(CHANNEL, platform)

    kept = await desk.page()
    assert len(kept) == MIRRORED_MAX
    assert kept[-1].text == "Post 5"
