"""Those above who keep something of a member: told of changes in the transaction that makes them."""

from collections.abc import Mapping
from typing import Any, Protocol

from holdfast.storage import Tx


class Neighbour(Protocol):
    """A unit above that keeps something of members. Subclass ``QuietNeighbour`` to answer only what concerns it."""

    async def changed(self, tx: Tx, member_id: str) -> None:
        """Name, settings, standing or addresses are others now."""
        ...

    async def joined(self, tx: Tx, member_id: str, guest_id: str) -> None:
        """A guest has turned out to be this member: what is kept of the guest is the member's now."""
        ...

    async def deleted(self, tx: Tx, member_id: str) -> None:
        """The account is deleted: empty and delete what is kept of it."""
        ...

    async def exported(self, tx: Tx, member_id: str) -> Mapping[str, Any]:
        """What the member may take along, by a name for each part."""
        ...

    async def quoted(self, tx: Tx, member_id: str, message_id: str) -> "Quote | None":
        """A message that this member may read, for whoever has to judge it; None where there is none."""
        ...


class Quote:
    """Who wrote a message, and what it says."""

    def __init__(self, author: str, text: str) -> None:
        self.author = author
        self.text = text


class QuietNeighbour:
    async def changed(self, tx: Tx, member_id: str) -> None:
        """Nothing to do."""

    async def joined(self, tx: Tx, member_id: str, guest_id: str) -> None:
        """Nothing to do."""

    async def deleted(self, tx: Tx, member_id: str) -> None:
        """Nothing to do."""

    async def exported(self, tx: Tx, member_id: str) -> Mapping[str, Any]:
        del tx, member_id
        return {}

    async def quoted(self, tx: Tx, member_id: str, message_id: str) -> Quote | None:
        del tx, member_id, message_id
        return None


class Neighbours:
    """All of them as one."""

    def __init__(self) -> None:
        self._each: list[Neighbour] = []

    def add(self, neighbour: Neighbour) -> None:
        self._each.append(neighbour)

    async def changed(self, tx: Tx, member_id: str) -> None:
        for each in self._each:
            await each.changed(tx, member_id)

    async def joined(self, tx: Tx, member_id: str, guest_id: str) -> None:
        for each in self._each:
            await each.joined(tx, member_id, guest_id)

    async def deleted(self, tx: Tx, member_id: str) -> None:
        for each in self._each:
            await each.deleted(tx, member_id)

    async def exported(self, tx: Tx, member_id: str) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        for each in self._each:
            parts.update(await each.exported(tx, member_id))
        return parts

    async def quoted(self, tx: Tx, member_id: str, message_id: str) -> Quote | None:
        for each in self._each:
            quote = await each.quoted(tx, member_id, message_id)
            if quote is not None:
                return quote
        return None
