"""Commands about much data: data generate."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Final

import click

from holdfast.app.hub import open_store
from holdfast.app.private import make_private_folder
from holdfast.cli.configuration import CONFIG, load
from holdfast.kernel import SystemClock
from holdfast.sample import Filled, Plan, StoreInUseError, fill_shared, make_store
from holdfast.settings import Settings

MESSAGES_MAX: Final = 1_000_000_000
YEARS_MAX: Final = 20.0
LINE_SECONDS: Final = 5.0
"""How often progress is told where it cannot overwrite its line."""


@click.group(epilog="Example: holdfast data generate --data-dir try-out --messages 100000 --contacts 10000")
def data() -> None:
    """Fill a store with invented data."""


@data.command(
    "generate",
    epilog="Example: holdfast data generate --data-dir big --messages 10000000 --contacts 1000000",
)
@click.option(
    "--messages", type=click.IntRange(1, MESSAGES_MAX), default=100_000, show_default=True, help="How many."
)
@click.option(
    "--contacts",
    type=click.IntRange(1, MESSAGES_MAX),
    help="How many people; a tenth of the messages without it.",
)
@click.option("--years", type=click.FloatRange(0.01, YEARS_MAX), default=5.0, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed invents the same.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the store; the configuration's, or its PostgreSQL, without it.",
)
@click.option("--replace", is_flag=True, help="Throw away what the store holds, and its spool.")
@CONFIG
def generate(
    messages: int,
    contacts: int | None,
    years: float,
    seed: int,
    data_dir: Path | None,
    *,
    replace: bool,
    config: Path | None,
) -> None:
    """Make a store full of invented people and messages, to see how Holdfast behaves after years.

    The store is made beside the present one and takes its place only when it is whole. A store that holds
    anything is left alone unless --replace is given, one of a running hub always. Where the configuration
    names a PostgreSQL, an empty database is filled, more slowly.
    """
    people = contacts if contacts is not None else max(1, messages // 10)
    if people > messages:
        raise click.UsageError(
            "Every contact writes at least once: --contacts may not be more than --messages."
        )
    settings = load(config)
    folder = data_dir or settings.hub.data_dir
    plan = Plan(messages=messages, contacts=people, seed=seed, years=years, until=SystemClock().now_ms())
    make_private_folder(folder)
    progress = Progress()
    try:
        if settings.hub.database and data_dir is None:
            filled = asyncio.run(_fill_shared(settings, plan, progress))
        else:
            filled = asyncio.run(make_store(folder, plan, progress, replace=replace))
    except StoreInUseError as error:
        raise click.ClickException(str(error)) from error
    seconds = progress.seconds()
    click.echo(
        f"{filled.messages:,} messages of {filled.contacts:,} contacts in {folder}, in {seconds:,.0f} s "
        f"({filled.messages / max(seconds, 0.001):,.0f} messages/s)."
    )


async def _fill_shared(settings: Settings, plan: Plan, progress: "Progress") -> Filled:
    database = open_store(settings)
    try:
        return await fill_shared(database, plan, progress)
    finally:
        await database.close()


class Progress:
    """One line that is written again and again on a terminal, a line now and then in a file."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()

    def seconds(self) -> float:
        return time.monotonic() - self._began

    def __call__(self, what: str, done: int, whole: int) -> None:
        now = time.monotonic()
        line = f"{what}: {done:,} of {whole:,} ({done / whole:.0%})"
        if sys.stderr.isatty():
            click.echo(f"\r{line:<60}{chr(10) if done == whole else ''}", err=True, nl=False)
        elif done == whole or now - self._told > LINE_SECONDS:
            self._told = now
            click.echo(line, err=True)
