"""Reading what an account has published, from the simulated platform."""

from collections.abc import Awaitable, Callable

import pytest
from tests.contract.adapters.conftest import ACCOUNT, START_MS, Stage

from holdfast.channels.contract import HistoryUnavailableError, PublishesPosts
from holdfast_simulators.post_book import Post, PostKind

MINUTE_MS = 60_000
MakeStage = Callable[[str], Awaitable[Stage]]


def publish(stage: Stage, number: int, kind: PostKind = "image", pictures: int = 1) -> Post:
    return stage.world.posts.publish(
        account=ACCOUNT,
        kind=kind,
        text=f"Post {number}",
        pictures=pictures,
        at_ms=START_MS + number * MINUTE_MS,
    )


@pytest.fixture
async def stage(make_stage: MakeStage) -> Stage:
    return await make_stage("instagram")


def reader(stage: Stage) -> PublishesPosts:
    assert isinstance(stage.adapter, PublishesPosts)
    return stage.adapter


async def test_posts_come_whole_newest_first_over_several_pages(stage: Stage) -> None:
    made = [publish(stage, number) for number in range(60)]
    listing = await reader(stage).posts(100)

    assert listing.is_whole
    assert [post.external_id for post in listing.posts] == [post.id for post in reversed(made)]
    newest = listing.posts[0]
    assert (newest.text, newest.at) == ("Post 59", START_MS + 59 * MINUTE_MS)
    assert newest.link == f"https://www.instagram.com/p/{made[-1].shortcode}/"
    assert newest.media[0].url.startswith("http")


async def test_no_more_are_read_than_asked_for(stage: Stage) -> None:
    for number in range(40):
        publish(stage, number)
    listing = await reader(stage).posts(30)

    assert len(listing.posts) == 30
    assert not listing.is_whole


async def test_carousels_and_videos_have_their_pictures(stage: Stage) -> None:
    publish(stage, 1, "carousel", 3)
    publish(stage, 2, "video")
    film, many = (await reader(stage).posts(10)).posts

    assert [media.kind for media in many.media] == ["picture"] * 3
    assert len({media.external_id for media in many.media}) == 3
    assert [(media.kind, media.external_id) for media in film.media] == [("video", film.external_id)]
    assert ".png" in film.media[0].url


async def test_an_account_without_posts_has_none(stage: Stage) -> None:
    listing = await reader(stage).posts(10)

    assert (listing.posts, listing.is_whole) == ((), True)


@pytest.mark.parametrize(
    "kind", ["server_error", "html_error", "token_error", "throttle", "refused", "accept_then_cut"]
)
async def test_an_ill_platform_is_said_to_be_so(stage: Stage, kind: str) -> None:
    publish(stage, 1)
    stage.fault(kind)

    with pytest.raises(HistoryUnavailableError):
        await reader(stage).posts(10)


@pytest.mark.parametrize("platform", ["whatsapp", "sms"])
async def test_other_platforms_carry_no_posts(make_stage: MakeStage, platform: str) -> None:
    assert not isinstance((await make_stage(platform)).adapter, PublishesPosts)
