"""Commands about the alerts that the team gets."""

import asyncio
from pathlib import Path

import click

from holdfast.app.alerting import send_test_alerts
from holdfast.cli.configuration import CONFIG, load


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
    problems = asyncio.run(send_test_alerts(settings))
    for number, problem in enumerate(problems, start=1):
        click.echo(f"Address {number} of alerts.urls: {problem or 'taken.'}")
    if any(problems):
        raise click.ClickException("Not every address took the test alert.")
