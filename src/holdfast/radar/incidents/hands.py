"""What a person decides about an incident; the machine does not undo it. Each is a unit of work.

All raise LookupError for an incident that is not there, UnfitError with a sentence where it cannot be done, and
OutdatedError where another one has changed it meanwhile. ``by`` names the person.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.kernel import IdSource
from holdfast.radar.incidents.casebook import Casebook
from holdfast.radar.incidents.shape import name_of, shaped
from holdfast.radar.incidents.store import load_incident, save_incident, tell_incident, write_changes
from holdfast.radar.model import Component, Incident, IncidentState, UpdateKind
from holdfast.storage import Tx

TITLE_CHARACTERS_MAX: Final = 200


class UnfitError(ValueError):
    """It cannot be done with this incident; the sentence says why."""


async def rename(tx: Tx, incident_id: str, title: str, *, by: str, now: int) -> Incident:
    """Give the incident a name that stays; an empty one lets it be named by what fails again."""
    incident = await _found(tx, incident_id)
    title = " ".join(title.split())[:TITLE_CHARACTERS_MAX]
    named = msgspec.structs.replace(incident, title=title, titled_by=by if title else "")
    if not title and incident.components:
        named = msgspec.structs.replace(named, title=name_of(incident))
    if named.title == incident.title and named.titled_by == incident.titled_by:
        return incident
    return await _put(tx, named, UpdateKind.NOTE, f"Called “{named.title}” from now on.", now)


async def close(tx: Tx, incident_id: str, *, by: str, now: int) -> Incident:
    """Over, as far as people are concerned: only a failure that begins later opens one again."""
    incident = await _found(tx, incident_id)
    if incident.state is IncidentState.CLOSED:
        raise UnfitError("The incident is over already.")
    over = [_over(each, now) for each in incident.components]
    marked = msgspec.structs.replace(incident, closed_by=by, kept_by="")
    return await _put(tx, shaped(marked, over), UpdateKind.CLOSED, "Closed by hand.", now)


def _over(component: Component, now: int) -> Component:
    return msgspec.structs.replace(
        component,
        state=IncidentState.CLOSED,
        recovered_at=component.recovered_at or now,
        closed_at=component.closed_at or now,
    )


async def reopen(tx: Tx, incident_id: str, *, by: str, now: int) -> Incident:
    """Open again, until a person closes it."""
    incident = await _found(tx, incident_id)
    if incident.state is not IncidentState.CLOSED:
        raise UnfitError("The incident is open.")
    marked = msgspec.structs.replace(incident, closed_by="", kept_by=by)
    again = shaped(marked, incident.components)
    return await _put(tx, again, UpdateKind.OPENED, "Opened again by hand.", now)


async def merge(tx: Tx, incident_id: str, other_id: str, *, by: str, now: int, ids: IdSource) -> Incident:
    """Make the other incident a part of this one."""
    if incident_id == other_id:
        raise UnfitError("An incident cannot be merged with itself.")
    home, other = await _found(tx, incident_id), await _found(tx, other_id)
    casebook = Casebook([home, other], now=now, new_id=lambda: ids.new("inc"))
    casebook.merge(home, other, why="merged by hand", by=by)
    await write_changes(tx, casebook.changes(), now=now)
    return await _found(tx, incident_id)


async def split(
    tx: Tx, incident_id: str, channels: Sequence[str], *, by: str, now: int, ids: IdSource
) -> tuple[Incident, Incident]:
    """Give these channels an incident of their own: (what is left, the new one)."""
    incident = await _found(tx, incident_id)
    known = {each.channel for each in incident.components}
    strange = [channel for channel in channels if channel not in known]
    if strange:
        raise UnfitError(f"The incident has no part {strange[0]}; its parts are {', '.join(sorted(known))}.")
    if not channels or known <= set(channels):
        raise UnfitError("At least one channel must leave the incident, and at least one must stay.")
    casebook = Casebook([incident], now=now, new_id=lambda: ids.new("inc"))
    own = casebook.split(incident, channels, by=by)
    await write_changes(tx, casebook.changes(), now=now)
    return await _found(tx, incident_id), await _found(tx, own)


async def write_account(
    tx: Tx, incident_id: str, *, summary: str | None, will_change: str | None, now: int
) -> Incident:
    """Keep what people say about it in its post-mortem; None leaves a text as it is."""
    incident = await load_incident(tx, incident_id)
    if incident is None:
        raise LookupError(f"there is no incident {incident_id}")
    kept = msgspec.structs.replace(
        incident,
        summary=incident.summary if summary is None else summary,
        will_change=incident.will_change if will_change is None else will_change,
    )
    await save_incident(tx, kept)
    return await tell_incident(tx, incident_id, "incident.updated", now)


async def _found(tx: Tx, incident_id: str) -> Incident:
    incident = await load_incident(tx, incident_id)
    if incident is None:
        raise LookupError(f"there is no incident {incident_id}")
    if incident.merged_into:
        raise UnfitError(f"The incident goes on as a part of {incident.merged_into}.")
    return incident


async def _put(tx: Tx, incident: Incident, kind: UpdateKind, text: str, now: int) -> Incident:
    before = await _found(tx, incident.id)
    casebook = Casebook([before], now=now, new_id=lambda: incident.id)
    casebook.put(incident, kind, text)
    [written] = await write_changes(tx, casebook.changes(), now=now)
    return written
