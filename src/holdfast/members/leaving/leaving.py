"""A member takes everything along as one document, and deletes the account; agents may do both for them."""

from typing import Any, Final

from holdfast.conversations import store as people
from holdfast.conversations.search import renew_words
from holdfast.kernel import Clock, IdSource
from holdfast.members import store as members_store
from holdfast.members.leaving import store
from holdfast.members.members import Members, present
from holdfast.members.model import Member
from holdfast.storage import Database, Row, Tx, append_event

MESSAGES_AT_ONCE: Final = 1_000
MESSAGES_MAX: Final = 100_000
"""Of what was said with the business; who has more asks the business for it."""
COMPLAINTS_MAX: Final = 10_000


class Leaving:
    def __init__(self, *, members: Members, database: Database, clock: Clock, ids: IdSource) -> None:
        self._members = members
        self._database = database
        self._clock = clock
        self._ids = ids

    async def export(self, member_id: str) -> dict[str, Any]:
        """Everything that is kept of a member, of one moment but for what is said meanwhile.

        Raises UnknownMemberError.
        """
        document, addresses = await self._database.read(self._export, member_id)
        document["business"] = await self._business(addresses)
        return document

    async def delete(self, member_id: str, by: str) -> None:
        """Delete the account. What was said to the business stays with it; messages to others are emptied.

        Raises UnknownMemberError.
        """
        await self._database.write(self.delete_within, member_id, by)
        self._members.changed_here(member_id)

    async def _export(self, tx: Tx, member_id: str) -> tuple[dict[str, Any], list[Row]]:
        member = await present(tx, member_id)
        addresses = await self._members.addresses_of(tx, member_id)
        document = {
            "exported_at": self._clock.now_ms(),
            "member": _account(member),
            "devices": [dict(row) for row in await store.devices(tx, member_id)],
            "passkeys": [dict(row) for row in await store.passkeys(tx, member_id)],
            "addresses": [{"channel": row["channel"], "value": row["value"]} for row in addresses],
            "blocks": [dict(row) for row in await store.blocks(tx, member_id)],
            "complaints": [dict(row) for row in await store.complaints(tx, member_id, COMPLAINTS_MAX)],
            **await self._members.neighbours.exported(tx, member_id),
        }
        return document, addresses

    async def _business(self, addresses: list[Row]) -> list[dict[str, Any]]:
        """Read in pages, so that a long talk holds nobody up."""
        found: list[dict[str, Any]] = []
        for contact_id in sorted({row["contact_id"] for row in addresses}):
            ids = [row["id"] for row in addresses if row["contact_id"] == contact_id]
            place = (-1, "")
            while len(found) < MESSAGES_MAX:
                rows = await self._database.read(store.said, contact_id, ids, place, MESSAGES_AT_ONCE)
                found += [_said(row) for row in rows]
                if len(rows) < MESSAGES_AT_ONCE:
                    break
                place = (rows[-1]["at"], rows[-1]["id"])
        return found

    async def delete_within(self, tx: Tx, member_id: str, by: str) -> None:
        """As ``delete``, within the transaction of whoever erases the person."""
        now = self._clock.now_ms()
        member = await present(tx, member_id)
        own = await members_store.own_addresses(tx, member_id)
        contacts = sorted({row["contact_id"] for row in own})
        await self._members.neighbours.deleted(tx, member_id)
        await store.shut(tx, member_id, member.email, now)
        await store.retire_addresses(tx, member_id, contacts, now)
        for contact_id in contacts:
            await renew_words(tx, contact_id)
            conversation = await people.conversation_of(tx, contact_id)
            await append_event(
                tx,
                at=now,
                kind="contact.changed",
                conversation_id=conversation["id"] if conversation else None,
                body={"contact_id": contact_id},
            )
        await people.audit(
            tx,
            entry_id=self._ids.new("aud"),
            at=now,
            who=by,
            action="member.deleted",
            subject=member_id,
            detail="",
        )


def _account(member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "kind": member.kind,
        "handle": member.handle,
        "email": member.email,
        "name": member.name,
        "picture": member.picture,
        "about": member.about,
        "settings": {
            "receipts": member.receipts,
            "typing": member.typing,
            "presence": member.presence,
            "requests": member.requests,
        },
        "standing": member.standing,
        "created_at": member.created_at,
        "seen_at": member.seen_at,
    }


def _said(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "at": row["at"],
        "by": "me" if row["direction"] == "in" else "business",
        "channel": row["channel"],
        "text": "" if row["unsent_at"] else row["text"],
        "edited_at": row["edited_at"],
    }
