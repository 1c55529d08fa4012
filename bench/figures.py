"""A figure beside its floor, and the table of them."""

import json
import statistics
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec

LATEST = Path(__file__).parent / "latest.json"
UNITS = {"chat": "messages/s", "chat acknowledged": "messages/s"}
UNITS |= {"members": "messages/s", "members acknowledged": "messages/s"}


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """``value`` and ``floor`` are medians over ``runs``; ``ratio`` is value to floor, None without a floor."""

    name: str
    value: float
    unit: str
    floor: float | None
    ratio: float | None
    runs: int


class Sheet:
    """Collects what each run measured, by the name of the figure."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}
        self._floors: dict[str, list[float]] = defaultdict(list)
        self._units: dict[str, str] = {}

    def value(self, name: str, unit: str, value: float) -> None:
        self._values.setdefault(name, []).append(value)
        self._units[name] = unit

    def value_of(self, name: str, value: float) -> None:
        """A value whose unit goes without saying."""
        self.value(name, UNITS.get(name, "ms"), value)

    def floor(self, name: str, value: float) -> None:
        self._floors[name].append(value)

    def figures(self) -> list[Figure]:
        return [
            figure(name, self._units[name], values, self._floors[name])
            for name, values in self._values.items()
        ]


def figure(name: str, unit: str, values: Sequence[float], floors: Sequence[float] = ()) -> Figure:
    value = statistics.median(values)
    floor = statistics.median(floors) if floors else None
    ratio = value / floor if floor else None
    return Figure(name=name, value=value, unit=unit, floor=floor, ratio=ratio, runs=len(values))


def table(figures: Sequence[Figure]) -> str:
    rows = [("name", "value", "unit", "floor", "ratio", "runs"), *(_row(each) for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def write(figures: Sequence[Figure], path: Path = LATEST) -> None:
    path.write_text(json.dumps(msgspec.to_builtins(list(figures)), indent=2) + "\n", "utf-8")


def _row(each: Figure) -> tuple[str, ...]:
    floor = _shown(each.floor) if each.floor is not None else "-"
    ratio = f"{each.ratio:.2f}" if each.ratio is not None else "-"
    return (each.name, _shown(each.value), each.unit, floor, ratio, str(each.runs))


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.2f}"
