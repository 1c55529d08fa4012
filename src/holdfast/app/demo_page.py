"""What the demo's shop says of itself on its own page."""

import struct
import zlib
from datetime import UTC, datetime, time, timedelta
from typing import Final

from holdfast.posts import Hours, Link, Profile, Span, SpecialDay
from holdfast.posts.desk import Writing

ZONE: Final = "Europe/Amsterdam"
DAY_MS: Final = 86_400_000
FACE_PIXELS: Final = 192
_WEEKDAY: Final = (Span("09:00", "18:00"),)
_SATURDAY: Final = (Span("10:00", "16:00"),)
_GROUND: Final = b"\x0a\x63\x57"
_BLADE: Final = b"\xdf\xf0\xec"


def demo_profile() -> Profile:
    return Profile(
        text=(
            "Mugs, bowls and dyed cloth from a workshop by the sea. We answer every message ourselves, "
            "wherever you write to us."
        ),
        address="Kelp & Co\nHarbour Lane 12\n2586 Scheveningen",
        phone="+1 500 555 0006",
        email="help@kelpandco.example",
        links=(
            Link("Shop", "https://kelpandco.example/shop"),
            Link("Instagram", "https://www.instagram.com/kelpandco"),
        ),
        hours=Hours(
            zone=ZONE,
            week=(*([_WEEKDAY] * 5), _SATURDAY, ()),
            special=(SpecialDay("2026-12-25", note="Christmas"), SpecialDay("2027-01-01", note="New Year")),
        ),
    )


def demo_posts(now: int) -> list[Writing]:
    """Times in ms; what has a date is ahead."""
    sunday = datetime.fromtimestamp(now / 1000, UTC) + timedelta(days=7)
    sunday -= timedelta(days=(sunday.weekday() + 1) % 7)
    starts = datetime.combine(sunday.date(), time(8), UTC)
    starts_at = int(starts.timestamp() * 1000)
    if starts_at <= now:
        starts_at += 7 * DAY_MS
    return [
        Writing(
            title="If Instagram is down, we are here",
            text=(
                "This page does not depend on Instagram. Write to us from here at any time; your messages reach "
                "the same people, and the thread goes on where it was."
            ),
            pinned=True,
        ),
        Writing(
            title="Beach clean-up at the pier",
            text="Sunday morning, two hours, gloves and coffee on us. No need to sign up: just come.",
            starts_at=starts_at,
            ends_at=starts_at + 2 * 3_600_000,
            place="The pier, Scheveningen",
        ),
    ]


def demo_face() -> bytes:
    """The shop's sign: three blades of kelp, as a PNG."""
    rows = bytearray()
    for y in range(FACE_PIXELS):
        rows += b"\x00"
        for x in range(FACE_PIXELS):
            rows += _BLADE if _is_blade(x / FACE_PIXELS, y / FACE_PIXELS) else _GROUND
    header = struct.pack(">IIBBBBB", FACE_PIXELS, FACE_PIXELS, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _is_blade(x: float, y: float) -> bool:
    """A blade sways to one side above, and is thinner there."""
    for foot, sway, top in ((0.34, -0.10, 0.34), (0.5, 0.06, 0.2), (0.66, 0.14, 0.36)):
        if top < y < 0.82:  # noqa: PLR2004 - a drawing
            up = (0.82 - y) / (0.82 - top)
            middle = foot + sway * up * up
            if abs(x - middle) < 0.055 * (1 - up * up) + 0.012:
                return True
    return False


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
