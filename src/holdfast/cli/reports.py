"""Commands about what people report."""

import asyncio
from typing import Final

import aiohttp
import click

from holdfast.app.replayed_day import PLATFORM, ReplayError, replay_day
from holdfast.cli.on_demand import OnDemand
from holdfast.cli.pointer import latest_demo
from holdfast.kernel import SystemClock

SPEED: Final = 2_880.0
"""A day in half a minute."""
FIGURES: Final = {"figures": "figures", "weekly": "figures"}


@click.group(cls=OnDemand, lazily=FIGURES, epilog="Example: holdfast report figures agent --days 90")
def report() -> None:
    """What the work comes to, in figures; and what people report: try the tracker with a day of it."""


@report.command("replay", epilog="Example: holdfast report replay --speed 1440")
@click.option(
    "--speed",
    type=click.FloatRange(min=0),
    default=SPEED,
    show_default=True,
    help="So many times as fast as it went; 1 takes a day, 0 no time at all.",
)
@click.option(
    "--platform", default=PLATFORM, show_default=True, help="A platform that the hub is connected to."
)
@click.option("--api", envvar="HOLDFAST_API", help="The hub's HTTP interface; the latest demo's by default.")
@click.option(
    "--token", envvar="HOLDFAST_TOKEN", help="A token that may write; the latest demo's by default."
)
def replay(speed: float, platform: str, api: str | None, token: str | None) -> None:
    """Play a day of reports with the shape of a real one, a peak of 12,000, into a running hub."""
    known = latest_demo() or {}
    url, key = api or known.get("api"), token or known.get("api_token")
    if not url or not key:
        raise click.ClickException("No demo is running. Start one with: holdfast demo")
    clock = SystemClock()
    try:
        counted = asyncio.run(
            replay_day(
                url,
                key,
                speed=speed,
                now_ms=clock.now_ms,
                platform=platform,
                say=lambda text: click.echo(text, err=True),
            )
        )
    except ReplayError as error:
        raise click.ClickException(f"The hub at {url} did not take it: {error}") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise click.ClickException(f"The hub at {url} does not answer: {error}") from error
    status = known.get("status", "the status page")
    click.echo(f"Counted {counted:,} reports. See {status}/tracker")
