"""The pictures that the platforms host: drawn here, so that nothing has to be shipped."""

import struct
import zlib
from http import HTTPStatus

from holdfast_simulators.wire import Answer

SIDE_PIXELS = 48
PICTURES = {"picture-1.png": (60, 110, 180), "picture-2.png": (180, 120, 47)}
PNG_START = b"\x89PNG\r\n\x1a\n"


def picture(name: str) -> Answer:
    colour = PICTURES.get(name)
    if colour is None:
        return Answer(status=HTTPStatus.NOT_FOUND, body=b"URL signature expired", content_type="text/plain")
    return Answer(body=png(colour), content_type="image/png")


def png(colour: tuple[int, int, int]) -> bytes:
    """A square that fades from the colour to white."""
    rows = bytearray()
    for row in range(SIDE_PIXELS):
        share = row / SIDE_PIXELS
        shade = bytes(int(c + (255 - c) * share) for c in colour)
        rows += b"\x00" + shade * SIDE_PIXELS
    header = struct.pack(">IIBBBBB", SIDE_PIXELS, SIDE_PIXELS, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return PNG_START + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
