# ruff: noqa: S311 - seeded chance makes stories, not secrets
import io
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from holdfast.channels.contract import Capability
from holdfast.radar import State
from holdfast.radar.evidence import ChannelFacts
from holdfast.radar.method import Method
from holdfast.radar.replay import Replay, observation_of, read_lines
from holdfast.radar.replay.reading import BadLineError, Line, milliseconds
from holdfast.radar.surroundings import Surroundings
from holdfast.radar.watch import Watch

START = 1_790_000_000_000
CHANNEL = "instagram:shop"
FACTS = {CHANNEL: ChannelFacts(platform="instagram", failure_domain="meta", silence_ms=15_000)}


def told(lines: Iterable[Any], method: Method | None = None) -> tuple[list[dict[str, Any]], list[str]]:
    """(findings, complaints) of lines, which may be text or what becomes JSON."""
    text = "".join(each if isinstance(each, str) else json.dumps(each) + "\n" for each in lines)
    complaints: list[str] = []

    def complain(number: int, sentence: str) -> None:
        complaints.append(f"{number}: {sentence}")

    replay, found = Replay(method or Method(), complain=complain), []
    for number, piece in read_lines(io.BytesIO(text.encode()), complain):
        found.extend(replay.feed(number, piece))
    return [*found, *replay.end()], complaints


def send(at: int, outcome: str = "ok", **more: Any) -> dict[str, Any]:
    error = {"error_class": "platform"} if outcome == "fail" else {}
    return {"time": at, "channel": CHANNEL, "kind": "send", "outcome": outcome, **error, **more}


def states(found: Sequence[dict[str, Any]], capability: str = "send") -> list[str]:
    return [each["state"] for each in found if "before" in each and each["capability"] == capability]


def outage(start: int = START, every_ms: int = 10_000) -> list[dict[str, Any]]:
    outcomes = ["ok"] * 20 + ["fail"] * 10 + ["ok"] * 10
    return [send(start + n * every_ms, outcome) for n, outcome in enumerate(outcomes)]


def test_an_outage_is_told_from_its_onset_to_its_end() -> None:
    found, complaints = told(outage())
    assert complaints == []
    assert states(found) == ["up", "suspected", "down", "recovering", "up"]
    incidents = [each for each in found if "incident" in each]
    assert [each["incident"] for each in incidents] == ["opened", "updated", "closed"]
    assert incidents[0]["onset"] == START + 200_000
    assert incidents[0]["cause"] == "platform"
    assert incidents[-1]["closed"] is not None


def test_the_same_lines_tell_the_same() -> None:
    assert told(outage()) == told(outage())


def test_times_are_told_as_they_were_given() -> None:
    lines = [{**each, "time": f"2026-09-21T14:{n // 6:02}:{n % 6}0Z"} for n, each in enumerate(outage())]
    found, _ = told(lines)
    assert found[0]["time"] == "2026-09-21T14:00:01.000Z"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (1_790_000_000_000, 1_790_000_000_000),
        (1_790_000_000, 1_790_000_000_000),
        (1_790_000_000.5, 1_790_000_000_500),
        ("1790000000", 1_790_000_000_000),
        ("2026-09-21T14:13:20Z", 1_790_000_000_000),
        ("2026-09-21 14:13:20", 1_790_000_000_000),
        ("2026-09-21T16:13:20+02:00", 1_790_000_000_000),
    ],
)
def test_times_may_be_written_in_many_ways(given: float | str, expected: int) -> None:
    assert milliseconds(given) == expected


@pytest.mark.parametrize("given", ["", "yesterday", float("inf"), float("nan")])
def test_what_is_no_time_is_said_to_be_none(given: float | str) -> None:
    with pytest.raises(BadLineError, match="no time"):
        milliseconds(given)


def test_bad_lines_are_named_and_left_out() -> None:
    bad = [
        "this is no JSON\n",
        "\n",
        {"time": START, "channel": CHANNEL, "kind": "smell"},
        {"channel": CHANNEL, "kind": "send"},
        {"time": START, "kind": "send"},
        {"time": START, "channel": CHANNEL, "kind": "send", "capability": "fly"},
        {"time": START, "channel": CHANNEL, "kind": "send", "count": -1},
        {"time": [], "channel": CHANNEL, "kind": "send"},
        "[]\n",
    ]
    found, complaints = told([*bad, *outage(START + 1000)])
    assert [each.split(":")[0] for each in complaints] == ["1", "3", "4", "5", "6", "7", "8", "9"]
    assert "unknown kind 'smell'" in complaints[1]
    assert states(found) == ["up", "suspected", "down", "recovering", "up"]


def test_lines_may_come_a_little_out_of_order_but_not_by_much() -> None:
    shuffled = outage()
    for n in range(0, len(shuffled) - 1, 2):
        shuffled[n], shuffled[n + 1] = shuffled[n + 1], shuffled[n]
    found, complaints = told([*shuffled, send(START - 3_600_000)])
    assert states(found)[:3] == ["up", "suspected", "down"]
    assert states(found)[-1] == "up"
    assert len(complaints) == 1
    assert "older" in complaints[0]


def test_counts_of_a_bucket_stand_for_its_time() -> None:
    buckets = [0] * 30 + [40] * 10 + [0] * 20
    lines = [
        send(START + n * 60_000, count=40, failed=failed, bucket_seconds=60)
        for n, failed in enumerate(buckets)
    ]
    found, complaints = told(lines)
    assert complaints == []
    assert states(found) == ["up", "down", "recovering", "up"]


def test_a_count_that_fails_in_part_is_partial() -> None:
    failed = [0] * 30 + [12] * 20
    lines = [
        send(START + n * 60_000, count=40, failed=each, bucket_seconds=60) for n, each in enumerate(failed)
    ]
    found, _ = told(lines)
    assert states(found)[-1] == "partial"


def test_a_burst_is_not_worth_an_incident() -> None:
    lines = [send(START + n * 500, "fail" if 1000 <= n < 1038 else "ok") for n in range(3000)]
    found, _ = told(lines)
    assert not [each for each in found if "incident" in each]


def test_a_country_alone_is_named() -> None:
    lines = []
    for n in range(400):
        region = ("US", "BR", "DE")[n % 3]
        failing = region == "BR" and n >= 100
        lines.append(send(START + n * 10_000, "fail" if failing else "ok", region=region))
    found, _ = told(lines)
    assert states(found) == ["up", "suspected", "partial"]
    assert "Only what concerns Brazil fails; elsewhere it works." in found[-1]["evidence"]


def test_missing_echoes_show_that_webhooks_are_silent() -> None:
    lines: list[dict[str, Any]] = [{"kind": "facts", "channel": CHANNEL, "silence_after_send_ms": 10_000}]
    for n in range(40):
        at = START + n * 20_000
        lines.append(send(at))
        lines.append({"time": at, "channel": CHANNEL, "kind": "echo_expected", "id": f"m{n}"})
        if n < 20:
            lines.append({"time": at + 1000, "channel": CHANNEL, "kind": "echo_seen", "id": f"m{n}"})
    found, complaints = told(lines)
    assert complaints == []
    assert states(found, "receive") == ["up", "suspected", "down"]
    assert states(found) == ["up"]


def test_reports_alone_raise_suspicion_and_no_more() -> None:
    lines = [send(START + n * 10_000) for n in range(60)]
    reports = [
        {
            "time": START + 300_000 + n * 3_000,
            "platform": "instagram",
            "kind": "report",
            "symptom": "cannot_send",
        }
        for n in range(80)
    ]
    found, complaints = told(sorted([*lines, *reports], key=lambda each: each["time"]))
    assert complaints == []
    assert states(found)[:2] == ["up", "suspected"]
    assert "down" not in states(found)
    [suspected] = [each for each in found if each.get("state") == "suspected"][:1]
    assert suspected["evidence"] == ["People report that it fails for them.", "Our own messages go through."]


def test_reports_speed_up_what_our_own_calls_confirm() -> None:
    own = outage(every_ms=25_000)
    reports = [
        {"time": START + 495_000 + n * 500, "channel": CHANNEL, "kind": "report", "symptom": "cannot_send"}
        for n in range(30)
    ]
    alone, _ = told(own)
    helped, _ = told(sorted([*own, *reports], key=lambda each: each["time"]))
    assert opened(helped) < opened(alone)


def opened(found: Sequence[dict[str, Any]]) -> int:
    return next(int(each["time"]) for each in found if each.get("incident") == "opened")


def test_the_examples_in_the_page_are_good_lines() -> None:
    page = (Path(__file__).parents[4] / "docs" / "replay.md").read_text("utf-8")
    examples = [each for each in re.findall(r"\{\"[^`\n]*\}", page) if '"kind"' in each]
    assert len(examples) > 12
    _, complaints = told(
        sorted((json.loads(each) for each in examples), key=lambda each: each.get("time", 0))
    )
    assert complaints == []


# --- the same as the radar at work ------------------------------------------------------------------


def story(seed: int) -> list[Line]:
    """Half an hour of calls and looks in which the share of failures changes now and then."""
    random, lines, at, share = Random(seed), [], START, 0.0
    while at < START + 1_800_000:
        at += int(random.expovariate(1 / 8_000)) + 1
        if random.random() < 0.02:
            share = random.choice((0.0, 0.0, 0.02, 0.4, 1.0))
        kind, capability = random.choice((("send", "send"), ("probe", "sign_in"), ("arrival", "receive")))
        failed = kind != "arrival" and random.random() < share
        line = Line(
            time=at, channel=CHANNEL, kind=kind, capability=capability, outcome="fail" if failed else "ok"
        )
        line.error_class = "network" if failed else None
        lines.append(line)
    return lines


def live(lines: Sequence[Line]) -> list[tuple[int, str, str]]:
    """What the radar would find that looks once a second."""
    watch, found, rest = Watch(Method()), [], list(reversed(lines))
    watch.know(FACTS)
    for now in range(START, START + 1_900_000, 1000):
        while rest and int(rest[-1].time or 0) < now:
            line = rest.pop()
            watch.see(observation_of(line, int(line.time or 0)))
        before = {key: verdict.state for key, verdict in watch.verdicts.items()}
        watch.pass_time(now)
        found.extend(
            (now, verdict.capability.value, verdict.state.value)
            for verdict in watch.judge(now, around(watch).context, everything=True)
            if verdict.state is not before.get((CHANNEL, verdict.capability), State.UNKNOWN)
        )
    return found


def around(watch: Watch) -> Surroundings:
    return Surroundings(
        channels=FACTS,
        names=str,
        verdicts=watch.verdicts,
        controls=(),
        feeds={},
        last_errors=watch.last_error,
        started_at=0,
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_replay_finds_what_the_radar_at_work_finds(seed: int) -> None:
    lines = story(seed)
    replay = Replay(Method(), complain=lambda number, sentence: None, with_rhythm=False)
    findings = [*replay.feed(1, lines), *replay.end()]
    found = [
        (each["time"], each["capability"], each["state"])
        for each in findings
        if "before" in each and each["state"] != each["before"]
    ]
    expected = live(lines)
    for capability in Capability:
        ours = [each for each in found if each[1] == capability.value]
        theirs = [each for each in expected if each[1] == capability.value][: len(ours)]
        assert [each[2] for each in ours] == [each[2] for each in theirs]
        for before, mine, other in zip([None, *ours], ours, theirs, strict=False):
            # Neither a suspicion that lapses nor a share that has changed is news to hurry for.
            slow = mine[2] == "up" or (
                before is not None and before[2] != "suspected" and mine[2] != "suspected"
            )
            assert abs(mine[0] - other[0]) <= (20_000 if slow else 1_000)
