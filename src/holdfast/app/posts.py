"""Posts and the profile of a hub, wired together."""

from collections.abc import Mapping
from functools import partial

from holdfast.app.hub import Hub
from holdfast.app.loops import Loop
from holdfast.channels.contract import PublishesPosts
from holdfast.channels.outside import OutsideResolver
from holdfast.channels.transport import HttpTransport
from holdfast.posts.desk import PostDesk
from holdfast.posts.mirror import Mirror
from holdfast.posts.uploads import UploadedPictures
from holdfast.status.profile.publisher import ProfilePublisher


def posts_of(hub: Hub) -> PostDesk:
    return PostDesk(
        database=hub.database,
        events=hub.events,
        clock=hub.clock,
        ids=hub.ids,
        uploads=UploadedPictures(hub.database, hub.shelf, hub.settings.public_url),
    )


def mirrored_channels(hub: Hub) -> Mapping[str, PublishesPosts]:
    """The channels whose public posts are copied."""
    return {
        name: adapter
        for name, adapter in hub.channels.adapters().items()
        if isinstance(adapter, PublishesPosts) and hub.channels.settings_of(name).mirror_posts
    }


class Posts:
    """What publishes posts and mirrors them, on one node of the hub at a time, and shows them, on every node."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        settings = hub.settings.posts
        self._desk = posts_of(hub)
        self._transport = (
            HttpTransport() if settings.pictures_inside else HttpTransport(resolver=OutsideResolver())
        )
        self._mirror = Mirror(
            database=hub.database,
            events=hub.events,
            clock=hub.clock,
            ids=hub.ids,
            channels=lambda: mirrored_channels(hub),
            transport=self._transport,
            every_seconds=settings.mirror_seconds,
            inside_allowed=settings.pictures_inside,
        )
        self._publisher = ProfilePublisher(
            database=hub.database,
            events=hub.events,
            clock=hub.clock,
            settings=hub.settings,
            origin=hub.channels.platform_title,
        )

    def loops(self) -> Mapping[str, Loop]:
        once = {"posts": self._desk.run, "mirror": self._mirror.run}
        shown = {"profile": self._publisher.run}
        if self._hub.nodes is None:
            return {**once, **shown}
        return {"posts": partial(self._hub.nodes.while_watching, once), **shown}

    async def close(self) -> None:
        await self._transport.close()
