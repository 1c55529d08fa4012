"""What the team's work comes to: volumes, times, busiest hours, what outages cost."""

from holdfast.figures.counting import FigureKeeper
from holdfast.figures.model import (
    Breakdown,
    Busy,
    FiguresRefusedError,
    OutageCost,
    Overview,
    Span,
    Unit,
)
from holdfast.figures.promises import Promises
from holdfast.figures.reading import Figures

__all__ = [
    "Breakdown",
    "Busy",
    "FigureKeeper",
    "Figures",
    "FiguresRefusedError",
    "OutageCost",
    "Overview",
    "Promises",
    "Span",
    "Unit",
]
