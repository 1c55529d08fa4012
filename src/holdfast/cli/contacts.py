"""Commands about people: who they are, what happened with them, joining and parting them."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

import click

from holdfast.app.hub import Hub
from holdfast.app.members import member_desk_of, members_of
from holdfast.app.people import erasing_of, reachability_of, taking_of
from holdfast.app.widgets import leads_of
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.contacts import ContactFilter, ContactLine, MergePreview
from holdfast.contacts.merging import Side
from holdfast.conversations import UnknownContactError
from holdfast.inbox import get_contact
from holdfast.inbox.model import PAGE_MAX, ContactView
from holdfast.members import MemberDesk
from holdfast.work import UnknownError

T = TypeVar("T")
BY: Final = "the command line"
STORY_SHOWN: Final = 50
GAP_WORDS: Final = {
    "no_consent": "another address, without consent to be reached there when a channel fails",
    "unproven": "another address, not proven to be theirs",
    "window": "another address, whose reply window is closed",
    "opted_out": "another address, where they asked not to be written to",
    "only_here": "no other address",
}


@click.group(epilog="Example: holdfast contact list --query ann")
def contact() -> None:
    """Look at people, join two who are one, and part them again."""


@contact.command("list", epilog="Example: holdfast contact list --query ann --limit 20")
@click.option("--query", default="", help="The beginning of a name, an address or a field's value.")
@click.option("--channel", default="", help="Only who has an address on this channel.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, PAGE_MAX))
@CONFIG
def list_contacts(query: str, channel: str, limit: int, config: Path | None) -> None:
    """Show people, who was heard of last first."""
    wanted = ContactFilter(query=query, channel=channel)
    page = _with_hub(config, lambda hub: hub.book.page(wanted, None, limit))
    for line in page.items:
        click.echo(_line(line))
    if not page.items:
        click.echo("Nobody is found.")


@contact.command("show", epilog="Example: holdfast contact show con_01J8ZK3Q")
@click.argument("contact_id")
@CONFIG
def show(contact_id: str, config: Path | None) -> None:
    """Show what is known of a person, and what happened with them last."""

    async def look(hub: Hub) -> list[str]:
        found = await _contact(hub, contact_id)
        details = await hub.book.details(contact_id)
        names = {field.id: field.name for field in await hub.book.fields()}
        story = await hub.book.timeline(contact_id, [], None, STORY_SHOWN)
        return [
            f"{found.id}  {found.name or '(no name)'}",
            *(
                f"  {each.channel} {each.value}  {each.proof or 'not proven'}, {each.consent}"
                for each in found.addresses
            ),
            *(f"  {names.get(field, field)}: {value}" for field, value in details.fields.items()),
            *(
                f"  merged with {each.other_name or each.other_id} (undo: holdfast contact unmerge {each.id})"
                for each in details.merges
            ),
            *(f"{_clock(each.at)}  {each.who_name}: {each.text}" for each in story.items),
        ]

    for line in _with_hub(config, look):
        click.echo(line)


@contact.command("merge", epilog="Example: holdfast contact merge con_01J8ZK3Q con_01J8ZK9R --take name")
@click.argument("contact_id")
@click.argument("other_id")
@click.option(
    "--take", multiple=True, help="What the other has wins, by the key that is shown; may be repeated."
)
@click.option("--yes", is_flag=True, help="Do it without asking; it can be undone.")
@CONFIG
def merge(contact_id: str, other_id: str, take: tuple[str, ...], config: Path | None, *, yes: bool) -> None:
    """Join another person to one, after showing what will come together."""
    preview = _with_hub(config, lambda hub: hub.book.merge_preview(contact_id, other_id))
    for line in _preview(preview, take):
        click.echo(line)
    if not yes:
        click.confirm("Merge them?", abort=True)
    merge_id = _with_hub(
        config, lambda hub: hub.conversations.merge(contact_id, other_id, BY, frozenset(take))
    )
    click.echo(f"Merged. To undo it: holdfast contact unmerge {merge_id}")


@contact.command("unmerge", epilog="Example: holdfast contact unmerge mrg_01J8ZK3Q")
@click.argument("merge_id")
@CONFIG
def unmerge(merge_id: str, config: Path | None) -> None:
    """Part two people again as they were; what came since goes by its address."""
    back = _with_hub(config, lambda hub: hub.conversations.unmerge(merge_id, BY))
    click.echo(f"Parted; {back} is a contact of its own again.")


@contact.command("reachable", epilog="Example: holdfast contact reachable --days 30")
@click.option(
    "--days", default=90, show_default=True, type=click.IntRange(1, 365), help="Who wrote within so many."
)
@CONFIG
def reachable(days: int, config: Path | None) -> None:
    """Show how many people can be reached if a channel fails now, with all that fails with it."""
    counted = _with_hub(config, lambda hub: reachability_of(hub).count(days))
    click.echo(f"{counted.people} people wrote within {counted.days} days.")
    if not counted.carries:
        click.echo("The playbook carries nothing elsewhere: fail_over is switched off.")
    for each in counted.channels:
        share = round(100 * each.reachable / each.people)
        click.echo(f"{each.channel}: {share} % of {each.people} reachable if it fails ({each.reachable})")
        for channel, people in each.ways.items():
            click.echo(f"  {people} by {channel}")
        for name, people in each.gaps.items():
            click.echo(f"  {people} not: {GAP_WORDS[name]}")
    if not counted.channels:
        click.echo("Nobody yet.")


@contact.command("export", epilog="Example: holdfast contact export con_01J8ZK3Q --to ann.zip")
@click.argument("contact_id")
@click.option("--to", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))
@CONFIG
def export(contact_id: str, to: Path, config: Path | None) -> None:
    """Write everything that is kept of a person to a zip, to hand over."""

    async def take(hub: Hub) -> None:
        async with taking_of(hub, _desk(hub)).archive(contact_id) as path:
            shutil.copyfile(path, to)

    _with_hub(config, take)
    click.echo(f"Written to {to}.")


@contact.command("erase", epilog="Example: holdfast contact erase con_01J8ZK3Q")
@click.argument("contact_id")
@click.option("--yes", is_flag=True, help="Do it without asking; it cannot be taken back.")
@CONFIG
def erase(contact_id: str, config: Path | None, *, yes: bool) -> None:
    """Erase a person for good, after showing what goes and what stays."""
    plan = _with_hub(config, lambda hub: erasing_of(hub, _desk(hub)).plan(contact_id))
    click.echo(
        f"{plan.name or '(no name)'}: {plan.addresses} addresses, {plan.messages} messages, {plan.files} of them with "
        f"files, {plan.notes} notes, {plan.later} replies for later and {plan.under_way} messages under way go."
    )
    for member in plan.members:
        click.echo(f"The account {member} on our own chat is deleted.")
    click.echo("What stays:")
    for each in plan.stays:
        click.echo(f"  {each}")
    if not yes:
        click.confirm(f"Erase {contact_id} for good?", abort=True)
    _with_hub(config, lambda hub: erasing_of(hub, _desk(hub)).erase(contact_id, BY))
    click.echo("Erased.")


def _desk(hub: Hub) -> MemberDesk:
    members = members_of(hub)
    leads_of(hub, members)
    return member_desk_of(hub, members)


def _with_hub(config: Path | None, act: Callable[[Hub], Awaitable[T]]) -> T:
    """Act on the store of a hub, running or not. Raises ClickException."""

    async def run() -> T:
        async with opened(load(config)) as hub:
            return await act(hub)

    try:
        return asyncio.run(run())
    except (UnknownContactError, UnknownError) as error:
        raise click.ClickException(f"{str(error).rstrip('.')}. See: holdfast contact list") from error
    except ValueError as error:
        raise click.ClickException(str(error)) from error


async def _contact(hub: Hub, contact_id: str) -> ContactView:
    found = await hub.database.read(get_contact, contact_id)
    if found is None:
        raise UnknownContactError(f"there is no contact {contact_id}")
    return found


def _line(line: ContactLine) -> str:
    addresses = ", ".join(f"{each.channel} {each.value}" for each in line.addresses)
    way = f"if theirs fails: {line.way}" if line.way else "no other way"
    return f"{line.id}  {line.name or '(no name)'}  {addresses}  {way}"


def _preview(preview: MergePreview, take: tuple[str, ...]) -> list[str]:
    lines = [_side("Kept", preview.kept), _side("Comes to it", preview.other)]
    for each in preview.conflicts:
        wins = each.other if each.key in take else each.kept
        lines.append(f"{each.name}: {each.kept} or {each.other} (--take {each.key}); it will be {wins}")
    if preview.shared_channels:
        lines.append(f"Both have an address on {', '.join(preview.shared_channels)}: are they one person?")
    return lines


def _side(word: str, side: Side) -> str:
    addresses = ", ".join(f"{each.channel} {each.value}" for each in side.contact.addresses)
    name = side.contact.name or "(no name)"
    return f"{word}: {name}  {addresses}  {side.messages} messages, {side.notes} notes"


def _clock(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")
