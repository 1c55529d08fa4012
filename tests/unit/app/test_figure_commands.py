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
        "incident,from,lasted s,conversations at risk,saved,lost,open,messages lost\n"
    )


def test_too_much_is_refused_with_a_reason(config: Path) -> None:
    refused = run(config, "--days", "90", "--unit", "hour")
    assert (refused.exit_code, "41 days at most" in refused.output) == (1, True)
