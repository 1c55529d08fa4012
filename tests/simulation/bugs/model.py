"""A bug as an edit of the product's source, made in a copy of it."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[3] / "src"
KEPT: Final = ("accepted_is_kept", "each_is_kept_once", "accepted_replies_exist")
ONCE: Final = ("each_has_its_effect_once", "nothing_sent_is_shown_unsent", "doubts_are_looked_into")
OWNED: Final = ("a_lane_has_one_owner", "order_is_kept", "states_move_forward")
RESTS: Final = ("everything_comes_to_rest", "every_reply_is_settled", "all_closed", "breakers_close")
"""How the complaints about promises begin that a bug of a kind breaks."""
PACKAGES: Final = ("holdfast", "holdfast_simulators")


class OutdatedBugError(Exception):
    """The source reads otherwise than the bug expects: the bug has to be put in new words."""


@dataclass(frozen=True)
class Edit:
    """``files`` are a pattern below src/holdfast; ``old`` is a regular expression found there at least once."""

    files: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Bug:
    """``breaks``: how the complaint may begin. ``seeds``: within how many seeds it has to be seen, from ``first``.

    ``finding``: the fate that is needed to see it soon, where chance draws one too seldom.
    """

    name: str
    what: str
    edits: tuple[Edit, ...]
    breaks: tuple[str, ...]
    seeds: int = 12
    first: int = 1
    finding: str = ""


def plant(bug: Bug, place: Path, source: Path = SOURCE) -> None:
    """Copy the source to a place, with the bug in it. Raises OutdatedBugError."""
    for package in PACKAGES:
        shutil.copytree(
            source / package, place / package, ignore=shutil.ignore_patterns("__pycache__", "built")
        )
    for edit in bug.edits:
        _edit(bug, edit, place / PACKAGES[0])


def _edit(bug: Bug, edit: Edit, root: Path) -> None:
    found = 0
    for path in sorted(root.glob(edit.files)):
        text, count = re.subn(edit.old, edit.new, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if count:
            path.write_text(text, encoding="utf-8")
        found += count
    if not found:
        raise OutdatedBugError(
            f"{bug.name}: nothing in src/holdfast/{edit.files} reads like {edit.old!r} any more. "
            "Put the bug in new words in tests/simulation/bugs."
        )
