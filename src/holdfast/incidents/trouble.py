"""An agent says that something is wrong: evidence for the radar, a line in the story, an entry in the trail."""

from typing import Any

from holdfast.channels.contract import Capability
from holdfast.conversations.store import audit
from holdfast.incidents import store
from holdfast.radar import Kind, Observation, Result, add_incident_update, record_observation
from holdfast.storage import Tx, append_event


async def press_button(
    tx: Tx, channel: str, capability: Capability, text: str, *, by: str, now: int, entry_id: str
) -> str:
    """The open incident whose story tells of it now, or nothing where none is open."""
    seen = Observation(
        channel=channel,
        capability=capability,
        kind=Kind.BUTTON,
        result=Result.FAIL,
        detail=text,
        conversation=by,
        at=now,
    )
    await record_observation(tx, seen)
    detail: dict[str, Any] = {"channel": channel, "capability": capability.value, "text": text, "by": by}
    await append_event(tx, at=now, kind="trouble.told", body=detail)
    await audit(tx, entry_id=entry_id, at=now, who=by, action="trouble.told", subject=channel, detail=text)
    incident_id = await store.open_incident_of(tx, channel)
    if incident_id:
        line = f"{by} says that something is wrong: {text}"
        await add_incident_update(tx, incident_id, kind="note", text=line, at=now, public=False)
    return incident_id
