"""Whom a guest became, for whoever gives effect to what was taken in under the guest's id."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from holdfast.members.aliases import store
from holdfast.storage import Tx


class Aliases(msgspec.Struct, frozen=True):
    """``became``: the member that a guest is now; ``guests``: who became a member; ``names`` of members by id."""

    became: Mapping[str, str] = {}
    guests: Mapping[str, Sequence[str]] = {}
    names: Mapping[str, str] = {}

    def now(self, member_id: str) -> str:
        return self.became.get(member_id, member_id)

    def is_of(self, message_id: str, member_id: str) -> bool:
        """Whether the id of a message is one that a member gave, as they are now or as a guest before."""
        return self.now(message_id.partition(":")[0]) == member_id

    def same(self, message_id: str) -> list[str]:
        """The ids under which the same message may have come from its author's other selves."""
        author, _, client_id = message_id.partition(":")
        member = self.now(author)
        selves = [member, *self.guests.get(member, ())]
        return [f"{each}:{client_id}" for each in selves if each != author] if client_id else []


NONE = Aliases()


async def aliases_of(tx: Tx, ids: Iterable[str]) -> Aliases:
    """The aliases that concern some members."""
    rows = await store.concerning(tx, set(ids))
    if not rows:
        return NONE
    guests: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        guests[row["member_id"]].append(row["guest_id"])
    became = {str(row["guest_id"]): str(row["member_id"]) for row in rows}
    return Aliases(became, guests, {str(row["member_id"]): str(row["name"]) for row in rows})
