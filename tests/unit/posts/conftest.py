"""A desk on a real store, and a platform that publishes what the test says."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.unit.conftest import Bench

from holdfast.channels.contract import (
    HistoryUnavailableError,
    PostListing,
    PublishedMedia,
    PublishedPost,
    PublishesPosts,
)
from holdfast.channels.transport import AnswerLostError, HttpAnswer, HttpRequest
from holdfast.media import Media, Shelf
from holdfast.posts.desk import PostDesk
from holdfast.posts.mirror import Mirror
from holdfast.posts.uploads import UploadedPictures
from holdfast.settings.model import Media as MediaSettings

PNG = b"\x89PNG\r\n\x1a\n"


class Platform:
    """Lists ``published``, newest first; ``problem`` is raised instead where there is one."""

    def __init__(self) -> None:
        self.published: list[PublishedPost] = []
        self.problem = ""
        self.is_whole = True

    async def posts(self, most: int) -> PostListing:
        if self.problem:
            raise HistoryUnavailableError(self.problem)
        newest = sorted(self.published, key=lambda post: post.at, reverse=True)
        return PostListing(tuple(newest[:most]), self.is_whole and len(newest) <= most)


class Pictures:
    """Answers every address with a picture of its own; those in ``lost`` do not answer."""

    def __init__(self) -> None:
        self.lost: set[str] = set()
        self.bodies: dict[str, bytes] = {}
        self.asked: list[str] = []

    async def request(self, request: HttpRequest) -> HttpAnswer:
        self.asked.append(request.url)
        if request.url in self.lost:
            raise AnswerLostError("it does not answer")
        return HttpAnswer(200, {}, self.bodies.get(request.url, PNG + request.url.encode()))

    async def close(self) -> None:
        pass


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "media")


@pytest.fixture
def media(hub: Bench, shelf: Shelf) -> Media:
    return Media(
        database=hub.database,
        clock=hub.clock,
        random_bytes=hub.random.randbytes,
        shelf=shelf,
        settings=MediaSettings(),
    )


@pytest.fixture
def desk(hub: Bench, shelf: Shelf) -> PostDesk:
    return PostDesk(
        database=hub.database,
        events=hub.events,
        clock=hub.clock,
        ids=hub.ids,
        uploads=UploadedPictures(hub.database, shelf, "https://hub.example"),
    )


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def pictures() -> Pictures:
    return Pictures()


@pytest.fixture
def mirror(hub: Bench, platform: Platform, pictures: Pictures) -> Mirror:
    channels: Mapping[str, PublishesPosts] = {"instagram:shop": platform}
    return Mirror(
        database=hub.database,
        events=hub.events,
        clock=hub.clock,
        ids=hub.ids,
        channels=lambda: channels,
        transport=pictures,
        every_seconds=60,
    )


def published(number: int, at: int, text: str = "", media: int = 1, kind: str = "picture") -> PublishedPost:
    return PublishedPost(
        external_id=f"ig{number}",
        at=at,
        text=text or f"Post {number}",
        link=f"https://www.instagram.com/p/{number}/",
        media=tuple(
            PublishedMedia(f"ig{number}.{part}", kind, f"https://cdn.example.com/{number}/{part}.png")
            for part in range(media)
        ),
    )
