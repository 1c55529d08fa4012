"""The talks of one member, as a neighbour of the accounts."""

from collections.abc import Mapping
from typing import Any

from holdfast.kernel import Clock
from holdfast.members import QuietNeighbour, Quote
from holdfast.portal.accounts import store as accounts
from holdfast.portal.talks import store
from holdfast.portal.talks.threads import pair_key
from holdfast.storage import Tx


class TalksOfMember(QuietNeighbour):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def changed(self, tx: Tx, member_id: str) -> None:
        await store.log(tx, at=self._clock.now_ms(), kind="me", member_id=member_id, subject=member_id)

    async def joined(self, tx: Tx, member_id: str, guest_id: str) -> None:
        """The guest's threads, messages and reactions are the member's from now on; ids of messages stay.

        Devices that still speak for the guest are told that there is none any more.
        """
        threads = await accounts.threads_of(tx, guest_id)
        for thread in threads:
            if thread["pair"] is not None:
                await accounts.set_pair(tx, thread["id"], _joined_pair(thread["pair"], member_id, guest_id))
        await accounts.hand_over(tx, guest_id, member_id)
        await self._tell(tx, [str(thread["id"]) for thread in threads])
        await store.log(tx, at=self._clock.now_ms(), kind="me", member_id=guest_id, subject=guest_id)

    async def deleted(self, tx: Tx, member_id: str) -> None:
        """What they wrote is emptied, and whoever has it is told; they leave every thread."""
        now = self._clock.now_ms()
        threads = await accounts.threads_of(tx, member_id)
        await accounts.tell_emptied(tx, member_id, now)
        await accounts.empty_messages(tx, member_id, now)
        await accounts.leave_all(tx, member_id)
        for thread in threads:
            await store.promote(tx, str(thread["id"]))
        await self._tell(tx, [str(thread["id"]) for thread in threads])
        await store.log(tx, at=now, kind="me", member_id=member_id, subject=member_id)

    async def exported(self, tx: Tx, member_id: str) -> Mapping[str, Any]:
        return {
            "threads": await accounts.exported_threads(tx, member_id),
            "messages": await accounts.exported_messages(tx, member_id),
            "reactions": await accounts.exported_reactions(tx, member_id),
        }

    async def quoted(self, tx: Tx, member_id: str, message_id: str) -> Quote | None:
        row = (await store.messages(tx, [message_id])).get(message_id)
        if row is None or row["only_for"] not in {None, member_id}:
            return None
        mine = await store.my_threads(tx, member_id, [row["thread_id"]])
        if not mine or row["place"] <= mine[0]["since"]:
            return None
        return Quote(row["author"], row["text"])

    async def _tell(self, tx: Tx, threads: list[str]) -> None:
        for thread_id in threads:
            await store.log(tx, at=self._clock.now_ms(), kind="thread", thread_id=thread_id)


def _joined_pair(pair: str, member_id: str, guest_id: str) -> str:
    one, _, other = pair.partition("|")
    return pair_key(member_id, other if one == guest_id else one)
