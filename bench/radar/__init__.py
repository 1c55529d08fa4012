"""The radar's operating curve: how soon outages are told, and how often chance is taken for one."""

from typing import Final

from bench.figures import Sheet
from bench.place import Size
from bench.radar.cases import Learnt
from bench.store import Stores
from holdfast.radar.labelled import SHOPS
from holdfast.radar.method import Method

CASES: Final = 24


async def measure(sheet: Sheet, size: Size, stores: Stores) -> None:  # noqa: ARG001 - the form of every measurement
    """A short stretch of the operating curve, for the table of all measurements."""
    learnt = Learnt(SHOPS["shop"], seed=1, method=Method())
    for kind in ("send_down", "silent_webhooks", "total_loss"):
        for case in learnt.cases(kind, CASES, 1):
            if case.confirmed is not None and case.busy:
                sheet.value(f"radar {kind}", "s", case.confirmed)
