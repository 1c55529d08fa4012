"""Joining people by proof: the conversations of addresses that one member has shown to be theirs become one."""

from collections.abc import Callable, Sequence

from holdfast.conversations import Conversations
from holdfast.conversations import store as people
from holdfast.conversations.search import add_words
from holdfast.kernel import IdSource
from holdfast.members import store
from holdfast.members.model import Member
from holdfast.storage import Tx, append_event


class Joiner:
    """``direct`` gives the channel of ours on which a member who has not written yet is placed; "" for none."""

    def __init__(self, *, conversations: Conversations, ids: IdSource, direct: Callable[[], str]) -> None:
        self._conversations = conversations
        self._ids = ids
        self._direct = direct

    async def join(self, tx: Tx, member: Member, address_ids: Sequence[str], at: int) -> None:
        """Note addresses as proven, and make one contact of theirs and the member's own; the oldest is kept."""
        if not address_ids:
            return
        for address_id in address_ids:
            await store.prove_address(tx, member_id=member.id, address_id=address_id, at=at)
        own = [row["contact_id"] for row in await store.own_addresses(tx, member.id)]
        rows = [await people.get_address(tx, each) for each in address_ids]
        contacts = await _contacts(tx, [*own, *(row["contact_id"] for row in rows if row)])
        for other in contacts[1:]:
            await self._conversations.merge_within(tx, contacts[0], other, by=f"member:{member.id}")
        if not own and contacts:
            await self._place(tx, member, contacts[0], at)
        if contacts:
            await _tell(tx, contacts[0], at)

    async def _place(self, tx: Tx, member: Member, contact_id: str, at: int) -> None:
        """What the member will write on our own channel belongs to this contact."""
        channel = self._direct()
        if not channel:
            return
        await people.insert_address(
            tx,
            address_id=self._ids.new("adr"),
            contact_id=contact_id,
            channel=channel,
            value=member.id,
            name=member.name,
            proof="confirmed",
            consent="reply",
            at=at,
        )
        await add_words(tx, contact_id, member.name, member.id)


async def _tell(tx: Tx, contact_id: str, at: int) -> None:
    """More is the member's to read than before, also where nobody was merged."""
    conversation = await people.conversation_of(tx, contact_id)
    await append_event(
        tx,
        at=at,
        kind="contact.changed",
        conversation_id=conversation["id"] if conversation else None,
        body={"contact_id": contact_id},
    )


async def _contacts(tx: Tx, ids: Sequence[str]) -> list[str]:
    """Each once, the oldest first."""
    rows = [row for row in [await people.get_contact(tx, each) for each in dict.fromkeys(ids)] if row]
    return [str(row["id"]) for row in sorted(rows, key=lambda row: (row["created_at"], row["id"]))]
