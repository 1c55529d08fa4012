"""Commands about what the team's work comes to."""

import asyncio
from pathlib import Path
from typing import Final, get_args

import click

from holdfast.app.announcements import weekly_of
from holdfast.app.hub import Hub
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.figures import FiguresRefusedError, Unit
from holdfast.figures.calendar import last_days
from holdfast.figures.table import as_csv, as_text
from holdfast.figures.tables import What, table_of

DAYS_MAX: Final = 800
NO_MAIL: Final = (
    "No email channel is connected, so that the summary is sent to nobody. See: holdfast channel add --help"
)
WHAT: Final = get_args(What)


@click.command("figures", epilog="Example: holdfast report figures agent --days 90 --csv > agents.csv")
@click.argument("what", type=click.Choice(WHAT), default="volumes")
@click.option(
    "--days",
    type=click.IntRange(1, DAYS_MAX),
    default=28,
    show_default=True,
    help="Up to and with today, in the business's time zone.",
)
@click.option(
    "--unit", type=click.Choice(["hour", "day", "week"]), default="day", show_default=True, help="Of volumes."
)
@click.option("--csv", "is_csv", is_flag=True, help="For a spreadsheet.")
@CONFIG
def figures(what: What, days: int, unit: Unit, *, is_csv: bool, config: Path | None) -> None:
    """Show what the team's work comes to: volumes, busy hours, outages, or by agent, channel, label or team;
    and how often targets were met.
    """

    async def read(hub: Hub) -> str:
        span = last_days(hub.clock.now_ms(), days, await hub.figures.zone())
        table = await table_of(hub.figures, what, span, unit)
        return as_csv(table) if is_csv else f"{as_text(table)}\n"

    async def told() -> str:
        async with opened(load(config)) as hub:
            return await read(hub)

    try:
        click.echo(asyncio.run(told()), nl=False)
    except FiguresRefusedError as error:
        raise click.ClickException(str(error)) from error


@click.command("weekly", epilog="Example: holdfast report weekly --send")
@click.option(
    "--send", "is_sent", is_flag=True, help="Send it now to those who want it and have not got it yet."
)
@CONFIG
def weekly(*, is_sent: bool, config: Path | None) -> None:
    """Show the last whole week as the summary that leaves by email on Monday morning, or send it now."""
    click.echo(asyncio.run(_send(config) if is_sent else _preview(config)))


async def _preview(config: Path | None) -> str:
    async with opened(load(config)) as hub:
        summary = weekly_of(hub)
        _, letter = await summary.preview()
        note = "" if summary.can_mail else f"\n{NO_MAIL}"
        return f"Subject: {letter.subject}\n\n{letter.text}{note}"


async def _send(config: Path | None) -> str:
    async with opened(load(config)) as hub:
        summary = weekly_of(hub)
        if not summary.can_mail:
            raise click.ClickException(NO_MAIL)
        found = await summary.send_now()
    if not found:
        return (
            "The summary of that week goes to nobody: nothing happened in it, or nobody wanted it when it was made. "
            "See Reports in the console."
        )
    told = ", ".join(f"{number} {word or 'to be tried again'}" for word, number in sorted(found.items()))
    return f"The summary of that week: {told}."
