"""Any series of values in time: where it is not as usual."""

import csv
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from holdfast.radar.replay.reading import BadLineError, milliseconds
from holdfast.radar.rhythm import Detector, Reading


def replay_counts(
    rows: Iterable[str], complain: Callable[[int, str], None], *, everything: bool = False
) -> Iterator[dict[str, Any]]:
    """The anomalies of ``timestamp,value`` lines, in their order: ``start``, ``continues`` and ``end``.

    ``complain(number, sentence)`` is told what is left out; a header is not. ``everything``: a line for each
    value, with an empty ``anomaly`` where it is as usual.
    """
    detector, under_way = Detector(), False
    for number, row in enumerate(csv.reader(rows), start=1):
        try:
            stamp, at, value = _row(row)
        except BadLineError as error:
            if number > 1 and any(cell.strip() for cell in row):
                complain(number, str(error))
            continue
        reading = detector.feed(at, value)
        odd = reading.manner != "" or reading.anomaly
        begins = reading.anomaly or (odd and under_way)
        if begins:
            yield _line(stamp, reading, "continues" if under_way else "start")
        elif under_way or everything:
            yield _line(stamp, reading, "end" if under_way else "")
        under_way = begins


def _row(row: list[str]) -> tuple[str, int, float]:
    if len(row) < 2:  # noqa: PLR2004 - a time and a value
        raise BadLineError("not two columns")
    stamp = row[0].strip()
    try:
        value = float(row[1])
    except ValueError as error:
        raise BadLineError(f"no value that can be read: {row[1]!r}") from error
    if value != value or abs(value) == float("inf"):  # noqa: PLR0124 - not a number is unlike itself
        raise BadLineError(f"no finite value: {row[1]!r}")
    return stamp, milliseconds(stamp), value


def _line(stamp: str, reading: Reading, part: str) -> dict[str, Any]:
    return {
        "timestamp": stamp,
        "value": reading.value,
        "expected": round(reading.expected, 6),
        "low": round(reading.low, 6),
        "high": round(reading.high, 6),
        "score": round(reading.score, 4),
        "anomaly": part,
        "direction": "up" if reading.value >= reading.expected else "down",
        "manner": reading.manner,
    }
