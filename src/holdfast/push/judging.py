"""Whether a notice goes out now: a decision of values alone."""

from typing import Final

import msgspec

from holdfast.push.model import DeviceSettings, Telling
from holdfast.push.quiet import quiet_until

HERE_MS: Final = 15_000
"""How long a notice waits for somebody who has a page in front: they will read it there, or look away."""


class Send(msgspec.Struct, frozen=True):
    telling: Telling


class Later(msgspec.Struct, frozen=True):
    at: int


class Nothing(msgspec.Struct, frozen=True):
    """It is known, or not wanted, or says nothing new any more."""


Judgement = Send | Later | Nothing


def judge(
    telling: Telling | None, settings: DeviceSettings, *, is_here: bool, expires_at: int, now: int
) -> Judgement:
    if telling is None or expires_at <= now or not _is_wanted(telling, settings):
        return Nothing()
    until = quiet_until(settings.quiet, now)
    if until > now:
        return Later(until)
    return Later(now + HERE_MS) if is_here else Send(telling)


def _is_wanted(telling: Telling, settings: DeviceSettings) -> bool:
    return settings.level == "all" or (settings.level == "direct" and telling.direct)
