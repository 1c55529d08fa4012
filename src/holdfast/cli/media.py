"""Commands about pictures, videos, voices and files."""

import asyncio
from pathlib import Path

import click

from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.media import id_in
from holdfast.settings import Settings


@click.group(epilog="Example: holdfast media remove https://hub.example.org/media/…/photo.jpg")
def media() -> None:
    """Files that people sent: remove one that must not be there."""


@media.command("remove", epilog="Example: holdfast media remove https://hub.example.org/media/…/photo.jpg")
@click.argument("address")
@CONFIG
def remove(address: str, config: Path | None) -> None:
    """Remove a file at once, wherever it is shown. ADDRESS: its address, or its id."""
    if not asyncio.run(_remove(load(config), id_in(address))):
        raise click.ClickException("There is no such file.")
    click.echo("Removed.")


async def _remove(settings: Settings, media_id: str) -> bool:
    async with opened(settings) as hub:
        return await hub.media.remove(media_id)
