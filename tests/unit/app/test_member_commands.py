"""The commands about members, on a real store."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from holdfast.app.members import members_of
from holdfast.cli import main
from holdfast.cli.configuration import load
from holdfast.cli.store import opened


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "holdfast.toml"
    path.write_text(f'[hub]\ndata_dir = "{tmp_path / "data"}"\n')
    return path


@pytest.fixture
def ann(config: Path) -> str:
    async def make() -> str:
        async with opened(load(config)) as hub:
            return (await members_of(hub).create_guest("Ann")).member.id

    return asyncio.run(make())


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["member", *words, "--config", str(config)])


def test_a_member_is_listed_shown_and_exported(config: Path, ann: str) -> None:
    assert run(config, "list").output == f"{ann}  guest  Ann\n"
    assert run(config, "list", "--find", "Nobody").output == "Nobody.\n"
    assert json.loads(run(config, "show", ann).output)["name"] == "Ann"
    assert json.loads(run(config, "export", ann).output)["member"]["id"] == ann


def test_a_member_is_banned_and_let_in_again(config: Path, ann: str) -> None:
    assert run(config, "ban", ann, "--reason", "Spam.").output == "Banned.\n"
    assert run(config, "list", "--in-question").output == f"{ann}  guest  Ann  banned: Spam.\n"
    assert run(config, "unban", ann).exit_code == 0
    assert run(config, "list", "--in-question").output == "Nobody.\n"


def test_a_member_is_deleted_once(config: Path, ann: str) -> None:
    assert run(config, "delete", ann, "--yes").output == "Deleted.\n"
    again = run(config, "delete", ann, "--yes")
    assert again.exit_code == 1
    assert "holdfast member list" in again.output
