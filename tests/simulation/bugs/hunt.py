"""How many seeds it takes to see a bug: ``python -m tests.simulation.bugs.hunt [names]``."""

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .catalogue import BUGS
from .model import SOURCE, Bug, plant

ROOT: Final = Path(__file__).parents[3]
SECONDS_A_SEED_MAX: Final = 60


@dataclass(frozen=True)
class Hunt:
    """``seeds``: how many were lived through; ``told``: what the last of them complained of; ``crashed``: the
    simulation itself stumbled, so that it says nothing.
    """

    bug: Bug
    seeds: int
    told: tuple[str, ...]
    output: str
    crashed: bool

    @property
    def caught(self) -> bool:
        """Whether one of the promises that the bug breaks was named."""
        return any(sentence.startswith(self.bug.breaks) for sentence in self.told)

    def line(self) -> str:
        if self.crashed:
            return f"{self.bug.name}: THE RUN ITSELF FAILED: {self.output.strip().splitlines()[-1][:300]}"
        if not self.told:
            return f"{self.bug.name}: NOT SEEN in {self.seeds} seeds"
        sure = "" if self.caught else "OTHERWISE THAN EXPECTED, "
        return f"{self.bug.name}: {sure}seed {self.seeds}: {self.told[0][:150]}"


def hunt(bug: Bug, seeds: int | None = None, source: Path = SOURCE) -> Hunt:
    """Live through seeds with the bug, in another process, until one complains. Raises OutdatedBugError."""
    seeds = seeds or bug.seeds
    with tempfile.TemporaryDirectory(prefix="holdfast-bug-") as place:
        plant(bug, Path(place), source)
        done = subprocess.run(  # noqa: S603 - our own interpreter, our own program
            [
                *(sys.executable, "-m", "tests.simulation.torture", "--until-broken"),
                *("--seeds", str(seeds), "--first", str(bug.first)),
                *(("--finding", bug.finding) if bug.finding else ()),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": place},
            capture_output=True,
            text=True,
            check=False,
            timeout=seeds * SECONDS_A_SEED_MAX,
        )
    lines = done.stdout.splitlines()
    told = tuple(line.partition("BROKEN: ")[2] for line in lines if "BROKEN: " in line)
    lived = sum(line.startswith("seed ") and " broken so far" in line for line in lines)
    return Hunt(bug, lived, told, done.stdout + done.stderr, crashed=done.returncode != 0 and not told)


def main() -> int:
    """0 when every bug was caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which bugs; all without")
    parser.add_argument("--seeds", type=int, help="how many seeds at most, for each")
    parser.add_argument("--source", type=Path, default=SOURCE, help="another src folder")
    options = parser.parse_args()
    missed = 0
    for bug in BUGS:
        if not options.names or bug.name in options.names:
            found = hunt(bug, options.seeds, options.source)
            missed += not found.caught
            sys.stdout.write(f"{found.line()}\n")
            sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
