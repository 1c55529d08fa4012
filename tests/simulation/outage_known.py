"""The fourth promise: a real outage is known in time, and nothing else is called one."""

from collections.abc import Iterator
from typing import Final

from holdfast_simulators.people import Message

from .blow import Misfortune
from .fate import TOTAL_KINDS
from .town import CHANNELS
from .truth import Truth, channel_of, seconds

KNOWN_WITHIN_SECONDS: Final = 30.0
LASTING_SECONDS: Final = 60.0
WARM_SECONDS: Final = 10.0
"""How long the hub must have been up before a failure for its radar to be at work."""
FOR_EVER: Final = 1 << 50
ENOUGH: Final = 3
"""So many failures are evidence; fewer may be chance."""
ECHO_SECONDS: Final = 15.0
"""When a missing echo becomes evidence."""


def outage_is_known(truth: Truth) -> Iterator[str]:
    for failure in truth.fate.misfortunes:
        if not _total(failure):
            continue
        for channel in _channels_of(failure):
            evident = _evident_at(truth, failure, channel)
            if evident is None or evident > failure.at + failure.seconds:
                continue
            known_by = evident + KNOWN_WITHIN_SECONDS
            if _could_look(truth, failure, known_by) and not _was_known(truth, channel, failure.at, known_by):
                yield f"{failure.kind} of {channel} from {failure.at:.0f} s was evident at {evident:.1f} s"


def alarms_are_true(truth: Truth) -> Iterator[str]:
    """Without a failure there is no incident; with one, only on the platform that fails."""
    failing = {channel for each in truth.fate.misfortunes for channel in _channels_of(each)}
    own = truth.fate.mood == "storm" and (truth.fate.kills or truth.fate.store_troubles)
    for row in truth.incidents:
        if row["channel"] not in failing and not own:
            yield f"an incident of {row['channel']} was opened at {seconds(row['opened_at']):.1f} s: {row['title']}"


def all_closed(truth: Truth) -> Iterator[str]:
    for row in truth.incidents:
        if row["state"] != "closed":
            yield f"the incident {row['title']!r} of {row['channel']} is {row['state']}: {row['evidence']}"


def _total(failure: Misfortune) -> bool:
    return failure.kind in TOTAL_KINDS and failure.rate == 1 and failure.seconds > LASTING_SECONDS


def _could_look(truth: Truth, failure: Misfortune, until: float) -> bool:
    """Whether hub and store worked all the time, and nothing else happened that may have confused it."""
    fate = truth.fate
    troubled = any(each.at < until and failure.at < each.at + each.seconds for each in fate.store_troubles)
    alone = fate.mood == "outage" or failure.kind == "refused"
    return alone and not troubled and truth.diary.was_up(failure.at - WARM_SECONDS, until)


def _was_known(truth: Truth, channel: str, since: float, until: float) -> bool:
    """Whether an incident of the channel was open before that time; one of an earlier failure may go on."""
    return any(
        seconds(row["opened_at"]) <= until and since <= seconds(row["closed_at"] or FOR_EVER)
        for row in truth.incidents
        if row["channel"] == channel
    )


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
