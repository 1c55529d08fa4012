"""A program of its own that opens what strangers sent: a picture, a video or a voice message.

It is started for one file, in a process that has nothing to lose: no secrets in its environment, little memory and
time, and a hub that goes on when it dies. What it makes holds the picture and the sound alone, written anew: nothing
of where and with what it was taken, and nothing that hides behind it. It imports nothing of the hub, to be quick.

One argument, a Job as JSON. What it made is told as JSON on the standard output; a sentence in ``problem`` says why
there is nothing.
"""

import json
import os
import resource
import sys
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps, ImageSequence

MEMORY_BYTES_MAX: Final = 2 * 1024**3
CPU_SECONDS_MAX: Final = 60
FILES_MAX: Final = 64
BEHIND_OTHERS: Final = 10
"""How far this work stands back when the processor is wanted elsewhere."""
PIXELS_MAX: Final = 64_000_000
"""More than any phone's camera makes without being asked to."""
SIDE_PIXELS_MAX: Final = 4_096
"""What is larger is made smaller."""
FRAMES_MAX: Final = 600
MOVED_PIXELS_MAX: Final = 120_000_000
"""Of all frames of a moving picture together."""
THUMB_PIXELS: Final = 480
SQUARE_PIXELS: Final = 256
QUALITY: Final = 86
SMALL_QUALITY: Final = 78
FRAME_MS_MIN: Final = 20
FRAME_MS_DEFAULT: Final = 100

_FORMATS: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
_WRITTEN: Final = {
    "JPEG": ("JPEG", "image/jpeg", "jpg"),
    "PNG": ("PNG", "image/png", "png"),
    "GIF": ("GIF", "image/gif", "gif"),
    "WEBP": ("WEBP", "image/webp", "webp"),
    "AVIF": ("WEBP", "image/webp", "webp"),
}
"""What each is written as; the last one is slow to write, and not shown everywhere."""
_HOW: Final[dict[str, dict[str, Any]]] = {
    "JPEG": {"quality": QUALITY, "optimize": True},
    "PNG": {},
    "GIF": {},
    "WEBP": {"quality": QUALITY},
}
_CONTAINERS: Final = {
    "video/mp4": ("mov", "mp4"),
    "video/x-m4v": ("mov", "mp4"),
    "video/quicktime": ("mov", "mp4"),
    "audio/mp4": ("mov", "mp4"),
    "video/webm": ("matroska", "webm"),
    "audio/ogg": ("ogg", "ogg"),
    "video/ogg": ("ogg", "ogg"),
    "audio/mpeg": ("mp3", "mp3"),
    "audio/x-wav": ("wav", "wav"),
}
"""How each is read and written. A reader that chooses for itself could be led to files of ours by a playlist."""
_ENDINGS: Final = {
    ("mp4", True): ("video/mp4", "mp4"),
    ("mp4", False): ("audio/mp4", "m4a"),
    ("webm", True): ("video/webm", "webm"),
    ("webm", False): ("audio/webm", "weba"),
    ("ogg", True): ("video/ogg", "ogv"),
    ("ogg", False): ("audio/ogg", "ogg"),
    ("mp3", False): ("audio/mpeg", "mp3"),
    ("wav", False): ("audio/wav", "wav"),
}
"""(container, whether there is something to see) -> (type, ending of the file)."""


class UnfitError(Exception):
    """The file is not taken; a sentence for whoever sent it."""


def make(source: Path, folder: Path, kind: str) -> dict[str, Any]:
    """Write the file anew into the folder as ``original.…``, with its small pictures. Raises UnfitError."""
    if kind in _FORMATS:
        return _picture(source, folder, _FORMATS[kind])
    return _film(source, folder, *_CONTAINERS[kind])


# --- pictures ---------------------------------------------------------------------------------------


def _picture(source: Path, folder: Path, known: str) -> dict[str, Any]:
    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    with Image.open(source, formats=[known]) as image:
        if image.width * image.height > PIXELS_MAX:
            raise UnfitError(f"The picture has over {PIXELS_MAX // 1_000_000} million pixels.")
        frames = getattr(image, "n_frames", 1) if known in {"GIF", "WEBP", "PNG"} else 1
        still = _still(image)
        written, kind, ending = _WRITTEN[known]
        target = folder / f"original.{ending}"
        if frames > 1:
            _moving(image, frames, target, written)
            width, height = image.size
        else:
            still.save(target, written, **_HOW[written])
            width, height = still.size
    _small(still, folder)
    return {"type": kind, "ending": ending, "width": width, "height": height, "thumb": True}


def _still(image: Image.Image) -> Image.Image:
    """The (first) picture upright, in plain colours, with nothing but its pixels."""
    image.draft("RGB", (SIDE_PIXELS_MAX, SIDE_PIXELS_MAX))
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    plain = _in_our_colours(_plain(upright), profile)
    plain.thumbnail((SIDE_PIXELS_MAX, SIDE_PIXELS_MAX))
    plain.info = {}
    return plain


def _plain(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in {"L", "RGB", "RGBA"} and "transparency" not in image.info:
        return image
    is_seen_through = "transparency" in image.info or image.mode in {"LA", "PA", "La", "RGBa"}
    return image.convert("RGBA" if is_seen_through else "RGB")


def _in_our_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A picture in colours of its own would lose them with its profile."""
    if profile and image.mode in {"RGB", "RGBA"}:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            theirs = ImageCms.ImageCmsProfile(BytesIO(profile))
            ours = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, theirs, ours) or image
    return image


def _moving(image: Image.Image, frames: int, target: Path, written: str) -> None:
    if frames > FRAMES_MAX or frames * image.width * image.height > MOVED_PIXELS_MAX:
        raise UnfitError("The moving picture is too long or too large; send it as a video.")
    loop = int(image.info.get("loop", 0))
    shown: list[Image.Image] = []
    lengths: list[int] = []
    for frame in ImageSequence.Iterator(image):
        plain = frame.convert("RGBA")
        lengths.append(max(FRAME_MS_MIN, int(plain.info.get("duration") or FRAME_MS_DEFAULT)))
        plain.info = {}
        shown.append(plain)
    how = {**_HOW[written], "disposal": 2} if written in {"GIF", "PNG"} else _HOW[written]
    shown[0].save(target, written, save_all=True, append_images=shown[1:], duration=lengths, loop=loop, **how)


def _small(picture: Image.Image, folder: Path) -> None:
    """A picture for lists and threads, and a square one for whoever shows it as themselves."""
    thumb = picture.copy()
    thumb.thumbnail((THUMB_PIXELS, THUMB_PIXELS))
    thumb.save(folder / "thumb.webp", "WEBP", quality=SMALL_QUALITY)
    square = ImageOps.fit(picture, (SQUARE_PIXELS, SQUARE_PIXELS))
    square.save(folder / "square.webp", "WEBP", quality=SMALL_QUALITY)


# --- videos and voices ------------------------------------------------------------------------------


def _film(source: Path, folder: Path, read_as: str, container: str) -> dict[str, Any]:
    import av  # noqa: PLC0415 - pictures do without it, and sooner
    from av.stream import Disposition  # noqa: PLC0415 - likewise

    av.logging.set_level(None)
    draft = folder / "original.draft"
    options = {"protocol_whitelist": "file"}
    with av.open(str(source), format=read_as, metadata_errors="ignore", options=options) as film:
        seen = [each for each in film.streams.video if not each.disposition & Disposition.attached_pic][:1]
        heard = list(film.streams.audio)[:1]
        if not seen and not heard:
            raise UnfitError("There is nothing to see or hear in this file.")
        if (container, bool(seen)) not in _ENDINGS:
            raise UnfitError("This kind of file holds sound alone.")
        seconds = _written_anew(film, [*seen, *heard], draft, container)
        width, height = (seen[0].width, seen[0].height) if seen else (0, 0)
    kind, ending = _ENDINGS[container, bool(seen)]
    draft.rename(folder / f"original.{ending}")
    made = {"type": kind, "ending": ending, "seconds": seconds, "thumb": False}
    poster = _poster(folder / f"original.{ending}", read_as) if 0 < width * height <= PIXELS_MAX else None
    if poster is None:
        return {**made, "width": width, "height": height}
    shown_width, shown_height = poster.size
    _small(poster, folder)
    return {**made, "width": shown_width, "height": shown_height, "thumb": True}


def _written_anew(film: Any, streams: list[Any], target: Path, container: str) -> float:
    """Copy picture and sound, and nothing of what is told about them; how long it lasts, in seconds."""
    import av  # noqa: PLC0415 - as above

    how = {"movflags": "+faststart"} if container == "mp4" else {}
    first, last = None, 0.0
    with av.open(str(target), "w", format=container, options=how) as anew:
        copies = {each.index: anew.add_stream_from_template(each, opaque=True) for each in streams}
        for packet in film.demux(streams):
            if packet.dts is None:
                continue
            start = float((packet.pts if packet.pts is not None else packet.dts) * packet.time_base)
            first = start if first is None else min(first, start)
            last = max(last, start + float((packet.duration or 0) * packet.time_base))
            packet.stream = copies[packet.stream.index]
            anew.mux(packet)
    if first is None:
        raise UnfitError("There is nothing to see or hear in this file.")
    return round(max(0.0, last - first), 1)


def _poster(film_path: Path, read_as: str) -> Image.Image | None:
    """The first picture of a video, upright, or None where it cannot be shown."""
    import av  # noqa: PLC0415 - as above

    options = {"protocol_whitelist": "file"}
    with (
        suppress(av.FFmpegError, ValueError, OSError, MemoryError),
        av.open(str(film_path), format=read_as, options=options) as film,
    ):
        film.streams.video[0].thread_type = "NONE"
        for frame in film.decode(video=0):
            shown: Any = frame
            picture: Image.Image = shown.to_image().rotate(shown.rotation, expand=True)
            picture.thumbnail((SIDE_PIXELS_MAX, SIDE_PIXELS_MAX))
            picture.info = {}
            return picture
    return None


# --- the program ------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    job = json.loads(arguments[0])
    _confine(int(job["bytes_max"]))
    try:
        made = make(Path(job["source"]), Path(job["folder"]), str(job["type"]))
    except UnfitError as error:
        made = {"problem": str(error)}
    except MemoryError:
        made = {"problem": "The file is too large to be opened."}
    except Exception as error:  # noqa: BLE001 - whatever a hostile file does to the libraries, it is not taken
        made = {"problem": "The file is damaged or not what it seems to be.", "detail": repr(error)[:500]}
    sys.stdout.write(json.dumps(made))
    return 0


def _confine(bytes_max: int) -> None:
    """Little of everything; what is taken here is not given back."""
    limits: Iterable[tuple[int, int]] = (
        (resource.RLIMIT_AS, MEMORY_BYTES_MAX),
        (resource.RLIMIT_CPU, CPU_SECONDS_MAX),
        (resource.RLIMIT_FSIZE, bytes_max),
        (resource.RLIMIT_NOFILE, FILES_MAX),
        (resource.RLIMIT_CORE, 0),
    )
    for which, most in limits:
        _, hard = resource.getrlimit(which)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (bound, bound))
    os.nice(BEHIND_OTHERS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
