"""What members send along, in the shape of the protocol, and what becomes of it with their account."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from holdfast.media import attachments_of, forget_media_of, inherit_media, items_of
from holdfast.members import QuietNeighbour
from holdfast.storage import Tx

Attached = list[dict[str, Any]]


async def attached(tx: Tx, ids: Sequence[str], owner: str) -> Attached:
    """The uploads of a member by their ids, as attachments; those that there are."""
    found = await attachments_of(tx, ids, owner)
    return [msgspec.to_builtins(found[each]) for each in ids if each in found]


class FilesOfMember(QuietNeighbour):
    async def joined(self, tx: Tx, member_id: str, guest_id: str) -> None:
        await inherit_media(tx, member_id, guest_id)

    async def deleted(self, tx: Tx, member_id: str) -> None:
        await forget_media_of(tx, member_id)

    async def exported(self, tx: Tx, member_id: str) -> Mapping[str, Any]:
        return {"uploads": msgspec.to_builtins(await items_of(tx, member_id))}
