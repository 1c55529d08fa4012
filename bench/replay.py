"""``python -m bench.replay``: processor time of `holdfast radar replay FILE`, beside that of only decoding its lines.

Each is a process of its own, start-up and all; what else goes on here touches both alike, so that their ratio holds.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from holdfast.radar.labelled import SHOPS, Years

LINES_A_YEAR: Final = 60_000_000
"""Of the busy shop, about; no fewer."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.replay", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--lines", type=int, default=1_000_000, help="of a busy shop's observations (1,000,000)"
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lines.jsonl"
        write(path, chosen.lines, chosen.seed)
        floors, replays = [], []
        for _ in range(chosen.runs):
            floors.append(seconds("bench.load.decoding", str(path)))
            replays.append(seconds("holdfast", "radar", "replay", str(path)))
    ratio = median(replay / floor for replay, floor in zip(replays, floors, strict=True))
    sys.stdout.write(
        f"{chosen.lines:,} lines, load {os.getloadavg()[0]:.1f}, processor time, median of {chosen.runs}: "
        f"replay {median(replays):.2f} s ({chosen.lines / median(replays):,.0f} a second), "
        f"decoding alone {median(floors):.2f} s, ratio {ratio:.1f}\n"
    )


def write(path: Path, lines: int, seed: int) -> None:
    made = Years(SHOPS["busy"], years=lines / LINES_A_YEAR, seed=seed, kinds=())
    encoder = msgspec.json.Encoder()
    with path.open("wb") as out:
        out.writelines(encoder.encode(line) + b"\n" for line in islice(made.lines(), lines))


def seconds(module: str, *arguments: str) -> float:
    """The processor time of a Python program from its start to its end."""
    before = os.times()
    subprocess.run([sys.executable, "-m", module, *arguments], stdout=subprocess.DEVNULL, check=True)  # noqa: S603
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    main()
