"""What a guest said and keeps, when they turn out to be a member who was there already."""

from holdfast.kernel import Clock
from holdfast.members.aliases import store as aliases
from holdfast.members.joining import Joiner
from holdfast.members.leaving import store as leaving
from holdfast.members.members import Members
from holdfast.members.model import Member, Session
from holdfast.storage import Tx


class ComingAlong:
    def __init__(self, *, members: Members, joiner: Joiner, clock: Clock) -> None:
        self._members = members
        self._joiner = joiner
        self._clock = clock

    async def bring(self, tx: Tx, member: Member, guest: Session | None) -> None:
        """Hand over everything of whoever was a guest on the device that has now signed in: also what they have
        proven, by a claim or by having been sent a private link.

        What was taken in and has no effect yet follows by the alias.
        """
        if guest is None or not guest.member.is_guest or guest.member.id == member.id:
            return
        now, guest_id = self._clock.now_ms(), guest.member.id
        theirs = await self._members.addresses_of(tx, guest_id)
        await self._joiner.join(tx, member, [row["id"] for row in theirs], now)
        await aliases.add(tx, guest_id, member.id, now)
        await aliases.hand_over(tx, guest_id, member.id)
        await self._members.neighbours.joined(tx, member.id, guest_id)
        await leaving.shut(tx, guest_id, "", now)
