"""The command that searches everything that was said."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.inbox.finding import Found, Hit, QueryError, Seeker, find
from holdfast.inbox.model import PAGE_MAX
from holdfast.settings import Settings

BY: Final = "the command line"


@click.command(epilog="Example: holdfast search 'refund channel:sms after:7d'")
@click.argument("query", nargs=-1, required=True)
@click.option("--best", is_flag=True, help="The best first, not the newest.")
@click.option("--limit", type=click.IntRange(1, PAGE_MAX), default=20, show_default=True)
@CONFIG
def search(query: tuple[str, ...], limit: int, config: Path | None, *, best: bool) -> None:
    """Find messages, notes and people by words and filters; days begin in UTC."""
    try:
        found = asyncio.run(_search(load(config), " ".join(query), limit, "best" if best else "recent"))
    except QueryError as error:
        raise click.ClickException(str(error)) from error
    for person in found.people:
        name = "".join(piece.text for piece in person.name)
        click.echo(f"{person.conversation_id or person.id}  {name}  {' '.join(person.channels)}")
    for hit in found.items:
        click.echo(_told(hit))
    if not found.items and not found.people:
        click.echo("Nothing was found.")
    if found.indexing:
        click.echo("Older messages are still being indexed.", err=True)


async def _search(settings: Settings, query: str, limit: int, order: str) -> Found:
    async with opened(settings) as hub:
        seeker = Seeker(
            author=BY,
            zone=ZoneInfo("UTC"),
            now=hub.clock.now_ms(),
            channels=sorted(hub.channels.adapters()),
        )
        return await hub.database.read(find, query, seeker, order=order, before=None, limit=limit)


def _told(hit: Hit) -> str:
    at = datetime.fromtimestamp(hit.at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    where = hit.channel or hit.kind
    snippet = "".join(click.style(each.text, bold=True) if each.hit else each.text for each in hit.snippet)
    return f"{hit.conversation_id}  {at}  {where}  {hit.contact.name}\n  {hit.author_name or hit.direction}: {snippet}"
