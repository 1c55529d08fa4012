"""Commands about the store: migrate, export."""

import asyncio
from pathlib import Path
from typing import IO

import click

from holdfast.app.hub import open_store
from holdfast.app.private import make_private_folder
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.inbox import UnknownConversationError
from holdfast.inbox import export as write_export
from holdfast.inbox.export import Format
from holdfast.kernel import SystemClock
from holdfast.settings import Settings
from holdfast.storage import migrate as migrate_store


@click.command(epilog="Example: holdfast migrate --config holdfast.toml")
@CONFIG
def migrate(config: Path | None) -> None:
    """Bring the store's schema up to date. `serve` does this too."""
    applied = asyncio.run(_migrate(load(config)))
    click.echo(f"Applied {', '.join(applied)}." if applied else "The store is up to date.")


async def _migrate(settings: Settings) -> list[str]:
    make_private_folder(settings.hub.data_dir)
    database = open_store(settings)
    try:
        return await migrate_store(database, now_ms=SystemClock().now_ms())
    finally:
        await database.close()


@click.command(epilog="Example: holdfast export all --format html --output conversations.html")
@click.argument("conversation", default="all")
@click.option("--format", "form", type=click.Choice(["jsonl", "html"]), default="jsonl", show_default=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; standard output without it."
)
@CONFIG
def export(conversation: str, form: Format, output: Path | None, config: Path | None) -> None:
    """Write one conversation, or all of them, as JSON lines or readable HTML."""
    settings = load(config)
    try:
        with click.open_file(str(output) if output else "-", "wb") as file:
            asyncio.run(_export(settings, conversation, form, file))
    except UnknownConversationError as error:
        raise click.ClickException(str(error)) from error


async def _export(settings: Settings, conversation: str, form: Format, file: IO[bytes]) -> None:
    async with opened(settings) as hub:
        async for piece in write_export(hub.database, conversation, form):
            file.write(piece)
