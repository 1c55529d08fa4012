"""Maintenance that is changed after it was announced: what may change when, and who is told."""

import pytest
from tests.unit.status.subscribers.conftest import World

from holdfast.inbox.trail import TrailFilter, audit_page
from holdfast.status.maintenance import Maintenance
from holdfast.status.subscribers import Kind
from holdfast.status.works import MaintenanceRefusedError

HOUR = 3_600
HOUR_MS = HOUR * 1_000


async def announced(world: World) -> Maintenance:
    start = world.clock.now_ms() + HOUR_MS
    return await world.works.announce(
        title="New server",
        text="Mail waits.",
        channels=["email:shop"],
        starts_at=start,
        ends_at=start + HOUR_MS,
        by="A",
    )


async def carried(world: World) -> list[str]:
    await world.announcer.look()
    await world.carry()
    return [mail.text for mail in world.mail_server.mails]


async def test_what_is_to_come_can_be_another_thing_and_everybody_is_told(world: World) -> None:
    await world.subscribed("ana@example.org")
    world.clock.move(1)
    work = await announced(world)
    await carried(world)
    world.clock.move(1)
    later = work.starts_at + HOUR_MS
    changed = await world.works.change(
        work.id,
        by="A",
        title="Newer server",
        channels=[],
        starts_at=later,
        ends_at=later + 2 * HOUR_MS,
    )
    assert (changed.title, changed.text, changed.channels) == ("Newer server", "Mail waits.", ())
    assert (changed.starts_at, changed.ends_at) == (later, later + 2 * HOUR_MS)
    texts = await carried(world)
    assert len(texts) == 2
    assert "Changed: it is now from 2026-09-21 16:13 to 2026-09-21 18:13 UTC. Mail waits." in texts[1]


async def test_what_changes_nothing_is_told_to_nobody(world: World) -> None:
    await world.subscribed("ana@example.org")
    world.clock.move(1)
    work = await announced(world)
    await world.works.change(work.id, by="A", title=" New server ")
    assert len(await carried(world)) == 1


async def test_what_goes_on_can_end_at_another_time(world: World) -> None:
    work = await announced(world)
    world.clock.move(1.5 * HOUR)
    changed = await world.works.change(
        work.id, by="A", ends_at=work.ends_at + HOUR_MS, text="It takes longer."
    )
    assert changed.ends_at == work.ends_at + HOUR_MS
    for field, more in (("starts_at", {"starts_at": work.starts_at + 1}), ("channels", {"channels": []})):
        with pytest.raises(MaintenanceRefusedError, match="It has begun") as refused:
            await world.works.change(work.id, by="A", **more)  # type: ignore[arg-type] - each has its own kind
        assert refused.value.field == field


async def test_what_makes_no_sense_is_refused(world: World) -> None:
    work = await announced(world)
    with pytest.raises(MaintenanceRefusedError, match="The end must be after the start"):
        await world.works.change(work.id, by="A", ends_at=work.starts_at)
    with pytest.raises(MaintenanceRefusedError, match="no channel fax:shop"):
        await world.works.change(work.id, by="A", channels=["fax:shop"])
    with pytest.raises(LookupError):
        await world.works.change("mnt_gone", by="A", title="x")


async def test_what_is_over_or_called_off_stays_as_it_is(world: World) -> None:
    called_off = await announced(world)
    await world.works.cancel(called_off.id, "agent:mara")
    over = await announced(world)
    world.clock.move(3 * HOUR)
    for work in (called_off, over):
        with pytest.raises(MaintenanceRefusedError, match="to come or going on") as refused:
            await world.works.change(work.id, by="A", title="x")
        assert refused.value.field == ""


async def test_subscribers_are_counted_by_kind_and_state(world: World) -> None:
    for name in ("ana", "ben"):
        await world.subscribed(f"{name}@example.org")
    await world.subscriptions.ask(Kind.WEBHOOK, "https://hook.example/in", [])
    counts = [(kind.value, state.value, number) for kind, state, number in await world.subscriptions.counts()]
    assert counts == [("email", "active", 2), ("webhook", "asked", 1)]
    asked = await world.subscriptions.page(state="asked")
    assert [each.kind.value for each in asked] == ["webhook"]


async def test_what_people_do_with_maintenance_stands_in_the_audit_trail(world: World) -> None:
    work = await announced(world)
    await world.works.change(work.id, by="agent:ben", title="Server", ends_at=work.ends_at + HOUR_MS)
    await world.works.cancel(work.id, "api:site")

    page = await world.database.read(audit_page, TrailFilter(action="maintenance."), "", 10)
    told = [(each.who, each.action, each.subject, each.detail) for each in reversed(page.items)]
    assert told == [
        (work.announced_by, "maintenance.announced", work.id, work.title),
        ("agent:ben", "maintenance.changed", work.id, "title, ends at: Server"),
        ("api:site", "maintenance.cancelled", work.id, "Server"),
    ]
