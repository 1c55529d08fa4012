"""Commands about the alerts that the team gets."""

import asyncio
from pathlib import Path

import click

from holdfast.alerts import AppriseOut, targets_of
from holdfast.cli.main import CONFIG, load
from holdfast.settings import Settings


@click.group(epilog="Example: holdfast alert test")
def alert() -> None:
    """See that the team would hear of an incident."""


@alert.command("test", epilog="Example: holdfast alert test --config holdfast.toml")
@CONFIG
def test(config: Path | None) -> None:
    """Send a test alert to every address in alerts.urls, and say which ones took it."""
    settings = load(config)
    if not settings.alerts.urls:
        raise click.ClickException("Nobody is to be told: alerts.urls is empty. See docs/incidents.md.")
    problems = asyncio.run(_tell_all(settings))
    for number, problem in enumerate(problems, start=1):
        click.echo(f"Address {number} of alerts.urls: {problem or 'taken.'}")
    if any(problems):
        raise click.ClickException("Not every address took the test alert.")


async def _tell_all(settings: Settings) -> list[str]:
    way = AppriseOut(inside_allowed=settings.alerts.inside_allowed)
    title = f"{settings.hub.name}: a test"
    text = f"This is how the team hears of incidents. Nothing is wrong.\n{settings.public_url}/"
    targets = targets_of(settings.alerts.urls).values()
    return [await way.tell(target.url.reveal(), title, text) for target in targets]
