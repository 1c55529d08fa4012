"""Files that the hub keeps for the page's process, and the parts of the public site that are made of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from holdfast.status.heartbeat import Heartbeat
from holdfast.status.pages import Page
from holdfast.status.shelf import Shelf
from holdfast.status.snapshot import SnapshotUnreadableError

RENDER_SECONDS_MAX: Final = 10.0
"""How old the ages on a page may become."""


T = TypeVar("T")
Known_contra = TypeVar("Known_contra", contravariant=True)
Known_co = TypeVar("Known_co", covariant=True)


class PageSource(Protocol):
    """A part of the public site, such as the status pages, made of a file of its own.

    ``name`` tells the parts apart; no two parts share a path.
    """

    @property
    def name(self) -> str: ...

    def pages(self) -> Mapping[str, Page] | None:
        """Every page of this part by its path, or None where all is as it was at the last call.

        Called a few times a second, beside the requests, by one thread at a time; may read files.
        """
        ...


class Render(Protocol[Known_contra]):
    """Makes every page of a part from what its file says, None where nothing is known yet; times in ms."""

    def __call__(
        self, known: Known_contra | None, /, *, hub_silent_since: int | None, now: int
    ) -> Mapping[str, Page]: ...


class WatchedFile(Generic[T]):
    """A file that another process replaces and touches; ``decode`` raises SnapshotUnreadableError.

    What cannot be read leaves the last good value standing. ``beat_ms`` is when the file was last touched.
    """

    def __init__(self, file: Path, decode: Callable[[bytes], T], bytes_max: int) -> None:
        self.value: T | None = None
        self.written = b""
        self.beat_ms = 0
        self._file = file
        self._decode = decode
        self._bytes_max = bytes_max

    def look(self) -> None:
        with suppress(OSError, SnapshotUnreadableError):
            beat_ms = self._file.stat().st_mtime_ns // 1_000_000
            if beat_ms == self.beat_ms:
                return
            with self._file.open("rb") as file:
                written = file.read(self._bytes_max + 1)
            if written != self.written or self.value is None:
                self.value = self._decode(written)
                self.written = written
            self.beat_ms = beat_ms


class Watched(Protocol[Known_co]):
    """What is known, the bytes that it was read from, and when their file was last touched (ms)."""

    @property
    def value(self) -> Known_co | None: ...

    @property
    def written(self) -> bytes: ...

    @property
    def beat_ms(self) -> int: ...

    def look(self) -> None: ...


class FileSource(Generic[T]):
    """A part made of what is watched, true also while the hub is silent."""

    def __init__(
        self,
        name: str,
        file: Watched[T],
        render: Render[T],
        *,
        heartbeat: Heartbeat,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        self.name = name
        self._file = file
        self._render = render
        self._heartbeat = heartbeat
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._shown: tuple[object, ...] = ()

    def pages(self) -> Mapping[str, Page] | None:
        self._file.look()
        silent_since = self._silent_since()
        age_step = int(self._monotonic() / RENDER_SECONDS_MAX)
        shown = (self._file.written, silent_since, age_step)
        if shown == self._shown:
            return None
        made = self._render(self._file.value, hub_silent_since=silent_since, now=self._now_ms())
        self._shown = shown
        return made

    def _silent_since(self) -> int | None:
        if self._file.value is None:
            return None
        return self._heartbeat.silent_since(
            self._file.beat_ms, now_ms=self._now_ms(), monotonic=self._monotonic()
        )


def refresh(
    shelf: Shelf, sources: Sequence[PageSource], tell: Callable[[str, Exception], None] | None = None
) -> bool:
    """Take in what changed; whether anything did. With ``tell`` a part that fails keeps its pages, and no other
    part suffers from it.
    """
    changed = {source.name: _pages(source, tell) for source in sources}
    for name, pages in changed.items():
        if pages is not None:
            shelf.put(pages, name)
    return any(pages is not None for pages in changed.values())


def _pages(source: PageSource, tell: Callable[[str, Exception], None] | None) -> Mapping[str, Page] | None:
    try:
        return source.pages()
    except Exception as error:
        if tell is None:
            raise
        tell(source.name, error)
        return None
