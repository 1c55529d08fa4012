"""What outside monitors say, in the shapes in which they say it: Alertmanager (and Grafana), Uptime Kuma, our own.

Shapes: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config and
https://github.com/louislam/uptime-kuma/blob/master/server/notification-providers/webhook.js
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from holdfast.channels.contract import Capability, UnreadableError
from holdfast.channels.untrusted import items_at, object_at, read_json, text_at, value_at
from holdfast.radar.model import DETAIL_CHARACTERS_MAX, Kind, Observation, Result

ALARMS_MAX: Final = 100
"""How many alerts of one call are taken; Alertmanager groups them."""
CHANNEL_LABELS: Final = ("holdfast_channel", "channel")
CAPABILITY_LABELS: Final = ("holdfast_capability", "capability")
NAME_LABELS: Final = ("alertname", "instance", "job", "service", "target")
KUMA_DOWN, KUMA_UP = 0, 1
"""Pending (2) and maintenance (3) say nothing about whether it works."""


class ShapeError(ValueError):
    """The body is not in a shape that is understood; the sentence says what was expected."""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """``channel`` as the monitor names it, a channel or a platform; ``names`` by which a rule may find one."""

    failing: bool
    text: str
    channel: str = ""
    capability: str = ""
    names: tuple[str, ...] = ()


class Unplaced(msgspec.Struct, frozen=True):
    """An alarm about which no channel is known; ``names`` are what a rule could go by."""

    names: tuple[str, ...]


def read_alarms(body: bytes) -> list[Alarm]:
    """What a monitor says; nothing for what only says that the monitor itself is there. Raises ShapeError."""
    try:
        value = read_json(body)
    except UnreadableError as error:
        raise ShapeError(str(error)) from error
    if isinstance(value_at(value, "alerts"), list):
        return _alertmanager(value)
    if isinstance(value, dict) and "heartbeat" in value:
        return _uptime_kuma(value)
    if text_at(value, "result") in (Result.OK, Result.FAIL):
        return [_own(value)]
    raise ShapeError(
        "Expected the JSON of Alertmanager (`alerts`), of Uptime Kuma (`heartbeat`, `monitor`), or "
        '{"channel": "instagram:shop", "result": "fail", "text": "…"}.'
    )


def _alertmanager(value: Any) -> list[Alarm]:
    alarms = []
    for alert in items_at(value, "alerts")[:ALARMS_MAX]:
        status = text_at(alert, "status")
        if status not in ("firing", "resolved"):
            raise ShapeError("Each of `alerts` needs a `status`, firing or resolved.")
        labels, notes = object_at(alert, "labels"), object_at(alert, "annotations")
        names = tuple(text_at(labels, name) for name in NAME_LABELS if text_at(labels, name))
        alarms.append(
            Alarm(
                failing=status == "firing",
                text=_named(names, text_at(notes, "summary") or text_at(notes, "description")),
                channel=_first(labels, CHANNEL_LABELS),
                capability=_first(labels, CAPABILITY_LABELS),
                names=names,
            )
        )
    return alarms


def _uptime_kuma(value: Mapping[str, Any]) -> list[Alarm]:
    beat, monitor = value.get("heartbeat"), value.get("monitor")
    if beat is None:
        return []  # the button "Test" of its settings sends no heartbeat
    status = value_at(beat, "status")
    if not isinstance(status, int) or isinstance(status, bool):
        raise ShapeError("`heartbeat.status` needs to be 0 (down) or 1 (up).")
    if status not in (KUMA_DOWN, KUMA_UP):
        return []
    names = tuple(text_at(monitor, field) for field in ("name", "hostname", "url") if text_at(monitor, field))
    tags = {
        text_at(tag, "name"): text_at(tag, "value")
        for tag in items_at(monitor, "tags")
        if text_at(tag, "name")
    }
    return [
        Alarm(
            failing=status == KUMA_DOWN,
            text=_named(names, text_at(beat, "msg") or text_at(value, "msg")),
            channel=_first(tags, CHANNEL_LABELS),
            capability=_first(tags, CAPABILITY_LABELS),
            names=names,
        )
    ]


def _own(value: Any) -> Alarm:
    return Alarm(
        failing=text_at(value, "result") == Result.FAIL,
        text=text_at(value, "text"),
        channel=text_at(value, "channel"),
        capability=text_at(value, "capability"),
        names=(text_at(value, "name"),) if text_at(value, "name") else (),
    )


def _named(names: Sequence[str], text: str) -> str:
    """What it says, behind the name by which whoever set the monitor up knows it."""
    return text if not names or names[0] in text else ": ".join(filter(None, (names[0], text)))


def _first(labels: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((text_at(labels, name) for name in names if text_at(labels, name)), "")


def place_alarms(
    alarms: Sequence[Alarm], *, rules: Mapping[str, str], channels: Sequence[str], now: int
) -> tuple[list[Observation], list[Unplaced]]:
    """(evidence, what belongs to no known channel). ``rules`` map a name to a channel or platform.

    Of several alarms in one call what still fails is said last: one alert that is over clears no other of its
    group. Raises ShapeError for a capability that there is not.
    """
    seen: list[Observation] = []
    unplaced = []
    for alarm in sorted(alarms, key=lambda each: each.failing):
        target = alarm.channel or next((rules[name] for name in alarm.names if name in rules), "")
        found = [channel for channel in channels if target in (channel, channel.partition(":")[0])]
        if not found:
            unplaced.append(Unplaced((*((alarm.channel,) if alarm.channel else ()), *alarm.names)))
        seen += [_observation(alarm, channel, now) for channel in found]
    return seen, unplaced


def _observation(alarm: Alarm, channel: str, now: int) -> Observation:
    try:
        capability = Capability(alarm.capability) if alarm.capability else Capability.SEND
    except ValueError as error:
        known = ", ".join(each.value for each in Capability)
        raise ShapeError(f"There is no capability {alarm.capability[:40]}; there are {known}.") from error
    return Observation(
        channel=channel,
        capability=capability,
        kind=Kind.ALERT,
        result=Result.FAIL if alarm.failing else Result.OK,
        detail=alarm.text[:DETAIL_CHARACTERS_MAX],
        at=now,
    )
