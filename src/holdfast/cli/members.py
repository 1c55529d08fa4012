"""Commands about members: the people with an account on our own chat."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from holdfast.app.members import member_desk_of, members_of
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.members import MemberDesk, MemberRefusedError, UnknownMemberError
from holdfast.members.safety import MemberView

BY = "command line"

T = TypeVar("T")


@click.group(epilog="Example: holdfast member list")
def member() -> None:
    """See, mute, ban, export and delete the members of Direct."""


@member.command("list", epilog="Example: holdfast member list --find ann")
@click.option("--find", "query", default="", help="An id, a handle, a mail address, or how the name begins.")
@click.option("--in-question", is_flag=True, help="Only those who are muted or banned.")
@CONFIG
def list_members(query: str, config: Path | None, *, in_question: bool) -> None:
    """Show the newest hundred members, or those who are found."""
    page = _with_desk(config, lambda desk: desk.safety.members(query, "", in_question=in_question))
    for each in page.items:
        click.echo(_line(each))
    if not page.items:
        click.echo("Nobody.")


@member.command("show", epilog="Example: holdfast member show mem_01J8ZK3Q")
@click.argument("member_id")
@CONFIG
def show(member_id: str, config: Path | None) -> None:
    """Show a member as JSON: what they show of themselves, and how they stand."""
    found = _with_desk(config, lambda desk: desk.safety.member(member_id))
    click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())


@member.command("export", epilog="Example: holdfast member export mem_01J8ZK3Q > ann.json")
@click.argument("member_id")
@CONFIG
def export(member_id: str, config: Path | None) -> None:
    """Write everything that is kept of a member as JSON to the standard output."""
    document = _with_desk(config, lambda desk: desk.leaving.export(member_id))
    click.echo(msgspec.json.format(msgspec.json.encode(document)).decode())


@member.command("delete", epilog="Example: holdfast member delete mem_01J8ZK3Q --yes")
@click.argument("member_id")
@click.option("--yes", is_flag=True, help="Do it without asking; it cannot be taken back.")
@CONFIG
def delete(member_id: str, config: Path | None, *, yes: bool) -> None:
    """Delete a member's account, as they can themselves."""
    if not yes:
        click.confirm(f"Delete {member_id} for good?", abort=True)
    _with_desk(config, lambda desk: desk.leaving.delete(member_id, BY))
    click.echo("Deleted.")


@member.command("ban", epilog='Example: holdfast member ban mem_01J8ZK3Q --reason "Spam."')
@click.argument("member_id")
@click.option("--reason", required=True, help="Why; the member is told.")
@CONFIG
def ban(member_id: str, reason: str, config: Path | None) -> None:
    """Keep a member out; every device of theirs is signed out."""
    _stand(config, member_id, "banned", reason)
    click.echo("Banned.")


@member.command("unban", epilog="Example: holdfast member unban mem_01J8ZK3Q")
@click.argument("member_id")
@CONFIG
def unban(member_id: str, config: Path | None) -> None:
    """Let a member who was muted or banned be as others again."""
    _stand(config, member_id, "good", "")
    click.echo("As others again.")


def _stand(config: Path | None, member_id: str, standing: str, reason: str) -> None:
    _with_desk(
        config,
        lambda desk: desk.safety.stand(member_id, standing, reason=reason, until=None, by=BY),
    )


def _with_desk(config: Path | None, act: Callable[[MemberDesk], Awaitable[T]]) -> T:
    """Act on the store of a hub; running nodes take it up within half a minute. Raises ClickException."""

    async def run() -> T:
        async with opened(load(config)) as hub:
            return await act(member_desk_of(hub, members_of(hub)))

    try:
        return asyncio.run(run())
    except UnknownMemberError as error:
        raise click.ClickException(f"{error}. See: holdfast member list") from error
    except MemberRefusedError as error:
        raise click.ClickException(error.message) from error


def _line(each: MemberView) -> str:
    name = each.name or "(no name)"
    handle = f"  @{each.handle}" if each.handle else ""
    email = f"  {each.email}" if each.email else ""
    standing = f"  {each.standing}: {each.standing_reason}" if each.standing != "good" else ""
    return f"{each.id}  {each.kind}  {name}{handle}{email}{standing}"
