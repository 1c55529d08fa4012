"""Which tables there are."""

from typing import Final, Literal, cast

from holdfast.figures.model import By, Span, Unit
from holdfast.figures.promises import PromisesBy
from holdfast.figures.reading import Figures
from holdfast.figures.table import (
    Table,
    breakdown_table,
    busy_table,
    outage_table,
    promises_table,
    volume_table,
)

What = Literal[
    "volumes",
    "busy",
    "outages",
    "agent",
    "channel",
    "label",
    "team",
    "targets",
    "targets-agent",
    "targets-channel",
    "targets-team",
]
_PROMISES: Final[dict[What, PromisesBy]] = {
    "targets": "target",
    "targets-agent": "agent",
    "targets-channel": "channel",
    "targets-team": "team",
}


async def table_of(figures: Figures, what: What, span: Span, unit: Unit) -> Table:
    if what == "volumes":
        return volume_table(await figures.overview(span, unit))
    if what == "busy":
        return busy_table(await figures.busy(span))
    if what == "outages":
        return outage_table(await figures.outages(span), await figures.zone())
    if what in _PROMISES:
        return promises_table(await figures.promises(span, _PROMISES[what]))
    return breakdown_table(await figures.breakdown(span, cast("By", what)))
