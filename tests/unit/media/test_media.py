"""What people send is taken in whole or not at all, written anew, and kept as long as something shows it."""

import io
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image
from tests.unit.media import samples

from holdfast.media import (
    Item,
    Media,
    Shelf,
    UnknownMediaError,
    UploadRefusedError,
    attachments_of,
    forget_media_of,
    id_in,
    release_media,
    use_media,
    use_what_is_there,
)
from holdfast.storage import SqliteDatabase

DAY_SECONDS = 24 * 3_600
MIB = 1024 * 1024

Take = Callable[..., Awaitable[Item]]


async def pieces(body: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.fixture
def take(media: Media) -> Take:
    async def take(body: bytes, name: str = "", owner: str = "mem_ann", **more: Any) -> Item:
        return await media.receive(owner, name, pieces(body), **more)

    return take


def files_of(shelf: Shelf, item: Item) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in shelf.place(item.id).iterdir()}


def lies_bare(shelf: Shelf, root: Path) -> list[Path]:
    return [path for path in (root / "media").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("kind", "ending", "mime"),
    [
        ("JPEG", "jpg", "image/jpeg"),
        ("PNG", "png", "image/png"),
        ("WEBP", "webp", "image/webp"),
        ("AVIF", "webp", "image/webp"),
    ],
)
async def test_a_picture_is_upright_and_tells_nothing_of_where_it_was_taken(
    take: Take, shelf: Shelf, kind: str, ending: str, mime: str
) -> None:
    body = samples.picture(kind)
    assert samples.MAKER.encode() in body
    item = await take(body, "IMG_1.heic")
    assert (item.kind, item.type, item.name) == ("picture", mime, f"IMG_1.{ending}")
    assert (item.width, item.height) == (48, 64), "turned as the camera was held"
    files = files_of(shelf, item)
    assert sorted(files) == [f"original.{ending}", "square.webp", "thumb.webp"]
    for name, kept in files.items():
        assert samples.MAKER.encode() not in kept, name
        assert b"Exif" not in kept, name
        with Image.open(io.BytesIO(kept)) as shown:
            assert not shown.getexif(), name
    assert item.bytes == len(files[f"original.{ending}"])
    with Image.open(io.BytesIO(files["square.webp"])) as square:
        assert square.size == (256, 256)


async def test_words_inside_a_picture_are_gone(take: Take, shelf: Shelf) -> None:
    item = await take(samples.png_with_words(), "a.png")
    assert all(samples.MAKER.encode() not in kept for kept in files_of(shelf, item).values())


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
async def test_a_moving_picture_goes_on_moving(take: Take, shelf: Shelf, kind: str) -> None:
    item = await take(samples.moving(kind), "dance")
    [kept] = [body for name, body in files_of(shelf, item).items() if name.startswith("original")]
    assert samples.MAKER.encode() not in kept
    with Image.open(io.BytesIO(kept)) as shown:
        assert getattr(shown, "n_frames", 1) == 3


@pytest.mark.parametrize(
    ("container", "seen", "heard", "kind", "mime"),
    [
        ("mp4", "libx264", "aac", "video", "video/mp4"),
        ("mov", "libx264", "aac", "video", "video/mp4"),
        ("webm", "libvpx", "libopus", "video", "video/webm"),
        ("webm", "", "libopus", "voice", "audio/webm"),
        ("ogg", "", "libopus", "voice", "audio/ogg"),
        ("ipod", "", "aac", "voice", "audio/mp4"),
        ("mp3", "", "libmp3lame", "voice", "audio/mpeg"),
    ],
)
async def test_videos_and_voices_are_copied_without_what_is_told_about_them(
    take: Take, shelf: Shelf, tmp_path: Path, container: str, seen: str, heard: str, kind: str, mime: str
) -> None:
    body = samples.film(tmp_path / "film", container, seen, heard)
    assert samples.MAKER.encode() in body
    item = await take(body, "clip.mov")
    assert (item.kind, item.type) == (kind, mime)
    assert item.seconds == pytest.approx(1.0, abs=0.15)
    assert (item.width, item.height) == ((64, 48) if seen else (0, 0))
    assert bool(item.thumb) is bool(seen)
    for name, kept in files_of(shelf, item).items():
        assert samples.MAKER.encode() not in kept, name
        assert samples.PLACE.encode() not in kept, name


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.7 something",
        b"MZ\x90\x00" + bytes(100),
        b"x",
    ],
)
async def test_everything_else_is_a_file_and_stays_as_it_is(take: Take, shelf: Shelf, body: bytes) -> None:
    item = await take(body, "innocent.jpg")
    assert (item.kind, item.thumb) == ("file", "")
    assert files_of(shelf, item) == {"original.bin": body}


async def test_what_hides_behind_a_picture_is_not_kept(take: Take, shelf: Shelf) -> None:
    """A file that is a picture from its front and a page or an archive from its back."""
    hidden = b"<script>alert(document.domain)</script>PK\x05\x06" + bytes(18)
    for kind in ("JPEG", "GIF", "PNG"):
        item = await take(samples.picture(kind) + hidden, "both")
        assert all(b"<script>" not in kept for kept in files_of(shelf, item).values())


async def test_a_page_that_begins_like_a_picture_is_refused(take: Take, shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(UploadRefusedError) as refused:
        await take(b"GIF89a<script>alert(1)</script>" + bytes(200), "x.gif")
    assert refused.value.code == "refused"
    assert lies_bare(shelf, tmp_path) == []


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
async def test_half_a_picture_is_refused_and_leaves_nothing(
    take: Take, shelf: Shelf, database: SqliteDatabase, tmp_path: Path, share: float
) -> None:
    noise = Image.effect_noise((200, 200), 90)
    out = io.BytesIO()
    noise.save(out, "PNG")
    body = out.getvalue()
    with pytest.raises(UploadRefusedError, match="damaged"):
        await take(body[: int(len(body) * share)])
    assert lies_bare(shelf, tmp_path) == []
    assert await database.read(lambda tx: tx.all("SELECT * FROM media")) == []


def bomb(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of this size."""
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    shape = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return head + shape + zlib.crc32(b"IHDR" + shape).to_bytes(4, "big") + bytes(64)


async def test_a_picture_of_monstrous_size_is_refused_before_it_is_unpacked(take: Take) -> None:
    with pytest.raises(UploadRefusedError):
        await take(bomb(60_000, 60_000))


async def test_a_bomb_of_compressed_pixels_does_no_harm(take: Take) -> None:
    out = io.BytesIO()
    Image.new("1", (40_000, 40_000)).save(out, "PNG")
    assert len(out.getvalue()) < MIB
    with pytest.raises(UploadRefusedError):
        await take(out.getvalue())


async def test_a_dance_without_end_is_refused(take: Take) -> None:
    with pytest.raises(UploadRefusedError, match="moving picture"):
        await take(many_frames())


def many_frames() -> bytes:
    out = io.BytesIO()
    pictures = [Image.new("P", (4, 4), number % 2) for number in range(700)]
    pictures[0].save(
        out, "GIF", save_all=True, append_images=pictures[1:], duration=20, loop=0, optimize=False
    )
    return out.getvalue()


async def test_a_playlist_leads_nowhere(take: Take, shelf: Shelf, tmp_path: Path) -> None:
    """A reader that chose for itself would follow it to files of ours."""
    secret = tmp_path / "secret"
    secret.write_text("the key of the hub")
    item = await take(f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n".encode(), "x.m3u8")
    assert item.kind == "file"
    faked = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + f"file://{secret}".encode()
    with pytest.raises(UploadRefusedError):
        await take(faked, "x.mp4")


async def test_a_kind_that_few_can_see_is_refused_with_the_remedy(take: Take) -> None:
    with pytest.raises(UploadRefusedError, match="JPEG"):
        await take(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100))


async def test_nothing_is_no_file(take: Take) -> None:
    with pytest.raises(UploadRefusedError) as refused:
        await take(b"")
    assert refused.value.code == "empty"


async def test_what_is_too_large_for_its_kind_is_refused_as_soon_as_it_is(
    media: Media, shelf: Shelf, tmp_path: Path
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 64 * 1024
            yield b"a" * 64 * 1024

    with pytest.raises(UploadRefusedError) as refused:
        await media.receive("mem_ann", "a.txt", endless())
    assert refused.value.code == "too_large"
    assert sent < 2 * MIB
    assert lies_bare(shelf, tmp_path) == []


async def test_an_upload_that_breaks_off_leaves_nothing(
    media: Media, shelf: Shelf, database: SqliteDatabase, tmp_path: Path
) -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield b"half of it"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await media.receive("mem_ann", "a.txt", breaks())
    assert lies_bare(shelf, tmp_path) == []
    assert await database.read(lambda tx: tx.all("SELECT * FROM media")) == []


async def test_one_file_of_a_member_at_a_time(media: Media, take: Take) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"begins"
        with pytest.raises(UploadRefusedError) as refused:
            await take(b"another one")
        assert refused.value.code == "too_many"
        assert (await take(b"somebody else's", owner="mem_bob")).kind == "file"
        yield b"ends"

    assert (await media.receive("mem_ann", "a", slow())).bytes == len(b"beginsends")
    assert (await take(b"the next one")).kind == "file"


async def test_a_member_keeps_so_much_and_the_business_more(
    database: SqliteDatabase, clock: Any, shelf: Shelf, settings: Any
) -> None:
    small = msgspec.structs.replace(settings, member_mib_max=1)
    media = Media(
        database=database,
        clock=clock,
        random_bytes=lambda length: next(tokens).to_bytes(length, "big"),
        shelf=shelf,
        settings=small,
    )
    tokens = iter(range(1, 100))
    half = b"a" * (600 * 1024)
    await media.receive("mem_ann", "a", pieces(half))
    with pytest.raises(UploadRefusedError) as refused:
        await media.receive("mem_ann", "b", pieces(half))
    assert refused.value.code == "full"
    for _ in range(2):
        await media.receive("business", "c", pieces(half), member_bound=False)


async def test_the_hub_keeps_some_of_the_disk_free(
    database: SqliteDatabase, clock: Any, shelf: Shelf, settings: Any
) -> None:
    none = msgspec.structs.replace(settings, free_mib_min=100_000_000)
    media = Media(database=database, clock=clock, random_bytes=bytes, shelf=shelf, settings=none)
    with pytest.raises(UploadRefusedError) as refused:
        await media.receive("mem_ann", "a", pieces(b"a"))
    assert refused.value.code == "unavailable"


async def test_what_nobody_uses_goes_after_a_day(media: Media, take: Take, clock: Any, shelf: Shelf) -> None:
    item = await take(b"words")
    assert await media.sweep() == 0
    clock.seconds += DAY_SECONDS + 1
    assert await media.sweep() == 1
    assert shelf.find(item.id) is None
    assert await media.sweep() == 0


async def test_what_a_message_shows_stays_until_the_last_one_is_taken_back(
    media: Media, database: SqliteDatabase, take: Take, clock: Any, shelf: Shelf
) -> None:
    item = await take(b"words")
    for message in ("message:1", "message:2", "message:1"):
        assert await database.write(use_media, message, [item.id], "mem_ann") == [item]
    clock.seconds += 30 * DAY_SECONDS
    assert await media.sweep() == 0
    await database.write(release_media, "message:1")
    assert await media.sweep() == 0
    await database.write(release_media, "message:2")
    assert await media.sweep() == 1
    assert shelf.find(item.id) is None
    with pytest.raises(UnknownMediaError):
        await database.write(use_media, "message:3", [item.id])


async def test_nobody_uses_what_somebody_else_uploaded(database: SqliteDatabase, take: Take) -> None:
    item = await take(b"words")
    with pytest.raises(UnknownMediaError):
        await database.write(use_media, "message:1", [item.id], "mem_bob")
    assert await database.read(attachments_of, [item.id], "mem_bob") == {}
    assert await database.read(attachments_of, [item.id, "nothing"]) == {item.id: item}


async def test_whoever_goes_takes_their_files_along(
    media: Media, database: SqliteDatabase, take: Take, shelf: Shelf
) -> None:
    item, other = await take(b"words"), await take(b"more words", owner="mem_bob")
    await database.write(use_media, "message:1", [item.id])
    await database.write(forget_media_of, "mem_ann")
    await database.write(use_what_is_there, "message:2", [item.id, other.id])
    assert await media.sweep() == 1
    assert shelf.find(item.id) is None
    assert shelf.find(other.id) is not None


async def test_a_kill_while_files_are_removed_is_followed_up(
    media: Media, database: SqliteDatabase, take: Take, clock: Any, shelf: Shelf
) -> None:
    item = await take(b"words")
    await database.write(lambda tx: tx.run("UPDATE media SET state = 'leaving'"))
    shelf.drop(item.id)
    clock.seconds += DAY_SECONDS + 1
    assert await media.sweep() == 1
    assert await database.read(lambda tx: tx.all("SELECT * FROM media")) == []


async def test_a_kill_while_a_file_arrives_is_followed_up(
    media: Media, database: SqliteDatabase, clock: Any, shelf: Shelf
) -> None:
    insert = "INSERT INTO media (id, owner, state, created_at, unused_since) VALUES ('x', 'mem_ann', 'arriving', 1, 1)"
    await database.write(lambda tx: tx.run(insert))
    with shelf.open_new("x") as file:
        file.write(b"half")
    assert await media.sweep() == 1
    assert not shelf.place("x").exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\me.txt", "me.txt"),
        ("a\x00b\r\nc\u202etxt.exe", "a b c txt.exe"),
        ("  ..hidden.. ", "hidden"),
        ("", "file"),
        ("é" * 500 + ".txt", "é" * 116 + ".txt"),
    ],
)
async def test_names_are_safe_to_show_and_to_save_under(take: Take, given: str, kept: str) -> None:
    item = await take(b"words", given)
    assert item.name == kept
    assert item.url.startswith(f"/media/{item.id}/")
    assert item.url.isascii()


async def test_a_file_that_must_not_be_there_is_removed_at_once(
    media: Media, database: SqliteDatabase, take: Take, shelf: Shelf
) -> None:
    item = await take(b"words")
    await database.write(use_media, "message:1", [item.id])
    assert id_in(f"https://hub.example{item.url}") == id_in(item.id) == item.id
    assert await media.remove(item.id)
    assert shelf.find(item.id) is None
    assert await database.read(lambda tx: tx.all("SELECT * FROM media")) == []
    assert not await media.remove(item.id)
