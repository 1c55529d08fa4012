"""How an incident ended, as a card that everybody puts away for themselves."""

from typing import Final

import msgspec

from holdfast.incidents.outage import store
from holdfast.outbox import incident_ledger
from holdfast.storage import Tx

SHOWN_MS: Final = 7 * 86_400_000
SHOWN_MAX: Final = 5


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """Messages that were to go out: ``held`` is the sum of what became of them, ``lost`` what is missing from it."""

    incident_id: str
    title: str
    onset_at: int
    recovered_at: int | None
    closed_at: int
    held: int
    sent_after_hold: int
    rerouted: int
    waiting: int
    in_doubt: int
    failed: int
    expired: int
    cancelled: int
    lost: int
    answered_automatically: int
    read_back: int


async def closings(tx: Tx, who: str, now: int) -> list[Closing]:
    """Of the incidents of the last week those that ``who`` has not put away."""
    told = []
    for row in await store.over(tx, who, now - SHOWN_MS, SHOWN_MAX):
        ledger = await incident_ledger(tx, row["id"])
        counts = {name: ledger[name] for name in Closing.__struct_fields__ if name in ledger}
        told.append(
            Closing(
                incident_id=row["id"],
                title=row["title"],
                onset_at=row["onset_at"],
                recovered_at=row["recovered_at"],
                closed_at=row["closed_at"],
                **counts,
            )
        )
    return told


async def dismiss(tx: Tx, incident_id: str, who: str, now: int) -> None:
    """Put the card of an incident away; what is not over, or not there, is left alone."""
    await store.dismiss(tx, incident_id, who, now)
