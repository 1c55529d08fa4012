"""The fourth promise: a real outage is known in time, and nothing else is called one."""

from collections.abc import Iterator
from typing import Final

from holdfast_simulators.people import Message

from .fate import Misfortune
from .town import CHANNELS
from .truth import Row, Truth, channel_of, seconds

KNOWN_WITHIN_SECONDS: Final = 30.0
ENOUGH: Final = 3
"""So many failures are evidence; fewer may be chance."""
ECHO_SECONDS: Final = 15.0
"""When a missing echo becomes evidence."""


def outage_is_known(truth: Truth) -> Iterator[str]:
    if truth.fate.mood != "outage":
        return
    (failure,) = truth.fate.misfortunes
    for channel in _channels_of(failure):
        evident = _evident_at(truth, failure, channel)
        if evident is None or evident > failure.at + failure.seconds:
            continue
        opened = [seconds(row["opened_at"]) for row in truth.incidents if row["channel"] == channel]
        if not any(failure.at <= at <= evident + KNOWN_WITHIN_SECONDS for at in opened):
            yield (
                f"{failure.kind} of {channel} from {failure.at:.0f} s was evident at {evident:.1f} s;"
                f" incidents were opened at {opened}"
            )


def alarms_are_true(truth: Truth) -> Iterator[str]:
    """Without a failure there is no incident; with one, only on the platform that fails."""
    if truth.fate.mood == "storm":
        return
    failing = {channel for each in truth.fate.misfortunes for channel in _channels_of(each)}
    for row in truth.incidents:
        if row["channel"] not in failing:
            yield f"an incident of {row['channel']} was opened at {seconds(row['opened_at']):.1f} s: {row['title']}"


def all_closed(truth: Truth) -> Iterator[str]:
    for row in truth.incidents:
        if row["state"] != "closed":
            yield f"the incident {row['title']!r} of {row['channel']} is {row['state']}: {row['evidence']}"


def _channels_of(failure: Misfortune) -> list[str]:
    return [
        channel
        for (platform, account), channel in CHANNELS.items()
        if failure.platform in (platform, "uplink") and failure.account in (None, account)
    ]


def _evident_at(truth: Truth, failure: Misfortune, channel: str) -> float | None:
    """When there was enough to be seen (s of the run); None where there never was."""
    if failure.kind == "webhooks_silent":
        lost = [m for m in truth.world if channel_of(m) == channel and _within(m, failure)]
        return seconds(lost[ENOUGH - 1].at_ms) + ECHO_SECONDS if len(lost) >= ENOUGH else None
    if failure.capability == "send":
        failed = [at for at in _failed_sends(truth, channel) if failure.at <= at]
        return failed[ENOUGH - 1] if len(failed) >= ENOUGH else None
    return failure.at


def _within(message: Message, failure: Misfortune) -> bool:
    return failure.at <= seconds(message.at_ms) <= failure.at + failure.seconds


def _failed_sends(truth: Truth, channel: str) -> list[float]:
    accounts = {place: account for (place, account), name in CHANNELS.items() if name == channel}
    return [
        seconds(call.at_ms)
        for call in truth.requests
        if call.fault and call.method == "POST" and accounts.get(call.platform) == call.account
    ]


__all__ = ["Row", "alarms_are_true", "all_closed", "outage_is_known"]
