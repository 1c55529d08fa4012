"""Commands about those who are told of incidents and maintenance."""

import asyncio
import csv
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click

from holdfast.app.announcements import subscriptions_of
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.settings import Settings
from holdfast.status.subscribers import Kind, Subscriber, SubscriptionRefusedError, Subscriptions
from holdfast.status.subscribers.model import EVERY, POSTS

KINDS = click.Choice([kind.value for kind in Kind])
CHANNELS = click.option(
    "--channel", "channels", multiple=True, help="Only of this one, or `posts`; may be repeated."
)


@click.group(epilog="Example: holdfast subscriber list")
def subscriber() -> None:
    """See and change who is told when a channel fails, of maintenance, and of new posts."""


@subscriber.command("list", epilog="Example: holdfast subscriber list --config holdfast.toml")
@CONFIG
def list_subscribers(config: Path | None) -> None:
    """Show every subscriber with their state: asked, active or disabled."""
    found = asyncio.run(_all(load(config)))
    for each in found:
        trouble = f"  {each.problem}" if each.problem else ""
        click.echo(f"{each.id}  {each.kind}  {each.address}  {each.state}  {_channels(each)}{trouble}")
    if not found:
        click.echo("Nobody has subscribed yet.")


@subscriber.command(
    "add", epilog="Example: holdfast subscriber add email ann@example.org --channel email:shop"
)
@click.argument("kind", type=KINDS)
@click.argument("address")
@CHANNELS
@click.option("--confirmed", is_flag=True, help="They said yes already: tell them without asking first.")
@CONFIG
def add(kind: str, address: str, channels: tuple[str, ...], config: Path | None, *, confirmed: bool) -> None:
    """Ask an address whether it wants to be told. A running hub sends the question."""
    try:
        asyncio.run(_add(load(config), Kind(kind), address, channels, confirmed=confirmed))
    except SubscriptionRefusedError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        "They are told from now on." if confirmed else "They are asked; a running hub sends the question."
    )


@subscriber.command("remove", epilog="Example: holdfast subscriber remove sub_01J8ZK3Q")
@click.argument("subscriber_id")
@CONFIG
def remove(subscriber_id: str, config: Path | None) -> None:
    """Forget a subscriber."""
    if not asyncio.run(_remove(load(config), subscriber_id)):
        raise click.ClickException(f"There is no subscriber {subscriber_id}. See: holdfast subscriber list")
    click.echo("Forgotten.")


@subscriber.command("export", epilog="Example: holdfast subscriber export > subscribers.csv")
@CONFIG
def export(config: Path | None) -> None:
    """Write all subscribers as CSV to the standard output. Times are ms since the epoch."""
    writer = csv.writer(sys.stdout)
    writer.writerow(["id", "kind", "address", "state", "channels", "asked_at", "confirmed_at"])
    for each in asyncio.run(_all(load(config))):
        row = [each.id, each.kind, each.address, each.state, " ".join(each.channels), each.asked_at]
        writer.writerow([*row, each.confirmed_at or ""])


def _channels(each: Subscriber) -> str:
    words = {EVERY: "all channels", POSTS: "new posts"}
    return ", ".join(words.get(channel, channel) for channel in each.channels) or "all channels"


async def _all(settings: Settings) -> list[Subscriber]:
    async with opened(settings) as hub:
        return [each async for each in _pages(subscriptions_of(hub))]


async def _pages(subscriptions: Subscriptions) -> AsyncIterator[Subscriber]:
    after = ""
    while page := await subscriptions.page(after):
        for each in page:
            yield each
        after = page[-1].id


async def _add(
    settings: Settings, kind: Kind, address: str, channels: tuple[str, ...], *, confirmed: bool
) -> None:
    async with opened(settings) as hub:
        subscriptions = subscriptions_of(hub)
        await (subscriptions.add if confirmed else subscriptions.ask)(kind, address, channels)


async def _remove(settings: Settings, subscriber_id: str) -> bool:
    async with opened(settings) as hub:
        return await subscriptions_of(hub).remove(subscriber_id)
