"""Tests that share what their module makes run on one worker, in their order."""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from tests.grouping import group_of

ROOT = Path(__file__).parents[2]
FILES = 4
TESTS_EACH = 6
CONFTEST = """
import pytest
from tests.grouping import Groups

@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Groups(config, log)
"""
MODULE = """
import os
from pathlib import Path
import pytest

NOTES = Path(__file__).with_suffix(".txt")

@pytest.fixture(scope="module")
def demo():
    with NOTES.open("a") as notes:
        notes.write(f"made {os.environ['PYTEST_XDIST_WORKER']}\\n")

@pytest.mark.parametrize("number", range(NUMBER))
def test_it(demo, number):
    with NOTES.open("a") as notes:
        notes.write(f"{number} {os.environ['PYTEST_XDIST_WORKER']}\\n")
"""


@pytest.mark.parametrize(
    ("nodeid", "shares", "group"),
    [
        ("tests/unit/radar/test_words.py::test_x[a]", False, "tests/unit/radar/test_words.py"),
        (
            "tests/scenarios/test_kill.py::test_x[sqlite]",
            False,
            "tests/scenarios/test_kill.py::test_x[sqlite]",
        ),
        (
            "tests/scenarios/test_bad_input.py::test_x[postgresql-a-b]",
            True,
            "tests/scenarios/test_bad_input.py on postgresql",
        ),
        ("tests/scenarios/api/test_x.py::test_x[a-sqlite]", False, "tests/scenarios/api/test_x.py on sqlite"),
        ("tests/browser/test_x.py::test_x[wide-dark]", True, "tests/browser/test_x.py"),
    ],
)
def test_what_belongs_together(nodeid: str, shares: bool, group: str) -> None:  # noqa: FBT001 - a case of it
    assert group_of(nodeid, shares=shares) == group


def test_four_files_on_three_workers_make_what_they_share_once(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    for number in range(FILES):
        text = MODULE.replace("NUMBER", str(TESTS_EACH))
        (tmp_path / f"test_{number}.py").write_text(text, "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(  # noqa: S603 - our own test run, on files made here
        [sys.executable, "-m", "pytest", "-q", "-n", "3", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    workers = defaultdict(list)
    for notes in sorted(tmp_path.glob("test_*.txt")):
        made, *lines = [line.split() for line in notes.read_text("utf-8").splitlines()]
        assert made[0] == "made"
        assert lines == [[str(number), made[1]] for number in range(TESTS_EACH)]
        workers[made[1]].append(notes.name)
    assert len(workers) > 1, "the groups went to several workers"
