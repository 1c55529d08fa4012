"""Commands about the nodes of a hub that share a PostgreSQL."""

import asyncio
from pathlib import Path
from random import SystemRandom
from typing import Final

import click
import msgspec

from holdfast.app.home import FolderTakenError, node_name, only_process
from holdfast.app.hub import open_hub
from holdfast.app.roll import node_views
from holdfast.channels.transport import HttpTransport
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.kernel import SystemClock
from holdfast.settings import Settings
from holdfast.storage import migrate

SPOOL_FILE: Final = "spool.db"


@click.group(epilog="Example: holdfast node list --config holdfast.toml")
def node() -> None:
    """See the nodes that share a database, and bring in what a lost one still held."""


@node.command("list", epilog="Example: holdfast node list --config holdfast.toml")
@CONFIG
def list_nodes(config: Path | None) -> None:
    """Show every node seen within a day: when it gave its last sign of life, and which one keeps the watch."""
    for line in asyncio.run(_list(load(config))):
        click.echo(line)


async def _list(settings: Settings) -> list[str]:
    if settings.hub.database is None:
        return ["This hub has a store of its own, and is its only node. See docs/nodes.md."]
    async with opened(settings) as hub:
        now = hub.clock.now_ms()
        lines = [
            f"{each.name}  {each.url}  seen {(now - each.seen_at) / 1000:.0f} s ago, {each.lanes} lanes"
            f"{', keeps the watch' if each.watches else ''}"
            for each in await node_views(hub)
        ]
    return lines or ["No node was seen within a day. Start one: holdfast serve"]


@node.command("adopt", epilog="Example: holdfast node adopt /mnt/lost/holdfast --config holdfast.toml")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@CONFIG
def adopt(folder: Path, config: Path | None) -> None:
    """Bring in what a node that will not start again has acknowledged and not yet shared.

    FOLDER is its data directory. What has its effect already has none again; asking twice is harmless.
    """
    settings = load(config)
    if settings.hub.database is None:
        raise click.ClickException("This hub has a store of its own: start it on that folder instead.")
    if not (folder / SPOOL_FILE).exists():
        raise click.ClickException(f"{folder} is no node's data directory: it holds no {SPOOL_FILE}.")
    lost = msgspec.structs.replace(settings, hub=msgspec.structs.replace(settings.hub, data_dir=folder))
    try:
        with only_process(folder):
            count = asyncio.run(_adopt(lost))
    except FolderTakenError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Brought in {count} envelopes." if count else "Nothing was missing.")


async def _adopt(settings: Settings) -> int:
    name = node_name(settings.hub.data_dir, "adopted")
    hub = open_hub(settings, clock=SystemClock(), random=SystemRandom(), transport=HttpTransport(), node=name)
    try:
        await migrate(hub.database, now_ms=hub.clock.now_ms())
        await hub.channels.load()
        count = 0
        while batch := await hub.applier.apply_batch():
            count += batch
        return count
    finally:
        await hub.close()
