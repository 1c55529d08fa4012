"""What the public may see of the business and its posts: written by the hub, read by the page's process."""

from pathlib import Path
from typing import Final

import msgspec

from holdfast.posts import PictureKind, Profile
from holdfast.status.snapshot import Snapshot, SnapshotUnreadableError

PAGE_BYTES_MAX: Final = 16 * 1024 * 1024


class PublicPicture(msgspec.Struct, frozen=True, kw_only=True):
    """``file`` is the name of a picture in the public folder; a video's ``link`` is where it plays."""

    file: str
    kind: PictureKind = PictureKind.PICTURE
    alt: str = ""
    link: str = ""


class PublicPost(msgspec.Struct, frozen=True, kw_only=True):
    """``origin`` is what people call the platform that it was mirrored from; times are ms since the epoch."""

    id: str
    slug: str
    at: int
    updated_at: int
    heading: str
    title: str = ""
    text: str = ""
    link: str = ""
    origin: str = ""
    pinned: bool = False
    starts_at: int | None = None
    ends_at: int | None = None
    place: str = ""
    pictures: tuple[PublicPicture, ...] = ()

    @property
    def path(self) -> str:
        return f"/posts/{self.slug}"


class PublicPage(msgspec.Struct, frozen=True, kw_only=True):
    """``posts`` are newest first; ``business`` is the profile's name, or the hub's."""

    business: str
    written_at: int
    profile: Profile = Profile()
    posts: tuple[PublicPost, ...] = ()

    def files(self) -> list[str]:
        """The pictures that the pages show, the most needed first."""
        names = [self.profile.picture] if self.profile.picture else []
        names += [picture.file for post in self.posts for picture in post.pictures]
        return list(dict.fromkeys(names))


class Known(msgspec.Struct, frozen=True):
    """What the pages are made of: the page itself, and how the channels are, where that is known."""

    page: PublicPage
    snapshot: Snapshot | None


def page_path(data_dir: Path) -> Path:
    return data_dir / "public" / "page.json"


def pictures_path(data_dir: Path) -> Path:
    return data_dir / "public" / "pictures"


def encode_page(page: PublicPage) -> bytes:
    return msgspec.json.encode(page)


def decode_page(data: bytes) -> PublicPage:
    """Raises SnapshotUnreadableError."""
    if len(data) > PAGE_BYTES_MAX:
        raise SnapshotUnreadableError("the page is larger than any hub writes")
    try:
        return msgspec.json.decode(data, type=PublicPage)
    except msgspec.MsgspecError as error:
        raise SnapshotUnreadableError(str(error)) from error
