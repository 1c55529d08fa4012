"""Keeps a copy of what the business publishes elsewhere, pictures and all, before it is needed.

A look reads the newest posts of a channel and makes ours the same. It may be cut off anywhere: what it left out is
done by the next one, and nothing is there twice, for a post is known by its channel and its id there.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from holdfast.channels.contract import (
    HistoryUnavailableError,
    PostListing,
    PublishedMedia,
    PublishedPost,
    PublishesPosts,
)
from holdfast.channels.outside import url_problem
from holdfast.channels.transport import AnswerLostError, HttpRequest, NotConnectedError, Transport
from holdfast.channels.untrusted import digest as digest_of
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.posts import store
from holdfast.posts.desk import NEWS_MS, drop, save
from holdfast.posts.model import (
    ALT_CHARACTERS_MAX,
    PICTURES_MAX,
    TEXT_CHARACTERS_MAX,
    Picture,
    PictureKind,
    Post,
    PostState,
    is_link,
)
from holdfast.posts.pictures import PICTURE_BYTES_MAX, file_name, picture_type
from holdfast.posts.store import Mirrored
from holdfast.storage import Database, EventLog, Tx

MIRRORED_MAX: Final = 100
"""The newest posts of a channel that are kept."""
PICTURE_SECONDS_MAX: Final = 20.0
LOOK_SECONDS_MAX: Final = 600.0
"""A look that takes longer leaves the rest to the next one, and the other channels their turn."""
LOOKS_UNTIL_GONE: Final = 3
"""A post is taken off the page when so many whole looks in a row did not find it."""
OK: Final = 200


class Mirror:
    """``channels`` gives those that are to be mirrored; ``transport`` fetches pictures, from outside addresses only
    unless ``inside_allowed``.
    """

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        channels: Callable[[], Mapping[str, PublishesPosts]],
        transport: Transport,
        every_seconds: float,
        inside_allowed: bool = False,
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._channels = channels
        self._transport = transport
        self._every_seconds = every_seconds
        self._inside_allowed = inside_allowed
        self._log = get_log("mirror")

    async def run(self) -> None:
        """Look at every channel now and then, until cancelled."""
        while True:
            for channel, adapter in list(self._channels().items()):
                try:
                    async with asyncio.timeout(LOOK_SECONDS_MAX):
                        await self.look(channel, adapter)
                except HistoryUnavailableError as error:
                    self._log.debug("posts are not mirrored now", channel=channel, reason=str(error))
                except Exception as error:  # noqa: BLE001 - what could not be mirrored now is mirrored later
                    self._log.warning("posts were not mirrored", channel=channel, problem=str(error))
            await self._clock.sleep(self._every_seconds)

    async def look(self, channel: str, adapter: PublishesPosts) -> int:
        """Make our copy the same as the channel's posts; how many changed. Raises HistoryUnavailableError."""
        listing = await adapter.posts(MIRRORED_MAX)  # the newest first: they are needed most
        changed = 0
        for published in listing.posts:
            known = await self._database.read(store.mirrored_one, channel, published.external_id)
            if known is None or known.digest != digest_of_post(published):
                await self._take(channel, published, known)
                changed += 1
        changed += await self._database.write(_settle_gone, channel, listing, self._clock.now_ms())
        if changed:
            self._events.wake()
        return changed

    async def _take(self, channel: str, published: PublishedPost, known: Mirrored | None) -> None:
        """With a picture that could not be fetched the post is there without it, and is looked at again."""
        held = {picture.external_id: picture for picture in known.post.pictures} if known else {}
        pictures: list[Picture] = []
        is_complete = True
        for media in published.media[:PICTURES_MAX]:
            picture = _renamed(held.get(media.external_id), media) or await self._fetch(media)
            is_complete = is_complete and picture is not None
            pictures += [picture] if picture is not None else []
        digest = digest_of_post(published) if is_complete else ""
        if not is_complete and known is not None and not _says_more(known.post, published, pictures):
            return
        post = _post(channel, published, tuple(pictures), known, self._ids.new("pst"), self._clock.now_ms())
        await self._database.write(_keep, post, digest, self._clock.now_ms())

    async def _fetch(self, media: PublishedMedia) -> Picture | None:
        if url_problem(media.url, inside_allowed=self._inside_allowed):
            return None
        try:
            answer = await self._transport.request(
                HttpRequest("GET", media.url, timeout_seconds=PICTURE_SECONDS_MAX)
            )
        except (NotConnectedError, AnswerLostError) as error:
            self._log.debug("a picture was not fetched", problem=str(error))
            return None
        content_type = picture_type(answer.body)
        if answer.status != OK or not content_type or len(answer.body) > PICTURE_BYTES_MAX:
            return None
        name = file_name(answer.body, content_type)
        await self._database.write(store.add_file, name, content_type, answer.body, self._clock.now_ms())
        return Picture(
            file=name,
            kind=PictureKind(media.kind),
            alt=media.alt[:ALT_CHARACTERS_MAX],
            external_id=media.external_id,
        )


def digest_of_post(published: PublishedPost) -> str:
    """Changes with what a post says, not with the addresses of its pictures, which are new at each look."""
    media = [(part.external_id, part.kind, part.alt) for part in published.media]
    return digest_of([published.at, published.text, published.link, media])


def gone(known: Sequence[Mirrored], listing: PostListing) -> list[Mirrored]:
    """Of what we have those that the listing should show and does not.

    An empty listing says nothing: platforms answer so when they are ill.
    """
    if not listing.posts:
        return []
    listed = {post.external_id for post in listing.posts}
    oldest = 0 if listing.is_whole else min(post.at for post in listing.posts)
    return [each for each in known if each.post.external_id not in listed and each.post.at >= oldest]


def _says_more(post: Post, published: PublishedPost, pictures: Sequence[Picture]) -> bool:
    return len(pictures) > len(post.pictures) or post.text != published.text[:TEXT_CHARACTERS_MAX]


def _renamed(held: Picture | None, media: PublishedMedia) -> Picture | None:
    return msgspec.structs.replace(held, alt=media.alt[:ALT_CHARACTERS_MAX]) if held is not None else None


def _post(
    channel: str,
    published: PublishedPost,
    pictures: tuple[Picture, ...],
    known: Mirrored | None,
    fresh_id: str,
    now: int,
) -> Post:
    """Hiding and pinning are ours, and stay."""
    post_id = known.post.id if known else fresh_id
    link = published.link if is_link(published.link) else ""
    return Post(
        id=post_id,
        slug=post_id.lower(),
        state=known.post.state if known else PostState.PUBLISHED,
        at=published.at,
        text=published.text[:TEXT_CHARACTERS_MAX],
        link=link,
        source=channel,
        external_id=published.external_id,
        pinned=known.post.pinned if known else False,
        pictures=tuple(
            msgspec.structs.replace(each, link=link if each.kind is PictureKind.VIDEO else "")
            for each in pictures
        ),
        created_at=known.post.created_at if known else now,
        updated_at=now,
    )


async def _keep(tx: Tx, post: Post, digest: str, now: int) -> None:
    """Another look may have been there before: then its post is the one."""
    before = await store.mirrored_one(tx, post.source, post.external_id)
    if before is not None:
        post = msgspec.structs.replace(
            post, id=before.post.id, slug=before.post.slug, state=before.post.state, pinned=before.post.pinned
        )
    is_news = before is None and now - post.at < NEWS_MS
    await save(tx, post, now, is_news=is_news, digest=digest)


async def _settle_gone(tx: Tx, channel: str, listing: PostListing, now: int) -> int:
    """Count what was not found, drop what was not found often enough, and what is too old to be kept; how many."""
    known = await store.mirrored(tx, channel, 0, 2 * MIRRORED_MAX)
    missing = gone(known, listing)
    lost = {each.post.id for each in missing}
    dropped = [each for each in missing if each.missed + 1 >= LOOKS_UNTIL_GONE]
    dropped += [each for each in known[MIRRORED_MAX:] if each.post.id not in lost]
    back = [each.post.id for each in known if each.missed and each.post.id not in lost]
    if lost:
        await store.count_missed(tx, list(lost))
    if back:
        await store.mark_seen(tx, back)
    for each in dropped:
        await drop(tx, each.post, now)
    return len(dropped)
