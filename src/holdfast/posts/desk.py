"""Writing posts and the profile, and publishing what is due."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from holdfast.conversations.store import audit
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.media import release_media, use_what_is_there
from holdfast.posts import store
from holdfast.posts.model import (
    PICTURES_MAX,
    Picture,
    Post,
    PostRefusedError,
    PostState,
    Profile,
    check_post,
    check_profile,
    heading_of,
    slug_of,
)
from holdfast.posts.pictures import PICTURE_BYTES_MAX, file_name, picture_type
from holdfast.posts.uploads import UploadedPictures
from holdfast.storage import Database, EventLog, Tx, append_event

T = TypeVar("T")

PAGE_MAX: Final = 200
DUE_AT_ONCE: Final = 50
PUBLISH_SECONDS: Final = 1.0
NEWS_MS: Final = 24 * 3_600_000
"""What was published elsewhere longer ago is no news: it is shown, and nobody is told."""
NOTED_CHARACTERS_MAX: Final = 200
LAST: Final = (2**62, "~")
_OF_MIRRORED: Final = frozenset({PostState.PUBLISHED, PostState.HIDDEN})


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants a post to be; what is not set stays as it is."""

    title: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    link: str | UnsetType = UNSET
    state: PostState | UnsetType = UNSET
    at: int | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET
    starts_at: int | UnsetType | None = UNSET
    ends_at: int | UnsetType | None = UNSET
    place: str | UnsetType = UNSET
    pictures: tuple[Picture, ...] | UnsetType = UNSET

    def told(self) -> dict[str, object]:
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if value is not UNSET}


class Deed(msgspec.Struct, frozen=True):
    """Who does something, when, and what its entry in the audit trail is called."""

    who: str
    at: int
    entry_id: str

    async def note(self, tx: Tx, action: str, subject: str, detail: str) -> None:
        detail = detail[:NOTED_CHARACTERS_MAX]
        await audit(
            tx,
            entry_id=self.entry_id,
            at=self.at,
            who=self.who,
            action=action,
            subject=subject,
            detail=detail,
        )


class PostDesk:
    """What people do stands in the audit trail. Pictures are named by the ids of uploads, or by the names that they
    were given here.
    """

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        uploads: UploadedPictures,
    ) -> None:
        self._database = database
        self._uploads = uploads
        self._events = events
        self._clock = clock
        self._ids = ids

    async def profile(self) -> Profile:
        return await self._database.read(store.load_profile)

    async def put_profile(self, profile: Profile, by: str) -> Profile:
        """Raises PostRefusedError."""
        check_profile(profile)
        if profile.picture:
            shown = await self._uploads.take_over(Picture(file=profile.picture), self._clock.now_ms())
            profile = msgspec.structs.replace(profile, picture=shown.file)
        return await self._write(_put_profile, profile, self._deed(by))

    async def page(
        self, state: PostState | None = None, before: tuple[int, str] = LAST, limit: int = PAGE_MAX
    ) -> list[Post]:
        """The latest first; of scheduled ones and drafts by the time that they are meant for."""
        return await self._database.read(store.newest, state, before, min(limit, PAGE_MAX))

    async def get(self, post_id: str) -> Post:
        """Raises LookupError."""
        post = await self._database.read(store.load_post, post_id)
        if post is None:
            raise LookupError(f"there is no post {post_id}")
        return post

    async def add(self, writing: Writing, by: str) -> Post:
        """A new post, published at once where nothing else is said. Raises PostRefusedError."""
        deed, post_id = self._deed(by), self._ids.new("pst")
        blank = Post(
            id=post_id,
            slug=post_id,
            state=PostState.PUBLISHED,
            at=deed.at,
            created_at=deed.at,
            created_by=by,
            updated_at=deed.at,
        )
        return await self._write(_add, blank, await self._with_uploads(writing), deed)

    async def change(self, post_id: str, writing: Writing, by: str) -> Post:
        """Raises LookupError, PostRefusedError."""
        return await self._write(_change, post_id, await self._with_uploads(writing), self._deed(by))

    async def delete(self, post_id: str, by: str) -> None:
        """A post of our own. Raises LookupError, PostRefusedError for one that is mirrored."""
        await self._write(_delete, post_id, self._deed(by))

    async def keep_picture(self, data: bytes) -> str:
        """Keep a picture for a post or the profile; its name. Raises PostRefusedError."""
        content_type = picture_type(data)
        if not content_type or len(data) > PICTURE_BYTES_MAX:
            megabytes = PICTURE_BYTES_MAX // 1024 // 1024
            raise PostRefusedError(
                "pictures", f"A picture is a JPEG, PNG, WebP or GIF of at most {megabytes} MiB."
            )
        name = file_name(data, content_type)
        await self._database.write(store.add_file, name, content_type, data, self._clock.now_ms())
        return name

    async def picture(self, name: str) -> tuple[str, bytes] | None:
        """(content type, bytes)"""
        return await self._database.read(store.load_file, name)

    async def run(self) -> None:
        """Publish what is due, until cancelled."""
        while True:
            try:
                await self.publish_due()
            except Exception as error:  # noqa: BLE001 - what could not be published now is published later
                get_log("posts").warning("posts were not published", problem=str(error))
            await self._clock.sleep(PUBLISH_SECONDS)

    async def publish_due(self) -> int:
        """Publish what was scheduled for now; how many posts."""
        now = self._clock.now_ms()
        if not await self._database.read(store.due, now, 1):
            return 0
        return await self._write(_publish_due, now)

    async def _with_uploads(self, writing: Writing) -> Writing:
        if writing.pictures is UNSET:
            return writing
        if len(writing.pictures) > PICTURES_MAX:
            raise PostRefusedError("pictures", f"A post takes at most {PICTURES_MAX} pictures.")
        now = self._clock.now_ms()
        pictures = [await self._uploads.take_over(picture, now) for picture in writing.pictures]
        return msgspec.structs.replace(writing, pictures=tuple(pictures))

    def _deed(self, by: str) -> Deed:
        return Deed(by, self._clock.now_ms(), self._ids.new("aud"))

    async def _write(self, action: Callable[..., Awaitable[T]], *arguments: object) -> T:
        done: T = await self._database.write(action, *arguments)
        self._events.wake()
        return done


async def _put_profile(tx: Tx, profile: Profile, deed: Deed) -> Profile:
    await _check_files(tx, [profile.picture] if profile.picture else [])
    before = await store.load_profile(tx)
    changed = [name for name in profile.__struct_fields__ if getattr(profile, name) != getattr(before, name)]
    await store.put_profile(tx, profile, deed.at, deed.who)
    await store.count_change(tx, deed.at)
    if changed:
        await deed.note(tx, "profile.changed", "", ", ".join(changed).replace("_", " "))
    await append_event(tx, at=deed.at, kind="profile.changed", body={"by": deed.who})
    return profile


async def _add(tx: Tx, blank: Post, writing: Writing, deed: Deed) -> Post:
    post = await _put(tx, None, msgspec.structs.replace(blank, **writing.told()), deed.at)
    await deed.note(tx, "post.added", post.id, f"{post.state.value}: {heading_of(post.title, post.text)}")
    return post


async def _change(tx: Tx, post_id: str, writing: Writing, deed: Deed) -> Post:
    before = await _found(tx, post_id)
    told = writing.told()
    if before.source and told.keys() - {"state", "pinned"}:
        raise PostRefusedError(
            "", "This post is mirrored; change it where it was written. Here it can be hidden or pinned."
        )
    post = await _put(tx, before, msgspec.structs.replace(before, **told, updated_at=deed.at), deed.at)
    changed = [name for name in told if getattr(post, name) != getattr(before, name)]
    if changed:
        what = ", ".join(post.state.value if name == "state" else name for name in changed).replace("_", " ")
        await deed.note(tx, "post.changed", post.id, f"{what}: {heading_of(post.title, post.text)}")
    return post


async def _put(tx: Tx, before: Post | None, post: Post, now: int) -> Post:
    """Until it is first published, its address follows its words."""
    was_out = before is not None and before.state is PostState.PUBLISHED
    appears = post.state is PostState.PUBLISHED and not was_out and not post.source
    if appears:
        post = msgspec.structs.replace(post, at=now)
    _check_state(post)
    check_post(post, now)
    await _check_files(tx, [picture.file for picture in post.pictures])
    if not was_out and not post.source:
        post = msgspec.structs.replace(post, slug=await _slug(tx, post))
    await save(tx, post, now, is_news=appears)
    return post


def _check_state(post: Post) -> None:
    if post.source and post.state not in _OF_MIRRORED:
        raise PostRefusedError("state", "A mirrored post is published or hidden.")
    if not post.source and post.state is PostState.HIDDEN:
        raise PostRefusedError("state", "Only mirrored posts are hidden; make it a draft, or delete it.")


async def save(tx: Tx, post: Post, now: int, *, is_news: bool, digest: str = "") -> None:
    """Keep a post and say so; ``is_news``: it appears in public for the first time."""
    await store.put_post(tx, post, digest)
    await store.count_change(tx, now)
    await _use_videos(tx, post)
    body = {"post_id": post.id, "title": heading_of(post.title, post.text), "path": path_of(post)}
    await append_event(tx, at=now, kind="post.published" if is_news else "post.changed", body=body)


async def _use_videos(tx: Tx, post: Post) -> None:
    """A video of our own plays from the hub for as long as the post is there."""
    if not post.source:
        await release_media(tx, f"post:{post.id}")
        await use_what_is_there(
            tx, f"post:{post.id}", [each.external_id for each in post.pictures if each.external_id]
        )


def path_of(post: Post) -> str:
    return f"/posts/{post.slug}"


async def drop(tx: Tx, post: Post, now: int) -> None:
    await release_media(tx, f"post:{post.id}")
    await store.delete_post(tx, post.id)
    await store.count_change(tx, now)
    await append_event(tx, at=now, kind="post.deleted", body={"post_id": post.id})


async def _delete(tx: Tx, post_id: str, deed: Deed) -> None:
    post = await _found(tx, post_id)
    if post.source:
        raise PostRefusedError("", "This post is mirrored and would come back; hide it instead.")
    await drop(tx, post, deed.at)
    await deed.note(tx, "post.deleted", post.id, heading_of(post.title, post.text))


async def _publish_due(tx: Tx, now: int) -> int:
    posts = await store.due(tx, now, DUE_AT_ONCE)
    for post in posts:
        published = msgspec.structs.replace(post, state=PostState.PUBLISHED)
        await save(tx, published, now, is_news=True)
    return len(posts)


async def _found(tx: Tx, post_id: str) -> Post:
    post = await store.load_post(tx, post_id)
    if post is None:
        raise LookupError(f"there is no post {post_id}")
    return post


async def _slug(tx: Tx, post: Post) -> str:
    slug = slug_of(post)
    if slug and not await store.slug_is_taken(tx, slug, post.id):
        return slug
    return f"{slug}-{post.id[-6:].lower()}" if slug else post.id.lower()


async def _check_files(tx: Tx, names: Sequence[str]) -> None:
    known = await store.known_files(tx, names)
    if not known.issuperset(names):
        raise PostRefusedError("pictures", "There is no such picture; upload it first.")
