"""Units of work that fail after they have begun to write, and arrivals that can be read and not be applied.

The hub has no such defect that anybody knows of. What a store promises is for the day on which it has one: a unit
that fails leaves nothing behind, and takes nobody along.
"""

from dataclasses import dataclass
from typing import Final

from holdfast.storage import Tx

INDIGESTIBLE: Final = "indigestible"
"""A text that the store of a run refuses."""
REFUSAL: Final = f"""
CREATE TEMP TRIGGER refuse_{INDIGESTIBLE} BEFORE INSERT ON main.message WHEN NEW.text = '{INDIGESTIBLE}' BEGIN
    SELECT RAISE(ABORT, '{INDIGESTIBLE}');
END
"""
STUMBLED: Final = "stumbled"
_SHOP: Final = "17841400000000001"
BODIES: Final = {
    "instagram": (
        f'{{"object": "instagram", "entry": [{{"id": "{_SHOP}", "time": 1790000000000, "messaging": [{{'
        f'"sender": {{"id": "900100200300999"}}, "recipient": {{"id": "{_SHOP}"}}, "timestamp": 1790000000000, '
        f'"message": {{"mid": "{INDIGESTIBLE}-1", "text": "{INDIGESTIBLE}"}}}}]}}]}}'
    ),
    "sms": f"MessageSid=SM{INDIGESTIBLE}&From=%2B31623499999&To=%2B15005550006&Body={INDIGESTIBLE}",
}
"""By platform: what bears a true signature, is well formed, and speaks of somebody who is nobody's contact."""

_WRITE: Final = """
INSERT INTO audit_entry (id, at, who, action, subject, detail)
SELECT CAST(:id AS TEXT) || '-' || COUNT(*), 0, 'agent:a', :action, '', '' FROM audit_entry WHERE action = :action
"""
"""Under another id where an earlier run of it was not undone."""


class StumbledError(Exception):
    """What a unit fails with that has written already."""


@dataclass(frozen=True, kw_only=True)
class Stumble:
    """A unit of work that fails half-way, handed in while the store commits, so that others come with it."""

    at: float
    number: int


async def stumble(tx: Tx, number: int) -> None:
    """Raises StumbledError, always."""
    await tx.run(_WRITE, id=f"{STUMBLED}-{number}", action=STUMBLED)
    raise StumbledError
