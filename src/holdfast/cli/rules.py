"""Commands about what is done by itself with what people write."""

import asyncio
from pathlib import Path

import click

from holdfast.automation import Rule, Trial, WouldDo
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.settings import Settings


@click.group(epilog="Example: holdfast rule try 'Where is my refund?'")
def rule() -> None:
    """Look at the rules, which the console's settings make, and try them."""


@rule.command("list", epilog="Example: holdfast rule list")
@CONFIG
def list_rules(config: Path | None) -> None:
    """Print the rules in the order in which they are tried."""
    rules = asyncio.run(_rules(load(config)))
    if not rules:
        click.echo("There is no rule yet. Make one in the console: Settings, Rules.")
    for each in rules:
        state = "on" if each.enabled else "off"
        click.echo(f"{each.id}  {state:3}  acted on {each.used}  {each.name}")


@rule.command(
    "try", epilog="Example: holdfast rule try 'Where is my refund?' --channel instagram:shop --first"
)
@click.argument("text")
@click.option("--channel", default="", help="The channel on which it would arrive.")
@click.option("--first", is_flag=True, help="As the first message of somebody new.")
@CONFIG
def try_rules(text: str, channel: str, config: Path | None, *, first: bool) -> None:
    """Print what the rules would do with a message now. Nothing is done."""
    trial = Trial(text=text, channel=channel, first=first)
    found = asyncio.run(_would_do(load(config), trial))
    if not found:
        click.echo("No rule acts on it.")
    for each in found:
        click.echo(f"{each.rule_id}  {each.name}")
        if each.reply:
            click.echo(f"    answers: {each.reply}")


async def _rules(settings: Settings) -> list[Rule]:
    async with opened(settings) as hub:
        return await hub.team.rules.all()


async def _would_do(settings: Settings, trial: Trial) -> list[WouldDo]:
    async with opened(settings) as hub:
        return await hub.team.rules.would_do(trial)
