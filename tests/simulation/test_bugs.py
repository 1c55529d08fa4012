"""The simulation is worth what it sees: bugs made on purpose, of which each has to be noticed."""

import re
from typing import Final

import pytest

from .bugs.catalogue import BUGS
from .bugs.hunt import hunt
from .bugs.model import PACKAGES, SOURCE, Bug, Edit

QUICK: Final = (
    "webhook-answered-before-its-append",
    "reply-accepted-before-its-commit",
    "told-before-the-group-commits",
    "lane-taken-from-its-holder",
    "doubts-go-out-again",
)
"""Seen with the first seed; ``python -m tests.simulation.bugs.hunt`` hunts all of them."""


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_every_bug_still_fits_the_source(bug: Bug) -> None:
    outdated = [edit for edit in bug.edits if not _fits(edit)]
    assert not outdated, f"put {bug.name} in new words in tests/simulation/bugs/catalogue.py"


def test_bugs_are_told_apart_by_their_names() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS)


@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.name in QUICK], ids=lambda bug: bug.name)
def test_a_bug_made_on_purpose_is_seen(bug: Bug) -> None:
    found = hunt(bug)
    assert found.caught, f"{found.line()}\n{found.output[-2000:]}"


def _fits(edit: Edit) -> bool:
    paths = (SOURCE / PACKAGES[0]).glob(edit.files)
    return any(re.search(edit.old, path.read_text(encoding="utf-8"), flags=re.MULTILINE) for path in paths)
