"""The pictures that the platforms host: drawn here, so that nothing has to be shipped."""

import math
import random
import struct
import zlib
from functools import lru_cache
from http import HTTPStatus

from holdfast_simulators.wire import Answer

SIDE_PIXELS = 48
PICTURES = {"picture-1.png": (60, 110, 180), "picture-2.png": (180, 120, 47)}
SCENE_PIXELS = 320
NUMBER_DIGITS_MAX = 9
Colour = tuple[int, int, int]
SKIES: tuple[Colour, ...] = (
    (244, 170, 120),
    (120, 180, 220),
    (230, 150, 170),
    (90, 120, 180),
    (250, 205, 130),
)
SEAS: tuple[Colour, ...] = ((30, 140, 140), (40, 110, 160), (70, 150, 120), (60, 90, 140))
PNG_START = b"\x89PNG\r\n\x1a\n"


def picture(name: str) -> Answer:
    if name.startswith("scene-"):
        return _scene(name)
    colour = PICTURES.get(name)
    if colour is None:
        return Answer(status=HTTPStatus.NOT_FOUND, body=b"URL signature expired", content_type="text/plain")
    return Answer(body=png(colour), content_type="image/png")


def _scene(name: str) -> Answer:
    number = name.removeprefix("scene-").removesuffix(".png")
    if not number.isdigit() or len(number) > NUMBER_DIGITS_MAX:
        return Answer(status=HTTPStatus.NOT_FOUND, body=b"URL signature expired", content_type="text/plain")
    return Answer(body=scene(int(number)), content_type="image/png")


@lru_cache(maxsize=64)
def scene(number: int) -> bytes:
    """A shore of its own for each number: a sky, a sun, and waves one behind the other."""
    chance = random.Random(number)  # noqa: S311 - a picture, not a secret
    sky, sea = chance.choice(SKIES), chance.choice(SEAS)
    sun = (chance.uniform(0.2, 0.8), chance.uniform(0.15, 0.45), chance.uniform(0.06, 0.13))
    waves = [
        (0.45 + 0.13 * row, chance.uniform(0.01, 0.05), chance.uniform(2, 7), chance.random())
        for row in range(4)
    ]
    tops = [
        [at + swell * math.sin(2 * math.pi * (often * x / SCENE_PIXELS + shift)) for x in range(SCENE_PIXELS)]
        for at, swell, often, shift in waves
    ]
    rows = bytearray()
    for y in range(SCENE_PIXELS):
        rows += b"\x00"
        height = y / SCENE_PIXELS
        for x in range(SCENE_PIXELS):
            deep = sum(height > top[x] for top in tops)
            if deep:
                rows += _mixed(sea, (8, 40, 48), deep / 6)
            elif math.hypot(x / SCENE_PIXELS - sun[0], height - sun[1]) < sun[2]:
                rows += b"\xff\xf4\xd6"
            else:
                rows += _mixed(sky, (250, 244, 232), height * 1.6)
    return _png(SCENE_PIXELS, bytes(rows))


def _mixed(one: Colour, other: Colour, share: float) -> bytes:
    share = min(1.0, share)
    return bytes(int(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def png(colour: tuple[int, int, int]) -> bytes:
    """A square that fades from the colour to white."""
    rows = bytearray()
    for row in range(SIDE_PIXELS):
        share = row / SIDE_PIXELS
        shade = bytes(int(c + (255 - c) * share) for c in colour)
        rows += b"\x00" + shade * SIDE_PIXELS
    return _png(SIDE_PIXELS, bytes(rows))


def _png(side: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return PNG_START + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
