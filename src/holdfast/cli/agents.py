"""Commands for who may get in: agents and API tokens."""

import asyncio
from pathlib import Path

import click

from holdfast.app.serve import access
from holdfast.cli.main import CONFIG, load
from holdfast.cli.store import opened
from holdfast.inbox import Role, Scope
from holdfast.settings import Settings


@click.group(epilog="Example: holdfast token create reports --scope read")
def token() -> None:
    """Tokens for programs that use the API."""


@token.command("create", epilog="Example: holdfast token create shop-system --scope read --scope write")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    default=["read"],
    show_default=True,
    help="What it may do; may be given several times.",
)
@CONFIG
def create_token(name: str, scopes: tuple[str, ...], config: Path | None) -> None:
    """Make a token and print it. It is shown this once; only its hash is kept."""
    click.echo(asyncio.run(_create_token(load(config), name, scopes)))


async def _create_token(settings: Settings, name: str, scopes: tuple[str, ...]) -> str:
    async with opened(settings) as hub:
        made = await access(hub).create_token(name, [Scope(scope) for scope in scopes], "command line")
        return made.token


@click.group(epilog="Example: holdfast agent add mara@example.org --name Mara")
def agent() -> None:
    """People who answer in the console."""


@agent.command("add", epilog="Example: holdfast agent add mara@example.org --name Mara --role owner")
@click.argument("email")
@click.option("--name", required=True, help="What others see.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="owner", show_default=True)
@click.password_option(help="Asked for when left out.")
@CONFIG
def add_agent(email: str, name: str, role: str, password: str, config: Path | None) -> None:
    """Add a person, or give one a new password."""
    try:
        asyncio.run(_add_agent(load(config), email, name, Role(role), password))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{email} may sign in.")


async def _add_agent(settings: Settings, email: str, name: str, role: Role, password: str) -> None:
    async with opened(settings) as hub:
        await access(hub).put_agent(email=email, name=name, password=password, role=role)
