"""Commands about incidents: what fails, what people decide about it, and the account afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from holdfast.app.hub import Hub
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.on_demand import OnDemand
from holdfast.cli.store import opened
from holdfast.incidents import as_markdown, post_mortem
from holdfast.radar import Incident, OutdatedError, load_incidents
from holdfast.settings import Settings

BY: Final = "the command line"
LISTED_MAX: Final = 50
WORK: Final = {"steps": "incident_work", "take": "incident_work", "unreachable": "incident_work"}


@click.group(cls=OnDemand, lazily=WORK, epilog="Example: holdfast incident list")
def incident() -> None:
    """See what fails, decide about it, and read the account of what failed."""


@incident.command("list", epilog="Example: holdfast incident list --all")
@click.option("--all", "everything", is_flag=True, help="Those that are over, too.")
@CONFIG
def list_incidents(everything: bool, config: Path | None) -> None:  # noqa: FBT001 - a switch of the command
    """Show the incidents that are open, the newest first."""
    found = asyncio.run(_list(load(config), "all" if everything else "open"))
    for each in found:
        click.echo(_told(each))
    if not found:
        click.echo("There is no incident." if everything else "No incident is open.")


async def _list(settings: Settings, state: str) -> list[Incident]:
    async with opened(settings) as hub:
        return await hub.database.read(load_incidents, state, LISTED_MAX)


def _told(each: Incident) -> str:
    since = datetime.fromtimestamp(each.onset_at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    parts = ", ".join(f"{part.channel} {part.state.value}" for part in each.components)
    merged = f"part of {each.merged_into}" if each.merged_into else parts
    return f"{each.id}  {each.state.value}  since {since}\n  {each.title}\n  {merged}"


@incident.command("post-mortem", epilog="Example: holdfast incident post-mortem inc_01J8ZK3Q > outage.md")
@click.argument("incident_id")
@CONFIG
def show_post_mortem(incident_id: str, config: Path | None) -> None:
    """Print the account of an incident as Markdown."""

    async def read(hub: Hub) -> str:
        return as_markdown(await hub.database.read(post_mortem, incident_id, hub.clock.now_ms()))

    click.echo(decided(load(config), read), nl=False)


@incident.command("rename", epilog='Example: holdfast incident rename inc_01J8ZK3Q "Meta is down"')
@click.argument("incident_id")
@click.argument("title")
@CONFIG
def rename(incident_id: str, title: str, config: Path | None) -> None:
    """Give an incident a name that stays; an empty TITLE gives naming back."""
    decided(load(config), lambda hub: hub.incident_desk.rename(incident_id, title, BY))
    click.echo("Renamed.")


@incident.command("close", epilog="Example: holdfast incident close inc_01J8ZK3Q")
@click.argument("incident_id")
@CONFIG
def close(incident_id: str, config: Path | None) -> None:
    """Close an incident. The failure that is known now opens it no more; a later one opens another."""
    decided(load(config), lambda hub: hub.incident_desk.close(incident_id, BY))
    click.echo("Closed.")


@incident.command("reopen", epilog="Example: holdfast incident reopen inc_01J8ZK3Q")
@click.argument("incident_id")
@CONFIG
def reopen(incident_id: str, config: Path | None) -> None:
    """Open an incident again. It stays open until you close it."""
    decided(load(config), lambda hub: hub.incident_desk.reopen(incident_id, BY))
    click.echo("Open again, until you close it.")


@incident.command("merge", epilog="Example: holdfast incident merge inc_01J8ZK3Q inc_01J8ZK9R")
@click.argument("incident_id")
@click.argument("other_id")
@CONFIG
def merge(incident_id: str, other_id: str, config: Path | None) -> None:
    """Make OTHER_ID a part of INCIDENT_ID."""
    decided(load(config), lambda hub: hub.incident_desk.merge(incident_id, other_id, BY))
    click.echo(f"{other_id} goes on as a part of {incident_id}.")


@incident.command("split", epilog="Example: holdfast incident split inc_01J8ZK3Q whatsapp:shop")
@click.argument("incident_id")
@click.argument("channels", nargs=-1, required=True)
@CONFIG
def split(incident_id: str, channels: tuple[str, ...], config: Path | None) -> None:
    """Give some CHANNELS of an incident one of their own."""
    own = decided(load(config), lambda hub: hub.incident_desk.split(incident_id, channels, BY))
    click.echo(f"{', '.join(channels)}: {own}")


def decided(settings: Settings, act: Callable[[Hub], Awaitable[Any]]) -> Any:
    """A running hub takes it up by itself. Ends the command with a sentence where it cannot be done."""
    try:
        return asyncio.run(_act(settings, act))
    except LookupError as error:
        raise click.ClickException(f"{error.args[0]}. See: holdfast incident list --all") from error
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    except OutdatedError as error:
        raise click.ClickException(
            "The incident has changed meanwhile. Look again, then try again."
        ) from error


async def _act(settings: Settings, act: Callable[[Hub], Awaitable[Any]]) -> Any:
    async with opened(settings) as hub:
        return await act(hub)
