from collections.abc import Sequence
from typing import Any

import pytest

from holdfast.channels.contract import Capability, ErrorClass
from holdfast.radar import (
    IncidentState,
    Kind,
    Observation,
    Radar,
    Result,
    State,
    UpdateKind,
    add_incident_update,
    load_incident,
    load_incidents,
    load_uptime,
    load_verdicts,
)
from holdfast.storage import StoreUnavailableError

ENOUGH_AFTER_A_RELAPSE = 20
"""Successes that prove that what failed twice is over, in part as well as in all."""
INCIDENT_EVENTS = ("incident.opened", "incident.updated", "incident.closed")


async def fail_sends(bench: Any, count: int = 3, error_class: str = "platform") -> None:
    await bench.sends(count, Result.FAIL, error_class)


def kinds(incident: Any) -> list[str]:
    return [update.kind.value for update in incident.updates]


async def test_an_incident_opens_recovers_and_closes_by_proof(bench: Any) -> None:
    bench.add()
    await bench.sends(3)
    assert bench.radar.open_incidents() == []
    await fail_sends(bench)
    [incident] = bench.radar.open_incidents()
    assert incident.title == "Instagram is not accepting messages"
    assert incident.capabilities == (Capability.SEND,)
    assert incident.onset_at == incident.opened_at - 2000
    assert incident.evidence[0] == "3 of the last 3 sends failed: connection refused."
    await bench.evaluate_for(900)
    assert bench.radar.open_incidents() == [incident]

    await bench.sends(3)
    [incident] = bench.radar.open_incidents()
    assert incident.state is IncidentState.RECOVERING
    await bench.sends(1)
    await bench.evaluate_for(9)
    assert len(bench.radar.open_incidents()) == 1
    await bench.evaluate_for(2)
    assert bench.radar.open_incidents() == []

    stored = await bench.database.read(load_incident, incident.id)
    assert stored.state is IncidentState.CLOSED
    assert stored.closed_at - stored.recovered_at >= 10_000
    assert kinds(stored) == ["opened", "recovering", "closed"]
    told = await bench.told(*INCIDENT_EVENTS)
    assert [event.kind for event in told] == list(INCIDENT_EVENTS)
    assert told[-1].body["incident"]["updates"][0]["text"].startswith("Instagram is not accepting")
    assert told[-1].body["incident"]["state"] == "closed"


async def test_every_change_of_a_verdict_is_told_once(bench: Any) -> None:
    bench.add()
    await bench.sends(30)
    await fail_sends(bench, 30)
    told = [e.body for e in await bench.told("verdict.changed") if e.body["verdict"]["capability"] == "send"]
    assert [body["verdict"]["state"] for body in told] == ["up", "suspected", "down"]
    assert told[0]["channel"] == "instagram:shop"
    assert told[-1]["verdict"]["cause"] == "platform"
    stored = {v.capability: v for v in await bench.database.read(load_verdicts)}
    assert stored[Capability.SEND].state is State.DOWN
    assert set(stored) == set(Capability)


async def test_a_relapse_within_minutes_continues_the_same_incident(bench: Any) -> None:
    bench.add()
    await fail_sends(bench)
    [first] = bench.radar.open_incidents()
    await bench.sends(5)
    await bench.evaluate_for(12)
    assert bench.radar.open_incidents() == []
    await fail_sends(bench)
    [again] = bench.radar.open_incidents()
    assert again.id == first.id
    assert again.closed_at is None
    assert kinds(again) == ["opened", "recovering", "closed", "opened"]
    await bench.sends(ENOUGH_AFTER_A_RELAPSE)
    await bench.evaluate_for(700)
    await fail_sends(bench)
    [new] = bench.radar.open_incidents()
    assert new.id != first.id
    assert len(await bench.database.read(load_incidents, "closed")) == 1


async def test_capabilities_gather_in_one_incident(bench: Any) -> None:
    adapter = bench.add()
    await fail_sends(bench)
    adapter.answer(Capability.RECEIVE, ErrorClass.SUBSCRIPTION, "The webhooks are no longer subscribed.")
    for _ in range(3):
        await see_probe(bench, adapter)
        await bench.evaluate_for(1)
    [incident] = bench.radar.open_incidents()
    assert incident.capabilities == (Capability.SEND, Capability.RECEIVE)
    assert incident.title == "Instagram is not accepting messages"
    await bench.sends(5)
    await bench.evaluate_for(20)
    [incident] = bench.radar.open_incidents()
    assert incident.title == "Messages from Instagram are not arriving"
    assert incident.cause == "subscription"
    adapter.answer(Capability.RECEIVE)
    for _ in range(6):
        await see_probe(bench, adapter)
        await bench.evaluate_for(6)
    assert bench.radar.open_incidents() == []


async def see_probe(bench: Any, adapter: Any, channel: str = "instagram:shop") -> None:
    results: Sequence[Any] = await adapter.probe()
    for result in results:
        seen = Observation(
            channel=channel,
            capability=result.capability,
            kind=Kind.PROBE,
            at=bench.clock.now_ms(),
            result=Result.OK if result.ok else Result.FAIL,
            error_class=result.error_class or "",
            detail=result.detail,
        )
        await bench.see(seen)


@pytest.mark.parametrize(
    ("error_class", "title"),
    [
        ("token", "Instagram refuses our sign-in"),
        ("permission", "Instagram is refusing our account"),
        ("throttled", "Instagram is limiting how much we may do"),
    ],
)
async def test_titles_say_whose_failure_it_is(bench: Any, error_class: str, title: str) -> None:
    bench.add()
    await fail_sends(bench, error_class=error_class)
    assert [incident.title for incident in bench.radar.open_incidents()] == [title]


async def test_two_channels_of_a_platform_are_told_apart(bench: Any) -> None:
    bench.add("instagram:shop")
    bench.add("instagram:outlet")
    for _ in range(3):
        bench.clock.move(1000)
        await bench.send(Result.FAIL, "platform")
        await bench.send(channel="instagram:outlet")
        await bench.radar.evaluate()
    [incident] = bench.radar.open_incidents()
    assert incident.title == "Instagram (Shop) is refusing our account"
    assert incident.cause == "account"


async def test_some_messages_fail(bench: Any) -> None:
    bench.add()
    for _ in range(12):
        await bench.sends(1, Result.FAIL, "platform")
        await bench.sends(1)
    [incident] = bench.radar.open_incidents()
    assert incident.title == "Some messages to Instagram fail"


async def test_a_restart_changes_nothing_and_forgets_nothing(bench: Any) -> None:
    bench.add()
    await fail_sends(bench)
    [before] = bench.radar.open_incidents()
    bench.clock.move(3_600_000)
    radar: Radar = bench.make_radar()
    await radar.evaluate()
    assert radar.open_incidents() == [before]
    assert radar.verdict("instagram:shop", Capability.SEND).state is State.DOWN
    bench.clock.ms -= 7 * 86_400_000
    await radar.evaluate()
    assert radar.open_incidents() == [before]
    bench.radar = radar
    await bench.sends(5)
    await bench.evaluate_for(12)
    assert radar.open_incidents() == []


async def test_a_node_that_stood_still_opens_no_second_incident(bench: Any) -> None:
    """It still takes itself for the one that watches, and finds what another has found meanwhile."""
    bench.add()
    stopped: Radar = bench.make_radar()
    await stopped.evaluate()
    await fail_sends(bench)
    await stopped.evaluate()
    assert len(await bench.told("incident.opened")) == 1
    await stopped.evaluate()
    assert [each.id for each in stopped.open_incidents()] == [
        each.id for each in bench.radar.open_incidents()
    ]
    await bench.sends(5)
    await bench.evaluate_for(12)
    assert await bench.database.read(load_incidents, "open") == []


async def test_a_node_that_others_may_have_followed_up_writes_nothing(bench: Any) -> None:
    bench.add()
    bench.may_write = False
    await fail_sends(bench)
    assert await bench.told("incident.opened") == []
    bench.may_write = True
    await bench.evaluate_for(1)
    assert len(await bench.told("incident.opened")) == 1


async def test_a_failing_store_loses_no_incident(bench: Any) -> None:
    bench.add()
    whole = bench.database.write
    refusing = True

    async def write(work: Any, /, *args: Any, **kwargs: Any) -> Any:
        if refusing and work.__name__ == "_write_outcome":
            raise StoreUnavailableError("disk full")
        return await whole(work, *args, **kwargs)

    bench.database.write = write
    for _ in range(3):
        bench.clock.move(1000)
        await bench.send(Result.FAIL, "platform")
        with pytest.raises(StoreUnavailableError):
            await bench.radar.evaluate()
    assert bench.verdict(Capability.SEND).state is State.DOWN
    refusing = False
    await bench.evaluate_for(1)
    assert len(await bench.told("incident.opened")) == 1
    assert len(bench.radar.open_incidents()) == 1


async def test_others_may_add_to_the_story(bench: Any) -> None:
    bench.add()
    await fail_sends(bench)
    [incident] = bench.radar.open_incidents()
    line = {"kind": "step", "text": "Held 4 messages.", "at": bench.clock.now_ms()}
    after = await bench.database.write(add_incident_update, incident.id, **line)
    assert (after.updates[-1].kind, after.updates[-1].text) == (UpdateKind.STEP, "Held 4 messages.")
    assert len({update.id for update in after.updates}) == len(after.updates)
    assert (await bench.told("incident.updated"))[-1].body["incident"]["updates"][-1]["kind"] == "step"
    with pytest.raises(LookupError):
        await bench.database.write(add_incident_update, "inc_none", **line)


async def test_failing_time_is_counted_per_day(bench: Any) -> None:
    bench.add()
    await fail_sends(bench)
    await bench.evaluate_for(100)
    [day] = await bench.database.read(load_uptime, "2026-01-01")
    assert day.channel == "instagram:shop"
    assert 90_000 <= day.down_ms <= 101_000
    assert day.partial_ms == 0
    bench.clock.move(3_600_000)
    await bench.radar.evaluate()
    [day] = await bench.database.read(load_uptime, "2026-01-01")
    assert day.down_ms <= 110_000, "the hub stood still and cannot know"


async def test_the_public_story_leaves_out_what_agents_and_other_monitors_say(bench: Any) -> None:
    bench.add()
    said = (Kind.BUTTON, "Ben's replies vanish"), (Kind.ALERT, "probe-7.internal: no answer")
    for kind, detail in said:
        await bench.see(
            Observation(
                channel="instagram:shop",
                capability=Capability.SEND,
                kind=kind,
                result=Result.FAIL,
                detail=detail,
                at=bench.clock.now_ms(),
            )
        )
    await fail_sends(bench)
    [incident] = bench.radar.open_incidents()
    assert {detail for _, detail in said} == {
        detail for _, detail in said for sentence in incident.evidence if detail in sentence
    }
    [line] = incident.updates
    assert line.public
    assert "The last send failed" in line.text
    assert not any(detail in line.text for _, detail in said)
