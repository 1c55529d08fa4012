"""The bench measures everything that it promises; how large the figures are is no test's business."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.on("sqlite")

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 900
BESIDE_A_FLOOR = {
    "ingest",
    "ingest p99",
    "ingest p99 at half that rate",
    "chat",
    "chat acknowledged",
    "chat p99 at 100/s",
    "chat acknowledged p99 at 100/s",
    "members",
    "members acknowledged",
    "members p99 at 100/s",
    "members acknowledged p99 at 100/s",
    "members' processor time",
    "drain",
    "ingest processor time",
    "chat processor time",
    "drain processor time",
    "send latency p50",
    "send latency p99",
    "status page, kept connections",
    "status page, new connections",
    "webhooks beside a stampede",
    "webhooks beside a stampede, p99",
}
ALONE = {
    "ingest backlog after a burst",
    "ingest delay p99 at half that rate",
    "ingest delay most at half that rate",
    "memory at rest",
    "memory under ingest",
    "memory under chat",
    "memory under drain",
    "memory with 20 idle devices",
    "memory of an idle device",
    "radar total_loss",
    "radar send_down",
    "radar silent_webhooks",
}
RADAR = "radar "
"""Its figures count outages, not runs of the bench."""
MAY_BE_NOTHING = {"memory of an idle device"}
"""Of twenty, beside what a process takes and gives back by itself."""


def test_every_figure_comes_and_stands_beside_its_floor(tmp_path: Path) -> None:
    output = tmp_path / "latest.json"
    done = subprocess.run(  # noqa: S603 - our own bench
        [sys.executable, "-m", "bench.run", "--quick", "--output", str(output)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = {each["name"]: each for each in json.loads(output.read_text("utf-8"))}
    assert set(figures) == BESIDE_A_FLOOR | ALONE
    for name, each in figures.items():
        assert set(each) == {"name", "value", "unit", "floor", "ratio", "runs"}
        assert each["value"] > 0 or name in MAY_BE_NOTHING
        assert each["runs"] == 1 or (each["runs"] > 1 and name.startswith(RADAR)), name
        assert (each["floor"] is not None) == (name in BESIDE_A_FLOOR), name
        assert name in done.stdout
