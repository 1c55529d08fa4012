"""Which tables there are."""

from typing import Literal

from holdfast.figures.model import Span, Unit
from holdfast.figures.reading import Figures
from holdfast.figures.table import Table, breakdown_table, busy_table, outage_table, volume_table

What = Literal["volumes", "busy", "outages", "agent", "channel", "label", "team"]


async def table_of(figures: Figures, what: What, span: Span, unit: Unit) -> Table:
    if what == "volumes":
        return volume_table(await figures.overview(span, unit))
    if what == "busy":
        return busy_table(await figures.busy(span))
    if what == "outages":
        return outage_table(await figures.outages(span), await figures.zone())
    return breakdown_table(await figures.breakdown(span, what))
