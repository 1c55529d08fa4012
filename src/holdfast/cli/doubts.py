"""Commands about messages in doubt: what is known of them, and what a person says became of them."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.outbox import OpenDoubt, ReplyRefusedError
from holdfast.settings import Settings

BY: Final = "the command line"
TEXT_CHARACTERS: Final = 60
SAID: Final = {
    "sent": "It counts as sent.",
    "resend": "It goes out again.",
    "give_up": "It is left as it is.",
}


@click.group(epilog="Example: holdfast doubt list")
def doubt() -> None:
    """Messages whose answer was lost, so that nobody knows whether they arrived."""


@doubt.command("list", epilog="Example: holdfast doubt list")
@CONFIG
def list_doubts(config: Path | None) -> None:
    """Show what is in doubt, the oldest first, and what is known of it."""
    found = asyncio.run(_list(load(config)))
    for each in found:
        click.echo(_told(each))
    if not found:
        click.echo("Nothing is in doubt.")


async def _list(settings: Settings) -> list[OpenDoubt]:
    async with opened(settings) as hub:
        return list(await hub.outbox.doubts())


def _told(each: OpenDoubt) -> str:
    since = datetime.fromtimestamp(each.since / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    text = " ".join(each.text.split())[:TEXT_CHARACTERS]
    return f"{each.message_id}  {each.channel}  {each.contact_name}  since {since}\n  {text}\n  {each.reason}"


@doubt.command("settle", epilog="Example: holdfast doubt settle msg_01J8ZK3Q resend")
@click.argument("message_id")
@click.argument("decision", type=click.Choice(list(SAID)))
@CONFIG
def settle(message_id: str, decision: str, config: Path | None) -> None:
    """Say what became of a message: it was sent, send it again, or give it up and leave it.

    A running hub takes it up by itself. Sent again, it may arrive twice.
    """
    try:
        asyncio.run(_settle(load(config), message_id, decision))
    except ReplyRefusedError as error:
        raise click.ClickException(f"{error.message} See: holdfast doubt list") from error
    click.echo(SAID[decision])


async def _settle(settings: Settings, message_id: str, decision: str) -> None:
    async with opened(settings) as hub:
        await hub.outbox.resolve_doubt(message_id, decision, BY)
