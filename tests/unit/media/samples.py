"""Pictures, videos and voices as devices make them: with the place and the maker in them."""

import io
from pathlib import Path
from typing import Any, Final

import av
from PIL import Image, PngImagePlugin

MAKER: Final = "TellingCamera"
PLACE: Final = "+52.5200+013.4050/"
UPRIGHT_AFTER_A_TURN: Final = 6
ORIENTATION: Final = 0x0112
MAKE: Final = 0x010F
GPS: Final = 0x8825


def exif() -> Image.Exif:
    told = Image.Exif()
    told[ORIENTATION] = UPRIGHT_AFTER_A_TURN
    told[MAKE] = MAKER
    place = told.get_ifd(GPS)
    place[1], place[2], place[3], place[4] = "N", (52.0, 31.0, 12.0), "E", (13.0, 24.0, 18.0)
    return told


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, exif=exif(), **more)
    return out.getvalue()


def png_with_words() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", MAKER)
    words.add_itxt("XML:com.adobe.xmp", f"<x>{MAKER}</x>")
    return picture("PNG", pnginfo=words)


def moving(kind: str, frames: int = 3) -> bytes:
    out = io.BytesIO()
    pictures = [Image.new("RGB", (40, 30), (number * 60 % 256, 100, 0)) for number in range(frames)]
    more = {"comment": MAKER.encode()} if kind == "GIF" else {}
    pictures[0].save(
        out,
        kind,
        save_all=True,
        append_images=pictures[1:],
        duration=[100, 200, 300][:frames],
        loop=0,
        **more,
    )
    return out.getvalue()


def film(path: Path, container: str, seen: str = "", heard: str = "") -> bytes:
    with av.open(str(path), "w", format=container) as made:
        made.metadata.update({"title": MAKER, "location": PLACE, "artist": MAKER})
        video = made.add_stream(seen, rate=10) if seen else None
        audio = made.add_stream(heard, rate=48_000) if heard else None
        if video is not None:
            _show(made, video)
        if audio is not None:
            _sound(made, audio)
    return path.read_bytes()


def _show(made: Any, video: Any) -> None:
    video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
    for number in range(10):
        frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48), (number * 20, 100, 50)))
        made.mux(video.encode(frame))
    made.mux(video.encode())


def _sound(made: Any, audio: Any) -> None:
    for number in range(50):
        frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
        frame.sample_rate, frame.pts = 48_000, number * 960
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        made.mux(audio.encode(frame))
    made.mux(audio.encode())
