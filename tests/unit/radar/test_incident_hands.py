"""What a person decides about an incident is not undone by the machine."""

from typing import Any

import pytest

from holdfast.radar import IncidentState, Result, load_incident, load_incidents
from holdfast.radar.incidents import (
    UnfitError,
    close,
    merge,
    rename,
    reopen,
    split,
    write_account,
)

IG, WA, SMS = "instagram:shop", "whatsapp:shop", "sms:shop"


async def happen(bench: Any, *channels: str, result: Result = Result.FAIL, seconds: int = 3) -> None:
    for _ in range(seconds):
        bench.clock.move(1000)
        for channel in channels:
            await bench.send(result, "platform" if result is Result.FAIL else "", channel=channel)
        await bench.radar.evaluate()


async def decide(bench: Any, work: Any, *values: Any, **more: Any) -> Any:
    return await bench.database.write(work, *values, by="Mara", now=bench.clock.now_ms(), **more)


async def failing(bench: Any, *channels: str) -> Any:
    for channel in (IG, WA):
        bench.add(channel)
    bench.add(SMS, "twilio")
    await happen(bench, *channels)
    return bench.radar.open_incidents()


async def test_a_name_stays_until_it_is_given_back(bench: Any) -> None:
    [incident] = await failing(bench, IG)
    await decide(bench, rename, incident.id, "  Meta is down \n today ")
    await happen(bench, WA)
    [named] = bench.radar.open_incidents()
    assert (named.title, named.titled_by) == ("Meta is down today", "Mara")
    assert len(named.components) == 2
    await decide(bench, rename, incident.id, "")
    await bench.radar.evaluate()
    [named] = bench.radar.open_incidents()
    assert named.title == "Instagram and WhatsApp are failing (both run by Meta)"


async def test_what_a_person_closed_stays_closed_while_the_same_failure_goes_on(bench: Any) -> None:
    [incident] = await failing(bench, IG)
    await decide(bench, close, incident.id)
    await happen(bench, IG, seconds=30)
    bench.clock.move(3_600_000)
    await happen(bench, IG, seconds=30)
    assert bench.radar.open_incidents() == []
    await happen(bench, IG, result=Result.OK, seconds=30)
    await happen(bench, IG, seconds=3)
    [again] = bench.radar.open_incidents()
    assert again.id != incident.id
    with pytest.raises(UnfitError, match="over already"):
        await decide(bench, close, incident.id)


async def test_what_a_person_opened_again_stays_open_until_they_close_it(bench: Any) -> None:
    [incident] = await failing(bench, IG)
    with pytest.raises(UnfitError, match="is open"):
        await decide(bench, reopen, incident.id)
    await happen(bench, IG, result=Result.OK, seconds=5)
    await bench.evaluate_for(12)
    assert bench.radar.open_incidents() == []
    await decide(bench, reopen, incident.id)
    await bench.evaluate_for(700)
    [kept] = bench.radar.open_incidents()
    assert (kept.id, kept.state, kept.kept_by) == (incident.id, IncidentState.OPEN, "Mara")
    await happen(bench, IG)
    [kept] = bench.radar.open_incidents()
    assert kept.id == incident.id
    await happen(bench, IG, result=Result.OK, seconds=5)
    await bench.evaluate_for(400)
    [kept] = bench.radar.open_incidents()
    assert kept.state is IncidentState.OPEN
    await decide(bench, close, incident.id)
    await bench.evaluate_for(1)
    assert bench.radar.open_incidents() == []


async def test_incidents_that_a_person_merged_stay_one(bench: Any) -> None:
    first, second = await failing(bench, IG, SMS)
    await decide(bench, merge, first.id, second.id, ids=bench.ids)
    await happen(bench, IG, SMS, seconds=90)
    [incident] = bench.radar.open_incidents()
    assert incident.title == "Instagram and SMS are failing"
    [over] = await bench.database.read(load_incidents, "closed")
    assert (over.id, over.merged_into) == (second.id, first.id)
    with pytest.raises(UnfitError, match="goes on as a part of"):
        await decide(bench, reopen, second.id)
    with pytest.raises(UnfitError, match="with itself"):
        await decide(bench, merge, first.id, first.id, ids=bench.ids)


async def test_channels_that_a_person_told_apart_stay_apart(bench: Any) -> None:
    [incident] = await failing(bench, IG, WA)
    await decide(bench, split, incident.id, [WA], ids=bench.ids)
    await happen(bench, IG, WA, seconds=90)
    titles = [each.title for each in bench.radar.open_incidents()]
    assert titles == ["Instagram is not accepting messages", "WhatsApp is not accepting messages"]
    for channels, why in (([IG], "must stay"), ([SMS], "has no part sms"), ([], "must leave")):
        with pytest.raises(UnfitError, match=why):
            await decide(bench, split, incident.id, channels, ids=bench.ids)


async def test_the_texts_of_the_post_mortem_are_kept(bench: Any) -> None:
    [incident] = await failing(bench, IG)
    now = bench.clock.now_ms()
    await bench.database.write(write_account, incident.id, summary="It fell.", will_change=None, now=now)
    await bench.database.write(write_account, incident.id, summary=None, will_change="Nothing.", now=now)
    stored = await bench.database.read(load_incident, incident.id)
    assert (stored.summary, stored.will_change) == ("It fell.", "Nothing.")


async def test_nothing_can_be_decided_about_what_is_not_there(bench: Any) -> None:
    for work in (close, reopen):
        with pytest.raises(LookupError):
            await decide(bench, work, "inc_none")
