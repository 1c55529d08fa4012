"""Commands for who may get in: agents and API tokens."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from holdfast.app.services import access
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.inbox import Role, Scope
from holdfast.inbox.access import TokenView
from holdfast.settings import Settings

BY: Final = "command line"


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
@click.option(
    "--days", type=click.FloatRange(min=0, min_open=True), help="After how long it ends; never otherwise."
)
@CONFIG
def create_token(name: str, scopes: tuple[str, ...], days: float | None, config: Path | None) -> None:
    """Make a token and print it. It is shown this once; only its hash is kept."""
    try:
        click.echo(asyncio.run(_create_token(load(config), name, scopes, days)))
    except ValueError as error:
        raise click.ClickException(str(error)) from error


async def _create_token(settings: Settings, name: str, scopes: tuple[str, ...], days: float | None) -> str:
    async with opened(settings) as hub:
        ends = None if days is None else hub.clock.now_ms() + int(days * 86_400_000)
        made = await access(hub).create_token(name, [Scope(scope) for scope in scopes], BY, ends)
        return made.token


@token.command("list", epilog="Example: holdfast token list")
@CONFIG
def list_tokens(config: Path | None) -> None:
    """Show the tokens, when they end and when they were last used (UTC)."""
    for line in asyncio.run(_list_tokens(load(config))):
        click.echo(line)


async def _list_tokens(settings: Settings) -> list[str]:
    async with opened(settings) as hub:
        found = await access(hub).tokens()
        return [_told(each, hub.clock.now_ms()) for each in found] or ["There is no token yet."]


def _told(each: TokenView, now: int) -> str:
    if each.revoked_at is not None:
        state = f"revoked {_day(each.revoked_at)}"
    elif each.expires_at is None:
        state = "never ends"
    else:
        state = f"{'ended' if each.expires_at <= now else 'ends'} {_day(each.expires_at)}"
    used = f"last used {_day(each.last_used_at)}" if each.last_used_at else "never used"
    return f"{each.id}  {each.name}  {' '.join(each.scopes)}  {state}, {used}"


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")


@token.command("revoke", epilog="Example: holdfast token revoke tok_01J8ZK3Q")
@click.argument("token_id")
@CONFIG
def revoke_token(token_id: str, config: Path | None) -> None:
    """Revoke a token: it is good for nothing from now on."""
    if not asyncio.run(_revoke_token(load(config), token_id)):
        raise click.ClickException(f"There is no good token {token_id}. See: holdfast token list")
    click.echo(f"{token_id} is revoked.")


async def _revoke_token(settings: Settings, token_id: str) -> bool:
    async with opened(settings) as hub:
        return await access(hub).revoke_token(token_id, BY)


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
