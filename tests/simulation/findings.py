"""Fates that once broke a promise, or that chance would hardly draw, each with what it is about."""

from typing import Final

from .blow import Kill, Misfortune
from .fate import Fate

KILLED_WHILE_A_PLATFORM_WORKS: Final = Fate(
    seed=8,
    mood="storm",
    people=6,
    active_seconds=60.0,
    echo_timing="after",
    commit_failures=0.0,
    gap_seconds=1.0,
    misfortunes=tuple(
        Misfortune(at=5, seconds=50, platform=platform, capability="send", kind="slow", delay_ms=9_000)
        for platform in ("instagram", "sms")
    ),
    kills=tuple(Kill(at=at, after="send", delay=0.5, away_seconds=0.1) for at in (12, 24, 36, 48)),
)
"""The platform acts seconds after its caller has died, when the new hub already looks into its record."""

AN_HOUR_AWAY: Final = Fate(
    seed=3,
    mood="storm",
    people=6,
    active_seconds=4_200.0,
    echo_timing="after",
    commit_failures=0.0,
    gap_seconds=60.0,
    kills=(Kill(at=100, after="send", delay=0.05, away_seconds=3_800),),
)
"""Instagram gives up on webhooks that fail for an hour: what was written has to be read back."""

FINDINGS: Final = {
    "killed-while-a-platform-works": KILLED_WHILE_A_PLATFORM_WORKS,
    "an-hour-away": AN_HOUR_AWAY,
}
