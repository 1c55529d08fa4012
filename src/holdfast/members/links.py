"""Private links that let a person go on in our own chat: each works once, for a while."""

from typing import Final

from holdfast.conversations import store as people
from holdfast.conversations.search import add_words
from holdfast.kernel import Clock, IdSource
from holdfast.members import store
from holdfast.members.model import Member
from holdfast.members.tokens import RandomBytes, new_token, token_hash
from holdfast.storage import Tx, append_event

HOUR_MS: Final = 3_600_000
MERGES_FOLLOWED_MAX: Final = 10


class ContinueLinks:
    def __init__(self, *, clock: Clock, ids: IdSource, random_bytes: RandomBytes, hours: float) -> None:
        self._clock = clock
        self._ids = ids
        self._random_bytes = random_bytes
        self._lifetime_ms = int(hours * HOUR_MS)

    async def make(self, tx: Tx, contact_id: str, channel: str, via: str = "") -> str:
        """A token for one contact and one Direct channel. Whoever opens it has read it at the contact's address on the
        channel ``via``, and so proven that, where there is but one.
        """
        token = new_token(self._random_bytes)
        now = self._clock.now_ms()
        await store.insert_link(
            tx,
            token_hash=token_hash(token),
            contact_id=contact_id,
            channel=channel,
            address_id=await _only_address(tx, contact_id, via),
            at=now,
            expires_at=now + self._lifetime_ms,
        )
        return token

    async def redeem(self, tx: Tx, token: str, member: Member, channel: str = "") -> bool:
        """Join a new member to the contact that was sent the link; False where the link is not good, or is for
        another channel than the given one.

        Whoever holds the link received it at a proven address of that contact, and asked by opening it to
        be reached here.
        """
        now = self._clock.now_ms()
        link = await store.use_link(tx, token_hash=token_hash(token), channel=channel, now=now)
        if link is None:
            return False
        contact_id = await _kept_contact(tx, link["contact_id"])
        await people.insert_address(
            tx,
            address_id=self._ids.new("adr"),
            contact_id=contact_id,
            channel=link["channel"],
            value=member.id,
            name=member.name,
            proof="confirmed",
            consent="failover",
            at=now,
        )
        await add_words(tx, contact_id, member.name, member.id)
        if link["address_id"]:
            await store.prove_address(tx, member_id=member.id, address_id=link["address_id"], at=now)
        conversation = await people.conversation_of(tx, contact_id)
        await append_event(
            tx,
            at=now,
            kind="contact.changed",
            conversation_id=conversation["id"] if conversation else None,
            body={"contact_id": contact_id},
        )
        return True


async def _only_address(tx: Tx, contact_id: str, channel: str) -> str | None:
    found = [row["id"] for row in await people.addresses_of(tx, contact_id) if row["channel"] == channel]
    return found[0] if len(found) == 1 else None


async def _kept_contact(tx: Tx, contact_id: str) -> str:
    """The contact that a merge kept."""
    for _ in range(MERGES_FOLLOWED_MAX):
        kept = await store.merged_into(tx, contact_id)
        if kept is None:
            break
        contact_id = kept
    return contact_id


def continue_url(public_url: str, channel: str, token: str) -> str:
    """The address of a private link."""
    return f"{public_url}/chat/{channel.partition(':')[2]}?c={token}"
