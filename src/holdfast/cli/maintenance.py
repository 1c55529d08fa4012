"""Commands about maintenance that the public is told of before it begins."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import click

from holdfast.app.announcements import maintenances_of
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.settings import Settings
from holdfast.status.maintenance import Maintenance, Phase
from holdfast.status.works import MaintenanceRefusedError

BY: Final = "the command line"
TIMES: Final = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
WORDS: Final = {
    Phase.SCHEDULED: "to come",
    Phase.ACTIVE: "going on",
    Phase.OVER: "over",
    Phase.CANCELLED: "called off",
}


@click.group(epilog="Example: holdfast maintenance list")
def maintenance() -> None:
    """Announce work on the status page, in feeds and to subscribers, end it, or call it off."""


@maintenance.command("list", epilog="Example: holdfast maintenance list")
@CONFIG
def list_maintenance(config: Path | None) -> None:
    """Show the maintenance of the last 90 days and what is to come, the latest start first."""
    now, found = asyncio.run(_list(load(config)))
    for work in found:
        span = f"{_moment(work.starts_at)} to {_moment(work.ends_at)} UTC"
        where = ", ".join(work.channels) or "all channels"
        click.echo(f"{work.id}  {WORDS[work.phase(now)]}  {span}  {where}\n  {work.title}")
    if not found:
        click.echo("No maintenance is announced.")


@maintenance.command(
    "announce",
    epilog='Example: holdfast maintenance announce "New mail server" --start 2026-12-01T08:00 --minutes 60',
)
@click.argument("title")
@click.option("--start", required=True, type=click.DateTime(TIMES), help="When it begins, in UTC.")
@click.option("--minutes", required=True, type=click.IntRange(1, 43_200), help="How long it takes.")
@click.option("--channel", "channels", multiple=True, help="What it touches; may be repeated. Without: all.")
@click.option("--text", default="", help="What people should know.")
@CONFIG
def announce(
    title: str, start: datetime, minutes: int, channels: tuple[str, ...], text: str, config: Path | None
) -> None:
    """Tell the public of work before it begins."""
    begins = start.replace(tzinfo=UTC)
    try:
        work = asyncio.run(_announce(load(config), title, text, channels, begins, timedelta(minutes=minutes)))
    except MaintenanceRefusedError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Announced as {work.id}.")


@maintenance.command("change", epilog="Example: holdfast maintenance change mnt_01J8ZK3Q --minutes 90")
@click.argument("maintenance_id")
@click.option("--title", help="Another title.")
@click.option("--text", help="What people should know.")
@click.option("--start", type=click.DateTime(TIMES), help="When it begins, in UTC; only before it begins.")
@click.option("--minutes", type=click.IntRange(1, 43_200), help="How long it takes, from its beginning.")
@CONFIG
def change(
    maintenance_id: str,
    title: str | None,
    text: str | None,
    start: datetime | None,
    minutes: int | None,
    config: Path | None,
) -> None:
    """Change what was announced; subscribers are told."""
    begins = int(start.replace(tzinfo=UTC).timestamp() * 1000) if start else None
    _refused_in_words(
        _move(load(config), maintenance_id, title=title, text=text, begins=begins, minutes=minutes),
        maintenance_id,
    )
    click.echo("It is changed.")


@maintenance.command("end", epilog="Example: holdfast maintenance end mnt_01J8ZK3Q")
@click.argument("maintenance_id")
@CONFIG
def end(maintenance_id: str, config: Path | None) -> None:
    """Say that work which goes on is done."""
    _changed(config, maintenance_id, "end")
    click.echo("It is over.")


@maintenance.command("cancel", epilog="Example: holdfast maintenance cancel mnt_01J8ZK3Q")
@click.argument("maintenance_id")
@CONFIG
def cancel(maintenance_id: str, config: Path | None) -> None:
    """Call off work that has not begun."""
    _changed(config, maintenance_id, "cancel")
    click.echo("It is called off.")


def _changed(config: Path | None, maintenance_id: str, what: Literal["end", "cancel"]) -> None:
    _refused_in_words(_change(load(config), maintenance_id, what), maintenance_id)


def _refused_in_words(work: Coroutine[Any, Any, None], maintenance_id: str) -> None:
    try:
        asyncio.run(work)
    except LookupError as error:
        raise click.ClickException(
            f"There is no maintenance {maintenance_id}. See: holdfast maintenance list"
        ) from error
    except MaintenanceRefusedError as error:
        raise click.ClickException(str(error)) from error


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")


async def _list(settings: Settings) -> tuple[int, list[Maintenance]]:
    async with opened(settings) as hub:
        return hub.clock.now_ms(), list(await maintenances_of(hub).recent())


async def _announce(
    settings: Settings,
    title: str,
    text: str,
    channels: tuple[str, ...],
    begins: datetime,
    lasts: timedelta,
) -> Maintenance:
    async with opened(settings) as hub:
        return await maintenances_of(hub).announce(
            title=title,
            text=text,
            channels=channels,
            starts_at=int(begins.timestamp() * 1000),
            ends_at=int((begins + lasts).timestamp() * 1000),
            by=BY,
        )


async def _move(
    settings: Settings,
    maintenance_id: str,
    *,
    title: str | None,
    text: str | None,
    begins: int | None,
    minutes: int | None,
) -> None:
    """Another beginning without another length moves the end along."""
    async with opened(settings) as hub:
        works = maintenances_of(hub)
        known = {work.id: work for work in await works.recent()}
        if maintenance_id not in known:
            raise LookupError(maintenance_id)
        before = known[maintenance_id]
        starts = before.starts_at if begins is None else begins
        lasts = before.ends_at - before.starts_at if minutes is None else minutes * 60_000
        await works.change(
            maintenance_id, by=BY, title=title, text=text, starts_at=starts, ends_at=starts + lasts
        )


async def _change(settings: Settings, maintenance_id: str, what: Literal["end", "cancel"]) -> None:
    async with opened(settings) as hub:
        works = maintenances_of(hub)
        await (works.end if what == "end" else works.cancel)(maintenance_id, BY)
