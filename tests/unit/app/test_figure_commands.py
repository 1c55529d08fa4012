"""Figures on the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from holdfast.cli import main


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "holdfast.toml"
    path.write_text(f'[hub]\ndata_dir = "{tmp_path / "data"}"\n')
    return path


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["report", "figures", *words, "--config", str(config)])


def test_figures_are_tables_for_people_and_for_spreadsheets(config: Path) -> None:
    shown = run(config, "busy", "--days", "7").output.splitlines()
    assert (len(shown), shown[0].split()[:2], shown[1].split()[:2]) == (8, ["day", "00:00"], ["Monday", "0"])
    assert run(config, "outages", "--csv").output == (
        "incident,from,lasted s,conversations at risk,saved,lost,open,messages lost,"
        "leads at risk,leads saved,leads lost,value at risk,value lost\n"
    )


def test_too_much_is_refused_with_a_reason(config: Path) -> None:
    refused = run(config, "--days", "90", "--unit", "hour")
    assert (refused.exit_code, "41 days at most" in refused.output) == (1, True)


def test_the_weekly_summary_is_shown_and_without_an_email_channel_not_sent(config: Path) -> None:
    words = ["report", "weekly", "--config", str(config)]
    shown = CliRunner().invoke(main, words).output
    assert shown.startswith("Subject: ")
    assert "Received: 0" in shown
    assert "No email channel is connected" in shown
    refused = CliRunner().invoke(main, [*words, "--send"])
    assert (refused.exit_code, "No email channel is connected" in refused.output) == (1, True)
