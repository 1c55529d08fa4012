"""Files are shown or saved, whole or in part, and nothing in them is ever run."""

from pathlib import Path
from typing import Any, Final

import pytest

from holdfast.media import Shelf
from holdfast.web.media_files import CHUNK_BYTES, MediaFiles, part_of

ID: Final = "a" * 32
FILE: Final = "b" * 32
BODY: Final = bytes(range(256)) * 4 * 1024
"""Of more than one piece."""


class Answer:
    def __init__(self, messages: list[Any]) -> None:
        self.status = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body = b"".join(each["body"] for each in messages[1:])


@pytest.fixture
def files(tmp_path: Path) -> MediaFiles:
    shelf = Shelf(tmp_path)
    for media_id, names in ((ID, ("original.mp4", "thumb.webp")), (FILE, ("original.bin",))):
        shelf.place(media_id).mkdir(parents=True)
        for name in names:
            (shelf.place(media_id) / name).write_bytes(BODY)
    return MediaFiles(shelf)


async def ask(files: MediaFiles, path: str, method: str = "GET", **headers: str) -> Answer:
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await files({"type": "http", "method": method, "path": path, "headers": raw}, receive, send)
    return Answer(sent)


async def test_a_video_is_shown_and_may_be_kept(files: MediaFiles) -> None:
    answer = await ask(files, f"/media/{ID}/a clip.mp4")
    assert (answer.status, answer.body) == (200, BODY)
    assert len(BODY) > CHUNK_BYTES
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''a%20clip.mp4"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "script" not in answer.headers["content-security-policy"]
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "immutable" in answer.headers["cache-control"]
    again = await ask(files, f"/media/{ID}/a clip.mp4", if_none_match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    "name", ["page.html", "picture.svg", "x\r\nset-cookie: a=b", 'a"b.exe', "é.html", ""]
)
async def test_any_other_file_is_only_ever_saved(files: MediaFiles, name: str) -> None:
    answer = await ask(files, f"/media/{FILE}/{name}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-disposition"].isprintable()
    assert answer.headers["content-disposition"].isascii()


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=100-", 100, len(BODY)), ("bytes=-10", len(BODY) - 10, len(BODY))],
)
async def test_a_part_is_given_as_asked(files: MediaFiles, wanted: str, start: int, end: int) -> None:
    answer = await ask(files, f"/media/{ID}/a.mp4", range=wanted)
    assert (answer.status, answer.body) == (206, BODY[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(BODY)}"
    assert answer.headers["content-length"] == str(end - start)


async def test_a_part_that_is_not_there_is_refused(files: MediaFiles) -> None:
    answer = await ask(files, f"/media/{ID}/a.mp4", range=f"bytes={len(BODY)}-")
    assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{len(BODY)}")


@pytest.mark.parametrize("wanted", ["bytes=0-1,3-4", "lines=1-2", "bytes=a-b", "bytes=" + "9" * 40 + "-"])
async def test_what_is_no_single_part_is_answered_with_the_whole(files: MediaFiles, wanted: str) -> None:
    answer = await ask(files, f"/media/{ID}/a.mp4", range=wanted)
    assert (answer.status, len(answer.body)) == (200, len(BODY))


async def test_a_part_of_an_older_file_is_not_given(files: MediaFiles) -> None:
    answer = await ask(files, f"/media/{ID}/a.mp4", range="bytes=0-1", if_range='"older"')
    assert (answer.status, len(answer.body)) == (200, len(BODY))


@pytest.mark.parametrize(
    "path",
    [
        f"/media/{'c' * 32}/a",
        "/media/",
        "/media/..",
        f"/media/../{ID}/a",
        f"/media/{ID}/-/original.mp4",
        f"/media/{ID}/-/../original.mp4",
        f"/media/{ID}/-/square.webp",
        "/media/*/a",
        f"/media/{ID.upper()}/a",
    ],
)
async def test_there_is_nothing_else(files: MediaFiles, path: str) -> None:
    answer = await ask(files, path)
    assert answer.status == 404
    assert "cache-control" not in answer.headers


async def test_small_pictures_and_heads(files: MediaFiles) -> None:
    assert (await ask(files, f"/media/{ID}/-/thumb.webp")).headers["content-type"] == "image/webp"
    head = await ask(files, f"/media/{ID}/a.mp4", "HEAD")
    assert (head.body, head.headers["content-length"]) == (b"", str(len(BODY)))
    assert (await ask(files, f"/media/{ID}/a.mp4", "DELETE")).status == 405


def test_of_nothing_there_is_no_part() -> None:
    assert part_of("bytes=0-", 0) is None
    assert part_of("bytes=-0", 10) is None
    assert part_of("bytes=-", 0) is None
