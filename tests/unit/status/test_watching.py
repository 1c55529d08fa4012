"""Parts of the public site side by side, each made of a file of its own."""

import os
from collections.abc import Callable
from pathlib import Path

from holdfast.status import Page, Shelf, Snapshot, WatchedFile, make_page, refresh
from holdfast.status.snapshot import SnapshotUnreadableError

Render = Callable[..., dict[str, Page]]


class Part:
    def __init__(self, name: str, *made: dict[str, Page] | None) -> None:
        self.name = name
        self._made = list(made)

    def pages(self) -> dict[str, Page] | None:
        return self._made.pop(0) if self._made else None


def _decode(data: bytes) -> str:
    if data == b"spoiled":
        raise SnapshotUnreadableError("spoiled")
    return data.decode()


def _put(file: Path, data: bytes, beat_seconds: int) -> None:
    file.write_bytes(data)
    os.utime(file, (beat_seconds, beat_seconds))


def test_a_file_is_read_when_it_was_touched_and_keeps_its_last_good_value(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    watched = WatchedFile(file, _decode, 100)

    watched.look()
    assert watched.value is None

    _put(file, b"first", 1_000)
    watched.look()
    assert (watched.value, watched.beat_ms) == ("first", 1_000_000)

    _put(file, b"spoiled", 2_000)
    watched.look()
    assert (watched.value, watched.beat_ms) == ("first", 1_000_000)

    _put(file, b"second", 3_000)
    watched.look()
    assert (watched.value, watched.beat_ms) == ("second", 3_000_000)


def test_parts_stand_side_by_side_and_change_apart(render: Render, shop: Snapshot) -> None:
    shelf = Shelf()
    status = Part("status", render(shop))
    reports = Part("reports", {"/tracker": make_page("quiet")}, {"/tracker": make_page("a storm")})

    assert refresh(shelf, [status, reports])
    assert shelf.answer("GET", "/tracker", {}.get).body == b"quiet"
    assert refresh(shelf, [status, reports])
    assert shelf.answer("GET", "/tracker", {}.get).body == b"a storm"
    assert shelf.answer("GET", "/", {}.get).status == 200
    assert not refresh(shelf, [status, reports])


def test_a_page_with_a_form_may_post_to_the_hub_alone() -> None:
    shelf = Shelf()
    shelf.put({"/": make_page("a"), "/report": make_page("b", form_to="https://hub.example")})

    def policy(path: str) -> str:
        return dict(shelf.answer("GET", path, {}.get).headers)["content-security-policy"]

    assert policy("/").endswith("form-action 'none'")
    assert policy("/report").endswith("form-action https://hub.example")
