"""Commands about channels and the configuration: check, channel add, channel list, channel check."""

import asyncio
import sys
import tomllib
from pathlib import Path
from typing import IO

import click

from holdfast.app.channel_set import ChannelExistsError
from holdfast.app.checking import check_channel
from holdfast.app.desk import Desk
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.inbox import Finding
from holdfast.radar import load_verdicts
from holdfast.radar.round_trips import Trip, latest
from holdfast.settings import Settings

MARKS = {True: "ok", False: "FAILS", None: "unknown"}


@click.command(epilog="Example: holdfast check --config holdfast.toml")
@CONFIG
@click.option("--offline", is_flag=True, help="Look at the configuration only; ask no platform.")
def check(config: Path | None, *, offline: bool) -> None:
    """Check the configuration, and every channel's credentials with its platform."""
    settings = load(config)
    click.echo(
        f"The configuration is good: {len(settings.channel)} channels, data in {settings.hub.data_dir}."
    )
    if not offline and not asyncio.run(_check(settings, None)):
        sys.exit(1)


@click.group(epilog="Example: holdfast channel list")
def channel() -> None:
    """Connected accounts on platforms."""


@channel.command("add", epilog="Example: holdfast channel add instagram:shop --from instagram.toml")
@click.argument("channel_id")
@click.option(
    "--from",
    "source",
    type=click.File("rb"),
    required=True,
    help="A TOML file with the channel's settings; - for standard input.",
)
@CONFIG
def add(channel_id: str, source: IO[bytes], config: Path | None) -> None:
    """Connect a channel; its settings are kept encrypted. A running hub takes it up by itself."""
    try:
        table = tomllib.loads(source.read().decode("utf-8"))
        asyncio.run(_add(load(config), channel_id, table))
    except (ChannelExistsError, ValueError) as error:
        raise click.ClickException(str(error).replace("`", "")) from error
    click.echo(f"{channel_id} is connected. Try: holdfast channel check {channel_id}")


async def _add(settings: Settings, channel_id: str, table: dict[str, object]) -> None:
    async with opened(settings) as hub:
        await hub.channels.add(channel_id, table)


@channel.command(
    "set", epilog="Example: holdfast channel set sms:shop in_doubt=resend resend_after_seconds=300"
)
@click.argument("channel_id")
@click.argument("changes", metavar="SETTING=VALUE...", nargs=-1, required=True)
@CONFIG
def change(channel_id: str, changes: tuple[str, ...], config: Path | None) -> None:
    """Change settings of a channel that was added; without a value a setting gets its default back.

    A running hub takes it up by itself.
    """
    try:
        wanted = dict(_setting(each) for each in changes)
        asyncio.run(_change(load(config), channel_id, wanted))
    except (LookupError, ValueError) as error:
        raise click.ClickException(str(error).replace("`", "")) from error
    click.echo(f"{channel_id} has changed: {', '.join(wanted)}.")


def _setting(text: str) -> tuple[str, object]:
    name, mark, value = text.partition("=")
    if not mark or not name:
        raise ValueError(f"{text} is no setting; write it as name=value, such as in_doubt=resend")
    try:
        return name, tomllib.loads(f"value = {value}")["value"] if value else None
    except tomllib.TOMLDecodeError:
        return name, value


async def _change(settings: Settings, channel_id: str, changes: dict[str, object]) -> None:
    async with opened(settings) as hub:
        await hub.channels.change(channel_id, changes)


@channel.command("list", epilog="Example: holdfast channel list")
@CONFIG
def list_channels(config: Path | None) -> None:
    """Show the connected channels with what the radar says of them."""
    for line in asyncio.run(_list(load(config))):
        click.echo(line)


async def _list(settings: Settings) -> list[str]:
    async with opened(settings) as hub:
        verdicts = await hub.database.read(load_verdicts)
        lines = []
        for name in hub.channels.adapters():
            states = [
                f"{verdict.capability.value} {verdict.state.value}"
                for verdict in verdicts
                if verdict.channel == name
            ]
            known = ", ".join(states) or "not looked at yet"
            lines.append(f"{name}  {hub.channels.name_of(name)}  {hub.channels.hook_url(name)}  [{known}]")
            if hub.channels.settings_of(name).round_trip_with:
                trips = await hub.database.read(latest, name)
                lines += [_told(trip, hub.clock.now_ms()) for trip in trips]
        return lines or ["No channel is connected. See docs/adding-a-channel.md, or try: holdfast demo"]


def _told(trip: Trip, now: int) -> str:
    state = trip.state.value.replace("_", " ")
    took = "" if trip.latency_ms is None else f" after {trip.latency_ms / 1000:.1f} s"
    reason = f": {trip.reason}" if trip.reason else ""
    ago = (now - trip.began_at) // 1000
    return f"    test message to {trip.receiver} {ago} s ago: {state}{took}{reason}"


@channel.command("check", epilog="Example: holdfast channel check instagram:shop")
@click.argument("channel_id")
@CONFIG
def check_one(channel_id: str, config: Path | None) -> None:
    """Ask a channel's platform whether sign-in, webhooks and history work."""
    if not asyncio.run(_check(load(config), channel_id)):
        sys.exit(1)


async def _check(settings: Settings, channel_id: str | None) -> bool:
    async with opened(settings) as hub:
        adapters = hub.channels.adapters()
        if channel_id is not None and channel_id not in adapters:
            raise click.ClickException(
                f"There is no channel {channel_id}. Known: {', '.join(adapters) or 'none'}."
            )
        chosen = [name for name in adapters if channel_id in {None, name}]
        found = await asyncio.gather(*(check_channel(hub.channels, hub.database, name) for name in chosen))
        reports = [_report(name, findings) for name, findings in zip(chosen, found, strict=True)]
        return all(reports)


def _report(name: str, findings: list[Finding]) -> bool:
    for finding in findings:
        mend = f" {finding.mend}" if finding.mend else ""
        click.echo(f"{name}  {finding.step}: {MARKS[finding.ok]}. {finding.detail}{mend}")
    return all(finding.ok is not False for finding in findings)


@channel.command("remove", epilog="Example: holdfast channel remove sms:old")
@click.argument("channel_id")
@CONFIG
def remove(channel_id: str, config: Path | None) -> None:
    """Disconnect a channel that was added; what was said on it stays.

    Refused while messages wait to leave on it. A running hub takes it up by itself.
    """
    try:
        asyncio.run(_remove(load(config), channel_id))
    except (LookupError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{channel_id} is disconnected.")


async def _remove(settings: Settings, channel_id: str) -> None:
    async with opened(settings) as hub:
        await Desk(hub.channels, hub.database, hub.clock, hub.ids).remove(channel_id, "command line")
