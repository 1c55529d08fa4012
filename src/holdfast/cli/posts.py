"""Commands about what the business publishes on its own page."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from msgspec import UNSET

from holdfast.app.posts import posts_of
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.store import opened
from holdfast.posts import Post, PostState
from holdfast.posts.desk import Writing, path_of
from holdfast.posts.model import PostRefusedError, heading_of
from holdfast.settings import Settings

BY: Final = "the command line"
TIMES: Final = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
LISTED_DEFAULT: Final = 30


@click.group(epilog="Example: holdfast post list")
def post() -> None:
    """List, write and delete posts of the public page."""


@post.command("list", epilog="Example: holdfast post list --limit 10")
@click.option(
    "--limit", type=click.IntRange(1, 200), default=LISTED_DEFAULT, show_default=True, help="How many."
)
@CONFIG
def list_posts(limit: int, config: Path | None) -> None:
    """Show the latest posts, mirrored ones among them, and those that are to come."""
    found = asyncio.run(_list(load(config), limit))
    for each in found:
        marks = ", ".join(
            [each.state.value, *(["pinned"] if each.pinned else []), *filter(None, [each.source])]
        )
        click.echo(f"{each.id}  {_moment(each.at)} UTC  {marks}")
        click.echo(f"  {heading_of(each.title, each.text) or 'A picture'}")
    if not found:
        click.echo('Nothing has been posted. Try: holdfast post add "Hello"')


@post.command("add", epilog='Example: holdfast post add "Open on Sunday" --text "From ten to four." --pin')
@click.argument("title")
@click.option("--text", default="", help="What is below the title.")
@click.option("--link", default="", help="An address that it leads to.")
@click.option("--at", type=click.DateTime(TIMES), help="When it is to appear, in UTC; without it at once.")
@click.option("--draft", is_flag=True, help="Keep it as a draft.")
@click.option("--pin", is_flag=True, help="Let it stand before the others.")
@click.option("--starts", type=click.DateTime(TIMES), help="When what it tells of begins, in UTC.")
@click.option("--ends", type=click.DateTime(TIMES), help="When that ends, in UTC.")
@click.option("--place", default="", help="Where that is.")
@CONFIG
def add(
    title: str,
    text: str,
    link: str,
    at: datetime | None,
    *,
    draft: bool,
    pin: bool,
    starts: datetime | None,
    ends: datetime | None,
    place: str,
    config: Path | None,
) -> None:
    """Write a post: for now, for later, or as a draft."""
    if draft and at is not None:
        raise click.UsageError("A draft has no time to appear; leave out --draft or --at.")
    state = PostState.DRAFT if draft else PostState.SCHEDULED if at is not None else PostState.PUBLISHED
    writing = Writing(
        title=title,
        text=text,
        link=link,
        state=state,
        pinned=pin,
        starts_at=_ms(starts),
        ends_at=_ms(ends),
        place=place,
        at=UNSET if at is None else _ms_of(at),
    )
    try:
        made, url = asyncio.run(_add(load(config), writing))
    except PostRefusedError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{made.state.value.capitalize()} as {made.id}: {url}")


@post.command("delete", epilog="Example: holdfast post delete pst_01J8ZK3Q")
@click.argument("post_id")
@CONFIG
def delete(post_id: str, config: Path | None) -> None:
    """Delete a post of our own."""
    try:
        asyncio.run(_delete(load(config), post_id))
    except LookupError as error:
        raise click.ClickException(f"There is no post {post_id}. See: holdfast post list") from error
    except PostRefusedError as error:
        raise click.ClickException(str(error)) from error
    click.echo("It is deleted.")


def _ms(moment: datetime | None) -> int | None:
    return _ms_of(moment) if moment is not None else None


def _ms_of(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000)


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")


async def _list(settings: Settings, limit: int) -> list[Post]:
    async with opened(settings) as hub:
        return await posts_of(hub).page(limit=limit)


async def _add(settings: Settings, writing: Writing) -> tuple[Post, str]:
    async with opened(settings) as hub:
        made = await posts_of(hub).add(writing, BY)
        return made, f"{settings.status_url}{path_of(made)}"


async def _delete(settings: Settings, post_id: str) -> None:
    async with opened(settings) as hub:
        await posts_of(hub).delete(post_id, BY)
