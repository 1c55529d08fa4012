"""Commands about the chat on other people's websites."""

import asyncio
import re
import sys
from pathlib import Path
from typing import Final

import click

from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.settings import Settings
from holdfast.widget import WidgetRefusedError
from holdfast.widget.tag import may_use, origin_of, policy_of, script_tag

COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
WORD: Final = re.compile(r"([a-z-]{1,40})=(.{1,500})", re.DOTALL)


@click.group(epilog="Example: holdfast widget tag direct:web")
def widget() -> None:
    """Put the chat on a website."""


@widget.command("tag", epilog="Example: holdfast widget tag direct:web --accent '#7a1f5c' --label 'Ask us'")
@click.argument("channel")
@click.option("--accent", default="", help="A colour such as #7a1f5c.")
@click.option("--corner", type=click.Choice(["left", "right"]))
@click.option("--theme", type=click.Choice(["auto", "light", "dark"]))
@click.option("--label", default="", help="Words on the button.")
@click.option("--sound", is_flag=True, help="One soft tone when an answer comes while the chat is closed.")
@click.option("--lang", default="", help="The language of your words, such as de.")
@click.option(
    "--word", "words", multiple=True, metavar="NAME=WORDS", help="A word of the chat; may be repeated."
)
@CONFIG
def tag(
    channel: str,
    accent: str,
    corner: str | None,
    theme: str | None,
    label: str,
    lang: str,
    words: tuple[str, ...],
    config: Path | None,
    *,
    sound: bool,
) -> None:
    """Print the line to put into a page, and beside it what the page's content policy must allow."""
    settings = load(config)
    if accent and not COLOUR.fullmatch(accent):
        raise click.BadParameter("A colour is written as #0a6357.", param_hint="--accent")
    name = asyncio.run(_name(settings, channel))
    attributes = {"accent": accent, "corner": corner or "", "theme": theme or "", "label": label}
    attributes |= {"sound": "on" if sound else "", "lang": lang, **_words(words)}
    click.echo(script_tag(settings.public_url, name, attributes))
    click.echo("A page with a content policy must allow:", err=True)
    for directive in policy_of(settings.public_url):
        click.echo(f"  {directive}", err=True)
    click.echo(f"Sites that may use it: {', '.join(settings.direct.allowed_origins) or 'none'}", err=True)


@widget.command("check", epilog="Example: holdfast widget check https://www.example.org")
@click.argument("sites", nargs=-1, required=True)
@CONFIG
def check_sites(sites: tuple[str, ...], config: Path | None) -> None:
    """Say whether sites may use the chat, by direct.allowed_origins; ends with 1 where one may not."""
    allowed = load(config).direct.allowed_origins
    try:
        told = {origin_of(site): may_use(site, allowed) for site in sites}
    except WidgetRefusedError as error:
        raise click.ClickException(error.message) from error
    for origin, may in told.items():
        click.echo(f"{origin}: {'may use the chat' if may else 'is not among direct.allowed_origins'}")
    if not all(told.values()):
        sys.exit(1)


def _words(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        word = WORD.fullmatch(each)
        if word is None:
            raise click.BadParameter("A word is written as send=Senden.", param_hint="--word")
        found[f"word-{word[1]}"] = word[2]
    return found


async def _name(settings: Settings, channel: str) -> str:
    """The name of a Direct channel, which may be given with or without its platform."""
    wanted = channel if channel.startswith("direct:") else f"direct:{channel}"
    async with opened(settings) as hub:
        known = sorted(each for each in hub.channels.adapters() if each.startswith("direct:"))
    if wanted not in known:
        chats = ", ".join(known) or "none"
        raise click.ClickException(f"There is no chat {channel}. Chats of this hub: {chats}.")
    return wanted.partition(":")[2]
