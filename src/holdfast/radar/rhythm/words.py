"""What is said of a rhythm, in sentences that a shop owner understands."""

from typing import Final

from holdfast.radar.rhythm.silence import Silence

MINUTES_TOLD_MAX: Final = 119
HOURS_TOLD_MAX: Final = 47


def silence_sentence(silence: Silence, place: str, now: int) -> str:
    """For instance: No message from Instagram for 11 minutes; usually 9 come in that time."""
    usual = f"usually {max(round(silence.usual), 1)} come in that time"
    if not silence.seen:
        return f"Nothing from {place} for {duration(now - silence.since)}; {usual}."
    only = "Only one arrival" if silence.seen == 1 else f"Only {silence.seen} arrivals"
    return f"{only} from {place} in {duration(now - silence.since)}; {usual}."


def back_sentence(place: str) -> str:
    return f"Messages from {place} arrive at their usual pace again."


def duration(ms: int) -> str:
    minutes = max(round(ms / 60_000), 1)
    hours = round(minutes / 60)
    if minutes == 1:
        return "a minute"
    if minutes <= MINUTES_TOLD_MAX:
        return f"{minutes} minutes"
    return f"{hours} hours" if hours <= HOURS_TOLD_MAX else f"{round(hours / 24)} days"
