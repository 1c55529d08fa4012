"""Pictures of numbers, as shapes that a template draws: the last day against what is usual, and the map. Pure."""

from collections.abc import Sequence
from math import ceil, log10, sqrt
from typing import Final

import msgspec

from holdfast.status.tracker.snapshot import Part, Slot, Spot

CHART_WIDTH: Final = 960
CHART_HEIGHT: Final = 240
BAR_GAP: Final = 2
HOURS_BETWEEN_LABELS: Final = 4
SCALE_MIN: Final = 10
"""A day with fewer reports in every bucket is not drawn as a mountain."""

MAP_WIDTH: Final = 1_000
MAP_HEIGHT: Final = 420
MAP_UNITS_OF_DEGREE: Final = MAP_WIDTH / 360
SPOT_RADIUS_MIN: Final = 3.0
SPOT_RADIUS_MAX: Final = 24.0

_HOUR_MS: Final = 3_600_000
_STEPS: Final = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


class Tick(msgspec.Struct, frozen=True):
    x: float
    at: int


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """``bars`` and ``usual`` are SVG paths; ``top`` is the number at the upper edge."""

    bars: str
    usual: str
    top: int
    peak_x: float
    peak_y: float
    ticks: tuple[Tick, ...]


class Share(msgspec.Struct, frozen=True):
    """A part with its percentage of the whole, and its bar's width on a scale of 100."""

    label: str
    count: int
    percent: int
    width: float


class Dot(msgspec.Struct, frozen=True):
    label: str
    count: int
    x: float
    y: float
    radius: float


def chart(slots: Sequence[Slot]) -> Chart:
    top = scale_top(max((max(slot.count, slot.usual) for slot in slots), default=0))
    step = CHART_WIDTH / max(1, len(slots))
    heights = [slot.count / top * CHART_HEIGHT for slot in slots]
    peak = max(range(len(slots)), key=lambda number: slots[number].count, default=0)
    return Chart(
        bars="".join(_bar(number * step, step, height) for number, height in enumerate(heights) if height),
        usual=_line([slot.usual / top * CHART_HEIGHT for slot in slots], step),
        top=top,
        peak_x=round((peak + 0.5) * step, 1),
        peak_y=round(CHART_HEIGHT - heights[peak], 1) if heights else CHART_HEIGHT,
        ticks=tuple(
            Tick(round(number * step, 1), slot.at)
            for number, slot in enumerate(slots)
            if slot.at % (_HOUR_MS * HOURS_BETWEEN_LABELS) == 0
        ),
    )


def scale_top(largest: float) -> int:
    """A round number not below the largest."""
    wanted = max(SCALE_MIN, ceil(largest))
    power = 10 ** int(log10(wanted))
    return int(next(power * step for step in _STEPS if power * step >= wanted))


def _bar(x: float, step: float, height: float) -> str:
    left, width = round(x + BAR_GAP / 2, 1), round(step - BAR_GAP, 1)
    return f"M{left} {CHART_HEIGHT}v{-max(1.0, round(height, 1))}h{width}v{max(1.0, round(height, 1))}z"


def _line(heights: Sequence[float], step: float) -> str:
    points = [
        f"{round((number + 0.5) * step, 1)} {round(CHART_HEIGHT - height, 1)}"
        for number, height in enumerate(heights)
    ]
    return f"M{'L'.join(points)}" if points else ""


def shares(parts: Sequence[Part]) -> list[Share]:
    total = sum(part.count for part in parts)
    return [
        Share(part.label, part.count, round(part.count * 100 / total), round(part.count * 100 / total, 1))
        for part in parts
    ]


def dots(spots: Sequence[Spot]) -> list[Dot]:
    """The largest first, so that small ones are drawn over them."""
    most = max((spot.count for spot in spots), default=1)
    return [
        Dot(
            spot.label,
            spot.count,
            round((spot.longitude + 180) * MAP_UNITS_OF_DEGREE, 1),
            round((90 - spot.latitude) * MAP_UNITS_OF_DEGREE, 1),
            round(max(SPOT_RADIUS_MIN, SPOT_RADIUS_MAX * sqrt(spot.count / most)), 1),
        )
        for spot in spots
    ]


def by_hour(slots: Sequence[Slot]) -> list[Slot]:
    """The same numbers in whole hours, for a table that people can read."""
    hours: dict[int, Slot] = {}
    for slot in slots:
        at = slot.at - slot.at % _HOUR_MS
        before = hours.get(at, Slot(at, 0, 0.0))
        hours[at] = Slot(at, before.count + slot.count, before.usual + slot.usual)
    return list(hours.values())
