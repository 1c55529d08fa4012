"""A command starts without what the others need."""

import subprocess
import sys
from typing import Final

import pytest

HEAVY: Final = ("holdfast.app.hub", "holdfast.web", "holdfast.media", "litestar", "PIL", "av")


@pytest.mark.parametrize("command", [["radar", "replay"], ["radar", "simulate"]])
def test_the_radar_on_files_starts_without_the_hub(command: list[str]) -> None:
    asked = [sys.executable, "-X", "importtime", "-m", "holdfast", *command, "--help"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
    read = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "holdfast.radar.replay" in read
    assert not read & set(HEAVY)
