"""Times and lengths of time as people say them."""

from datetime import UTC, datetime
from typing import Final

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000


def clock(at: int) -> str:
    """``14:05 UTC on 21 November``."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return f"{moment:%H:%M} UTC on {moment.day} {moment:%B}"


def stamp(at: int) -> str:
    """``2026-11-21 14:05:09 UTC``."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def length(ms: int) -> str:
    """``40 seconds``, ``12 minutes``, ``3 hours 5 minutes``."""
    if ms < 2 * MINUTE_MS:
        return counted(max(0, round(ms / SECOND_MS)), "second")
    minutes = round(ms / MINUTE_MS)
    hours, rest = divmod(minutes, HOUR_MS // MINUTE_MS)
    if not hours:
        return counted(minutes, "minute")
    return counted(hours, "hour") + (f" {counted(rest, 'minute')}" if rest else "")


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
