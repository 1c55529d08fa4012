"""What monitors say, in the shapes in which they really say it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.channels.contract import Capability
from holdfast.radar import Kind, Result
from holdfast.radar.monitors import Alarm, ShapeError, place_alarms, read_alarms

NOW = 1_790_000_000_000
CHANNELS = ["instagram:shop", "instagram:outlet", "sms:shop"]

ALERTMANAGER: dict[str, Any] = {
    "receiver": "holdfast",
    "status": "firing",
    "alerts": [
        {
            "status": "firing",
            "labels": {
                "alertname": "ProbeFailure",
                "instance": "https://graph.instagram.com",
                "job": "http_checks",
                "severity": "critical",
            },
            "annotations": {"summary": "Probe failure: https://graph.instagram.com"},
            "startsAt": "2026-02-06T13:08:45.828Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example.org:9090/graph?g0.expr=probe_success+%3D%3D+0",
            "fingerprint": "1a30ba71cca2921f",
        }
    ],
    "groupLabels": {"alertname": "ProbeFailure"},
    "commonLabels": {"alertname": "ProbeFailure"},
    "commonAnnotations": {},
    "externalURL": "http://prometheus.example.org:9093",
    "version": "4",
    "groupKey": '{}/{severity="critical"}:{alertname="ProbeFailure"}',
    "truncatedAlerts": 0,
}
UPTIME_KUMA: dict[str, Any] = {
    "heartbeat": {
        "monitorID": 10,
        "status": 0,
        "time": "2026-01-21 14:06:38",
        "msg": "connect ECONNREFUSED",
        "important": True,
        "duration": 60,
        "timezone": "Europe/Amsterdam",
        "timezoneOffset": "+01:00",
        "localDateTime": "2026-01-21 15:06:38",
    },
    "monitor": {
        "id": 10,
        "name": "Instagram API",
        "url": "https://graph.instagram.com",
        "method": "GET",
        "hostname": None,
        "port": None,
        "tags": [],
    },
    "msg": "[Instagram API] [🔴 Down] connect ECONNREFUSED",
}


def read(value: Any) -> list[Alarm]:
    return read_alarms(json.dumps(value).encode())


def changed(value: dict[str, Any], part: str, **fields: Any) -> dict[str, Any]:
    return {**value, part: {**value[part], **fields}}


def test_alertmanager_says_what_fires_and_what_is_resolved() -> None:
    [alarm] = read(ALERTMANAGER)
    assert alarm.failing
    assert alarm.text == "ProbeFailure: Probe failure: https://graph.instagram.com"
    assert alarm.names == ("ProbeFailure", "https://graph.instagram.com", "http_checks")
    resolved = {**ALERTMANAGER["alerts"][0], "status": "resolved", "labels": {"holdfast_channel": "sms:shop"}}
    [over] = read({**ALERTMANAGER, "status": "resolved", "alerts": [resolved]})
    assert (over.failing, over.channel) == (False, "sms:shop")


def test_uptime_kuma_says_down_up_and_neither() -> None:
    [alarm] = read(UPTIME_KUMA)
    assert alarm.failing
    assert (alarm.text, alarm.names) == (
        "Instagram API: connect ECONNREFUSED",
        ("Instagram API", "https://graph.instagram.com"),
    )
    [up] = read(changed(UPTIME_KUMA, "heartbeat", status=1))
    assert not up.failing
    for pending in (2, 3):
        assert read(changed(UPTIME_KUMA, "heartbeat", status=pending)) == []
    assert read({"heartbeat": None, "monitor": None, "msg": "My Webhook Testing"}) == []
    tagged = changed(UPTIME_KUMA, "monitor", tags=[{"name": "holdfast_channel", "value": "instagram"}])
    assert read(tagged)[0].channel == "instagram"


def test_what_still_fires_is_not_cleared_by_another_alert_of_its_group() -> None:
    labels = {"alertname": "Latency", "holdfast_channel": "sms:shop"}
    over = {"status": "resolved", "labels": labels, "annotations": {"description": "Latency is high"}}
    fires = {"status": "firing", "labels": {**labels, "alertname": "Errors"}, "annotations": {}}
    for group in ([fires, over], [over, fires]):
        seen, _ = place_alarms(read({"alerts": group}), rules={}, channels=CHANNELS, now=NOW)
        assert [(each.result, each.detail) for each in seen] == [
            (Result.OK, "Latency is high"),
            (Result.FAIL, "Errors"),
        ]


def test_a_plain_shape_of_our_own() -> None:
    [alarm] = read({"channel": "sms:shop", "result": "fail", "text": "no answer", "capability": "receive"})
    assert alarm == Alarm(failing=True, text="no answer", channel="sms:shop", capability="receive")


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[]", b"{}", b'{"alerts": [{}]}', b'{"heartbeat": {}}', b'{"result": "maybe"}'],
)
def test_another_shape_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(ShapeError, match=r"\w+ \w+"):
        read_alarms(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["alerts", "heartbeat", "monitor", "status", "labels", "tags", "result"]),
                inner,
            )
        ),
    )
)
def test_no_shape_whatever_is_a_surprise(value: Any) -> None:
    try:
        alarms = read(value)
    except ShapeError:
        return
    place_alarms(alarms, rules={}, channels=CHANNELS, now=NOW)


def test_evidence_is_put_to_a_channel_by_label_by_rule_or_to_a_whole_platform() -> None:
    rules = {"Instagram API": "instagram"}
    seen, unplaced = place_alarms(read(UPTIME_KUMA), rules=rules, channels=CHANNELS, now=NOW)
    assert [(each.channel, each.kind, each.result, each.capability) for each in seen] == [
        ("instagram:shop", Kind.ALERT, Result.FAIL, Capability.SEND),
        ("instagram:outlet", Kind.ALERT, Result.FAIL, Capability.SEND),
    ]
    assert unplaced == []
    seen, [unknown] = place_alarms(read(UPTIME_KUMA), rules={}, channels=CHANNELS, now=NOW)
    assert seen == []
    assert unknown.names[0] == "Instagram API"
    with pytest.raises(ShapeError, match="there are send"):
        place_alarms(
            [Alarm(failing=True, text="", channel="sms:shop", capability="x")],
            rules={},
            channels=CHANNELS,
            now=NOW,
        )
