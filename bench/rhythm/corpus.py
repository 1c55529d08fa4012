"""Reading a corpus laid out as NAB is: `data/**/*.csv` and `labels/combined_windows.json`."""

import csv
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec

SECONDS_END = len("2015-02-26 21:42:53")


class Series(msgspec.Struct, frozen=True):
    """``windows``: (first, last) index of each labelled anomaly."""

    name: str
    times: list[int]
    values: list[float]
    windows: list[tuple[int, int]]

    @property
    def held_out(self) -> bool:
        """Whether its name puts it into the half that nothing was tuned on."""
        digest = hashlib.sha256(self.name.rsplit("/", maxsplit=1)[-1].encode()).hexdigest()
        return int(digest, 16) % 2 == 1


def load_corpus(root: Path) -> list[Series]:
    windows = json.loads((root / "labels" / "combined_windows.json").read_text("utf-8"))
    return [_load(root, name, windows[name]) for name in sorted(windows)]


def _load(root: Path, name: str, windows: list[list[str]]) -> Series:
    with (root / "data" / name).open(encoding="utf-8") as file:
        rows = [(_ms(at), float(value)) for at, value in list(csv.reader(file))[1:]]
    times = [at for at, _ in rows]
    found = []
    for first, last in windows:
        inside = [n for n, at in enumerate(times) if _ms(first) <= at <= _ms(last)]
        found.append((inside[0], inside[-1]))
    return Series(name, times, [value for _, value in rows], found)


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text[:SECONDS_END]).replace(tzinfo=UTC).timestamp() * 1000)
