"""Commands for an incident that goes on."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from holdfast.cli import main
from holdfast.cli.configuration import load
from holdfast.cli.store import opened
from holdfast.storage import Tx

INCIDENT = """
INSERT INTO incident (id, channel, capabilities, cause, title, state, onset_at, opened_at)
VALUES ('inc_1', 'instagram:shop', '["send"]', 'platform', 'Instagram fails', 'open', 1, 1)
"""
PART = """
INSERT INTO incident_component (incident_id, channel, capabilities, cause, cause_since, title, state, onset_at,
    joined_at)
VALUES ('inc_1', 'instagram:shop', '["send"]', 'platform', 1, 'Instagram fails', 'open', 1, 1)
"""
MESSAGE = """
INSERT INTO message (id, conversation_id, direction, author, channel, at, stored_at, source, state)
VALUES ('msg_1', 'con_1', 'in', 'contact', 'instagram:shop', 5, 5, 'webhook', 'received')
"""
WAITING = (
    "INSERT INTO contact (id, name, created_at) VALUES ('ctc_1', 'Ann', 1)",
    "INSERT INTO conversation (id, contact_id, last_at, waiting_since, created_at) VALUES ('con_1', 'ctc_1', 1, 1, 1)",
    MESSAGE,
)


async def _fill(tx: Tx) -> None:
    for sql in (INCIDENT, PART, *WAITING):
        await tx.run(sql)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "holdfast.toml"
    path.write_text(
        f'[hub]\ndata_dir = "{tmp_path / "data"}"\n[playbook]\nfile = "{tmp_path / "book.toml"}"\n'
    )
    (tmp_path / "book.toml").write_text('name = "Quiet"\n[auto_reply]\nenabled = false\n')

    async def fill() -> None:
        async with opened(load(path)) as hub:
            await hub.database.write(_fill)

    asyncio.run(fill())
    return path


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["incident", *words, "--config", str(config)])


def test_whom_nothing_reaches_is_listed(config: Path) -> None:
    assert run(config, "unreachable", "inc_1").output == (
        "con_1  Ann  no number\n1 of 1 who wait cannot be reached.\n"
    )


def test_a_step_that_is_left_to_people_is_taken_on_their_word(config: Path) -> None:
    assert "auto_reply  left to people\n" in run(config, "steps", "inc_1").output
    told: Any = run(config, "take", "inc_1", "auto_reply")
    assert "auto_reply  asked for by the command line\n" in told.output
    refused = run(config, "take", "inc_1", "hold")
    assert (refused.exit_code, "by itself" in refused.output) == (1, True)


@pytest.mark.parametrize("words", [("unreachable",), ("steps",), ("take", "hold")])
def test_an_incident_that_is_not_there_is_named(config: Path, words: tuple[str, ...]) -> None:
    refused = run(config, words[0], "inc_9", *words[1:])
    assert (refused.exit_code, "no incident inc_9" in refused.output) == (1, True)
