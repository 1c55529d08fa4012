"""What the page's process reads: the page's file beside the snapshot, and the pictures into memory."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from holdfast.posts.pictures import PICTURE_BYTES_MAX, type_of_name
from holdfast.status.pages import Page
from holdfast.status.profile.snapshot import Known, PublicPage
from holdfast.status.snapshot import Snapshot
from holdfast.status.watching import WatchedFile

PICTURES_BYTES_MAX: Final = 160 * 1024 * 1024
"""Of memory; the pictures of the oldest posts are left out beyond it."""
PREFIX: Final = "/pictures/"


class KnownFiles:
    """The page's file and the snapshot as one thing to watch; the page's file is the hub's heartbeat."""

    def __init__(self, page: WatchedFile[PublicPage], snapshot: WatchedFile[Snapshot]) -> None:
        self._page = page
        self._snapshot = snapshot
        self.value: Known | None = None

    @property
    def written(self) -> bytes:
        return self._page.written + self._snapshot.written

    @property
    def beat_ms(self) -> int:
        return self._page.beat_ms

    def look(self) -> None:
        self._page.look()
        self._snapshot.look()
        if self._page.value is not None:
            self.value = Known(self._page.value, self._snapshot.value)


class PictureSource:
    """Every picture that the page names, by its path, as far as the memory given to them reaches."""

    name = "pictures"

    def __init__(self, page: WatchedFile[PublicPage], folder: Path) -> None:
        self._page = page
        self._folder = folder
        self._shown: PublicPage | None = None
        self._held: dict[str, Page] = {}

    def pages(self) -> Mapping[str, Page] | None:
        self._page.look()
        page = self._page.value
        if page is None or page is self._shown:
            return None
        wanted = page.files()
        held: dict[str, Page] = {}
        spent = 0
        for name in wanted:
            picture = self._held.get(PREFIX + name) or self._read(name)
            spent += len(picture.body) if picture else 0
            if spent > PICTURES_BYTES_MAX:
                break
            if picture is not None:
                held[PREFIX + name] = picture
        self._held, self._shown = held, page
        return held

    def _read(self, name: str) -> Page | None:
        """None for what is no picture of ours, or is not there."""
        content_type = type_of_name(name)
        if not content_type:
            return None
        try:
            with (self._folder / name).open("rb") as file:
                body = file.read(PICTURE_BYTES_MAX + 1)
        except OSError:
            return None
        if len(body) > PICTURE_BYTES_MAX:
            return None
        return Page(body, content_type, name.partition(".")[0], gzipped=None, stays=True)
