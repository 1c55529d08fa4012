"""A figure beside its floor, and the table of them."""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path

import msgspec

LATEST = Path(__file__).parent / "latest.json"


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """``value`` and ``floor`` are medians over ``runs``; ``ratio`` is value to floor, None without a floor."""

    name: str
    value: float
    unit: str
    floor: float | None
    ratio: float | None
    runs: int


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


def write_latest(figures: Sequence[Figure]) -> None:
    LATEST.write_text(json.dumps(msgspec.to_builtins(list(figures)), indent=2) + "\n", "utf-8")


def _row(each: Figure) -> tuple[str, ...]:
    floor = f"{each.floor:,.1f}" if each.floor is not None else "-"
    ratio = f"{each.ratio:.2f}" if each.ratio is not None else "-"
    return (each.name, f"{each.value:,.1f}", each.unit, floor, ratio, str(each.runs))
