"""Failures that are one are told as one, and told apart when they turn out to be two."""

from typing import Any

import msgspec

from holdfast.channels.contract import ErrorClass
from holdfast.radar import Cause, IncidentState, Result, load_incident, load_incidents
from holdfast.radar.incidents import save_incident

IG, WA, SMS = "instagram:shop", "whatsapp:shop", "sms:shop"
PROOF_SECONDS = 20
"""Of one success each, after which even what failed by turns is proven to be over."""


async def fail(bench: Any, *channels: str, seconds: int = 3, error_class: str = "platform") -> None:
    await happen(bench, channels, seconds, Result.FAIL, error_class)


async def work(bench: Any, *channels: str, seconds: int = 5) -> None:
    await happen(bench, channels, seconds, Result.OK, "")


async def happen(
    bench: Any, channels: tuple[str, ...], seconds: int, result: Result, error_class: str
) -> None:
    for _ in range(seconds):
        bench.clock.move(1000)
        for channel in channels:
            await bench.send(result, error_class, channel=channel)
        await bench.radar.evaluate()


def parts(incident: Any) -> dict[str, str]:
    return {each.channel: each.state.value for each in incident.components}


def texts(incident: Any) -> list[str]:
    return [line.text for line in incident.updates]


async def test_channels_of_one_company_that_fail_together_are_one_incident(bench: Any) -> None:
    bench.add(IG)
    bench.add(WA)
    bench.add(SMS, "twilio")
    await fail(bench, IG)
    [alone] = bench.radar.open_incidents()
    await fail(bench, WA)
    [incident] = bench.radar.open_incidents()
    assert incident.id == alone.id
    assert incident.title == "Instagram and WhatsApp are failing (both run by Meta)"
    assert parts(incident) == {IG: "open", WA: "open"}
    assert incident.channel == IG
    assert texts(incident)[-1].startswith("WhatsApp is failing as well.")
    assert incident.evidence[0].startswith("Instagram: 3 of the last 3 sends failed")
    await fail(bench, SMS)
    assert [each.title for each in bench.radar.open_incidents()][1:] == ["SMS is not accepting messages"]


async def test_two_accounts_that_fail_with_their_platform_bear_its_name(bench: Any) -> None:
    bench.add(IG)
    bench.add("instagram:outlet")
    bench.add(WA)
    await fail(bench, IG, "instagram:outlet")
    [incident] = bench.radar.open_incidents()
    assert incident.title == "Instagram is not accepting messages"
    await fail(bench, WA)
    [incident] = bench.radar.open_incidents()
    assert incident.title == "Instagram and WhatsApp are failing (both run by Meta)"
    assert len(incident.components) == 3


async def test_it_is_over_when_the_last_channel_is_well(bench: Any) -> None:
    bench.add(IG)
    bench.add(WA)
    await fail(bench, IG, WA)
    await work(bench, IG)
    await bench.evaluate_for(12)
    [incident] = bench.radar.open_incidents()
    assert incident.state is IncidentState.OPEN
    assert parts(incident) == {IG: "closed", WA: "open"}
    assert texts(incident)[-1] == "Instagram: It works again."
    await work(bench, WA)
    await bench.evaluate_for(12)
    assert bench.radar.open_incidents() == []
    told = await bench.told("incident.opened", "incident.closed")
    assert [event.kind for event in told] == ["incident.opened", "incident.closed"]


async def test_what_fails_much_later_is_another_incident(bench: Any) -> None:
    bench.add(IG)
    bench.add(WA)
    await fail(bench, IG)
    bench.clock.move(11 * 60_000)
    await fail(bench, WA)
    assert [parts(each) for each in bench.radar.open_incidents()] == [{IG: "open"}, {WA: "open"}]


async def test_our_own_connection_is_one_incident_for_everything(bench: Any) -> None:
    bench.add(IG)
    bench.add(WA)
    bench.add(SMS, "twilio")
    await fail(bench, IG, seconds=4, error_class=ErrorClass.NETWORK.value)
    [incident] = bench.radar.open_incidents()
    assert incident.cause is Cause.PLATFORM, "the others have not been tried"
    await fail(bench, WA, SMS, seconds=4, error_class=ErrorClass.NETWORK.value)
    await fail(bench, IG, WA, SMS, seconds=2, error_class=ErrorClass.NETWORK.value)
    [incident] = bench.radar.open_incidents()
    assert incident.title == "Our own connection is failing"
    assert parts(incident) == {IG: "open", WA: "open", SMS: "open"}
    for over in await bench.database.read(load_incidents, "closed"):
        assert over.merged_into == incident.id


async def test_another_cause_is_told_apart_after_a_while(bench: Any) -> None:
    bench.add(IG)
    bench.add(WA)
    await fail(bench, IG, WA)
    await fail(bench, IG, seconds=2)
    await fail(bench, IG, WA, seconds=14, error_class="platform")
    await happen(bench, (WA,), 14, Result.FAIL, "token")
    assert len(bench.radar.open_incidents()) == 1
    await happen(bench, (WA,), 60, Result.FAIL, "token")
    first, second = bench.radar.open_incidents()
    assert parts(first) == {IG: "open"}
    assert first.title == "Instagram is not accepting messages"
    assert parts(second) == {WA: "open"}
    assert second.title == "WhatsApp refuses our sign-in"
    assert "WhatsApp has another cause, so that it is told apart from now on." in texts(first)


async def test_what_has_long_been_well_is_told_apart(bench: Any) -> None:
    bench.add(IG)
    bench.add(WA)
    await fail(bench, IG, WA)
    await work(bench, IG)
    await bench.evaluate_for(12)
    bench.clock.move(31 * 60_000)
    await bench.evaluate_for(1)
    [incident] = bench.radar.open_incidents()
    assert parts(incident) == {WA: "open"}
    [over] = await bench.database.read(load_incidents, "closed")
    assert parts(over) == {IG: "closed"}
    assert texts(over) == ["Instagram is not accepting messages.", "It works again."]


async def test_what_fails_and_works_by_turns_stays_one_incident(bench: Any) -> None:
    bench.add(IG)
    for _ in range(8):
        await fail(bench, IG)
        await work(bench, IG)
        await bench.evaluate_for(5)
    await work(bench, IG, seconds=PROOF_SECONDS)
    await bench.evaluate_for(20)
    assert bench.radar.open_incidents() == []
    told = await bench.told("incident.opened", "incident.closed")
    assert [event.kind for event in told] == ["incident.opened", "incident.closed"]


async def test_what_comes_back_again_and_again_must_be_quiet_for_longer_before_it_is_over(bench: Any) -> None:
    bench.add(IG)
    for _ in range(8):
        await fail(bench, IG)
        await work(bench, IG)
        await bench.evaluate_for(60)
    await work(bench, IG, seconds=PROOF_SECONDS)
    await bench.evaluate_for(301)
    assert bench.radar.open_incidents() == []
    told = await bench.told("incident.opened", "incident.closed")
    assert [event.kind for event in told] == ["incident.opened", "incident.closed"] * 2
    assert len({event.body["incident"]["id"] for event in told}) == 1


async def test_two_who_change_an_incident_at_once_are_told_apart(bench: Any) -> None:
    bench.add(IG)
    await fail(bench, IG)
    [incident] = bench.radar.open_incidents()
    named = msgspec.structs.replace(incident, title="Ours", titled_by="Mara")
    await bench.database.write(save_incident, named)
    await work(bench, IG)
    await bench.evaluate_for(12)
    stored = await bench.database.read(load_incident, incident.id)
    assert (stored.title, stored.state) == ("Ours", IncidentState.CLOSED)
