"""Hours in which a device is not to be woken."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from holdfast.push.model import MINUTES_OF_DAY, PushRefusedError, Quiet

ZONE_CHARACTERS_MAX: Final = 60
HOUR_MINUTES: Final = 60


def checked(quiet: Quiet) -> Quiet:
    """Raises PushRefusedError."""
    for field, text in (("quiet.from", quiet.start), ("quiet.until", quiet.end)):
        if minute_of(text) is None:
            raise PushRefusedError("invalid", "A time of day is written as 22:00.", field)
    if zone_of(quiet.zone) is None:
        raise PushRefusedError("invalid", "There is no such time zone.", "quiet.zone")
    return quiet


def quiet_until(quiet: Quiet | None, now_ms: int) -> int:
    """When the quiet hours that are going on end; 0 where none are."""
    if quiet is None:
        return 0
    start, end, zone = minute_of(quiet.start), minute_of(quiet.end), zone_of(quiet.zone)
    if start is None or end is None or zone is None or start == end:
        return 0
    local = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
    minute = local.hour * HOUR_MINUTES + local.minute
    if not _is_between(minute, start, end):
        return 0
    days = 1 if minute >= end else 0
    morning = (local + timedelta(days=days)).replace(
        hour=end // HOUR_MINUTES, minute=end % HOUR_MINUTES, second=0, microsecond=0
    )
    return int(morning.astimezone(UTC).timestamp() * 1000)


def minute_of(text: str) -> int | None:
    """The minute of the day that ``22:00`` names."""
    hour, colon, minute = text.partition(":")
    digits = hour.isascii() and minute.isascii() and hour.isdigit() and minute.isdigit()
    if not colon or not digits or len(hour) > 2 or len(minute) != 2:  # noqa: PLR2004 - two digits each
        return None
    total = int(hour) * HOUR_MINUTES + int(minute)
    return total if int(minute) < HOUR_MINUTES and total < MINUTES_OF_DAY else None


def zone_of(name: str) -> ZoneInfo | None:
    if not name or len(name) > ZONE_CHARACTERS_MAX:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _is_between(minute: int, start: int, end: int) -> bool:
    """Hours may go over midnight."""
    return start <= minute < end if start < end else minute >= start or minute < end
