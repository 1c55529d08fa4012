"""What is written about Holdfast is true of it: settings, commands, examples, links."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import msgspec
import pytest

from holdfast.app.channel_set import check_channels
from holdfast.channels import PLATFORMS
from holdfast.channels.settings import ChannelSettings
from holdfast.cli import main
from holdfast.settings import Settings, load_settings

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CONFIGURATION: Final = (ROOT / "docs" / "configuration.md").read_text("utf-8")
SECTIONS: Final = [field for field in msgspec.structs.fields(Settings) if field.name != "channel"]
SHARED: Final = {field.name: field for field in msgspec.structs.fields(ChannelSettings)}

LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
COMMAND: Final = re.compile(r"\bholdfast ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)")
PROGRAM_WORDS: Final = frozenset({"command", "is", "and", "has", "itself", "speaks"})
"""Words that may follow the name in a sentence without being a command."""
ELSEWHERE: Final = re.compile(r"(?<![\w.])/(?:work|root|home|tmp|Users)/|site-packages|\bC:\\")
"""Paths of whoever's machine a page was written on."""


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part(heading: str) -> str:
    """The text under a heading of the configuration's page, down to the next heading."""
    match = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", CONFIGURATION, re.MULTILINE | re.DOTALL)
    assert match, f"docs/configuration.md has no heading {heading}"
    return match.group(1)


def rows(heading: str) -> dict[str, str]:
    """Setting -> what its row says of the default."""
    found = re.findall(r"^\| `(\w+)` \| (.*?) \| .+ \|$", part(heading), re.MULTILINE)
    assert len({name for name, _ in found}) == len(found), f"{heading} names a setting twice"
    return dict(found)


def shown(field: msgspec.structs.FieldInfo) -> str:
    """A default as TOML writes it."""
    if field.required:
        return "required"
    default: Any = {} if field.default is msgspec.NODEFAULT else field.default
    if default is None:
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, tuple):
        return f"`{list(default)}`".replace("'", '"')
    return f'`"{default}"`' if isinstance(default, str | Path) else f"`{default}`"


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_every_setting_of_the_hub_is_documented_with_its_default(section: msgspec.structs.FieldInfo) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(section.type)}
    documented = rows(f"`[{section.name}]`")
    assert sorted(documented) == sorted(fields)
    for name, field in fields.items():
        assert documented[name] == shown(field), name


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_every_setting_of_a_channel_is_documented_with_its_default(platform: str) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(PLATFORMS[platform].settings_type)}
    documented, shared = rows(f"`{platform}`"), rows("Every channel")
    assert sorted(shared) == sorted(SHARED)
    assert sorted({*documented, *shared}) == sorted(fields)
    for name, field in fields.items():
        if name in documented:
            assert documented[name].startswith(shown(field)), name
        else:
            assert shown(field) in default_for(platform, shared[name]), name


def default_for(platform: str, told: str) -> str:
    """The part of a shared default that speaks of one platform."""
    for piece in re.split(r";|\(|\)", told):
        if re.search(rf"\b{platform}\b", piece):
            return piece
    return re.split(r"\(", told)[0]


def examples(language: str) -> list[Any]:
    block = re.compile(rf"```{language}\n(.*?)```", re.DOTALL)
    return [
        pytest.param(text, id=f"{named(page)}:{number}")
        for page in PAGES
        for number, text in enumerate(block.findall(page.read_text("utf-8")))
    ]


@pytest.mark.parametrize("text", examples("toml"))
def test_every_example_of_a_configuration_is_a_good_one(text: str, tmp_path: Path) -> None:
    path = tmp_path / "holdfast.toml"
    secrets = re.sub(r'"(?:env|file):[^"]*"', '"a secret"', text)
    path.write_text(secrets, "utf-8")
    if {"hub", "channel"} & tomllib.loads(secrets).keys():
        check_channels(load_settings(path, {}), secrets)


def test_the_complete_example_is_complete() -> None:
    [text] = re.findall(r"```toml\n(.*?)```", CONFIGURATION, re.DOTALL)
    tables = tomllib.loads(text)
    assert {channel["id"].split(":")[0] for channel in tables["channel"]} == set(PLATFORMS)
    for channel in tables["channel"]:
        fields = msgspec.structs.fields(PLATFORMS[channel["id"].split(":")[0]].settings_type)
        assert {field.name for field in fields if field.required} <= channel.keys()


def known(group: click.Group) -> dict[str, click.Command]:
    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in known(group).items():
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")


COMMANDS: Final = dict(commands(main))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself_and_its_example_is_one_of_it(name: str) -> None:
    command = COMMANDS[name]
    assert command.help, f"holdfast {name} has no help"
    assert command.epilog, f"holdfast {name} shows no example"
    lines = [line.strip() for line in re.findall(r"holdfast [^|]*", command.epilog)]
    assert lines, f"holdfast {name} shows no example"
    for line in lines:
        assert line.startswith(f"holdfast {name}"), line
        known = {option for each in called_by(line).params for option in each.opts}
        assert set(re.findall(r"(?<!\S)--?[a-z][\w-]*", line)) <= known, line


def called_by(line: str) -> click.Command:
    command: click.Command = main
    for word in line.split()[1:]:
        if not isinstance(command, click.Group):
            break
        command = known(command)[word]
    return command


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    for found in COMMAND.findall(page.read_text("utf-8")):
        first, _, second = found.partition(" ")
        if first in PROGRAM_WORDS:
            continue
        assert first in COMMANDS, f"{named(page)}: holdfast {found}"
        group = COMMANDS[first]
        if isinstance(group, click.Group) and second:
            assert f"{first} {second}" in COMMANDS, f"{named(page)}: holdfast {found}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    for pair in LINK.findall(page.read_text("utf-8")):
        link = pair[0] or pair[1]
        if re.match(r"https?://|mailto:", link):
            continue
        target, _, anchor = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{named(page)}: {link}"
        if anchor and path.suffix == ".md":
            assert anchor in anchors(path), f"{named(page)}: {link}"


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_speaks_of_no_ones_machine(page: Path) -> None:
    assert ELSEWHERE.findall(page.read_text("utf-8")) == []


@pytest.mark.parametrize("folder", ["src", "tests", "requirements", "frontend"])
def test_the_code_speaks_of_no_ones_machine(folder: str) -> None:
    kinds = {".py", ".toml", ".txt", ".ts", ".svelte", ".json", ".sh", ".sql"}
    mentions = re.compile(r"(?<![\w.])/(?:work|root)/|--index-url|--extra-index-url")
    found = [
        named(path)
        for path in (ROOT / folder).rglob("*")
        if path.suffix in kinds
        and "node_modules" not in path.parts
        and path != Path(__file__)
        and path.is_file()
        and mentions.search(path.read_text("utf-8"))
    ]
    assert found == []
