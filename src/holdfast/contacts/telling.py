"""Writing down what happens to a person, and telling whoever listens."""

from holdfast.conversations import store as people
from holdfast.kernel import IdSource
from holdfast.storage import Tx, append_event


async def tell(tx: Tx, ids: IdSource, contact_id: str, kind: str, detail: str, *, by: str, now: int) -> None:
    """A line in the person's story, and the event that they have changed."""
    await people.note_contact(
        tx, change_id=ids.new("chg"), contact_id=contact_id, at=now, who=by, kind=kind, detail=detail
    )
    conversation = await people.conversation_of(tx, contact_id)
    await append_event(
        tx,
        at=now,
        kind="contact.changed",
        conversation_id=conversation["id"] if conversation else None,
        body={"contact_id": contact_id},
    )
