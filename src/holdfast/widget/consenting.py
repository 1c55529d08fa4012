"""From words that were ticked to an address that may be used: only once its person has shown it to be theirs."""

from collections.abc import Callable
from typing import Final

from holdfast.conversations import store as people
from holdfast.conversations.search import add_words
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.members import store as members
from holdfast.members.joining import Joiner
from holdfast.storage import Database, EventLog, Row, Tx, append_event
from holdfast.widget import store

LOOK_SECONDS: Final = 5.0
AT_ONCE: Final = 100
WAITING_MS_MAX: Final = 30 * 86_400_000
"""Whoever shows later that an address is theirs is asked for consent again."""


class Consenting:
    """``mail_channel`` is the id of the channel that mail leaves by, None while there is none."""

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        joiner: Joiner,
        mail_channel: Callable[[], str | None],
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._joiner = joiner
        self._mail_channel = mail_channel
        self._log = get_log("widget")

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - what could not be noted now is noted later
                self._log.warning("consent was not carried over", problem=str(error))
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self) -> int:
        """Carry over what has been proven since; how many."""
        since = self._clock.now_ms() - WAITING_MS_MAX
        if not await self._database.read(store.proven_consents, since, AT_ONCE):
            return 0
        done = await self._database.write(self._carry_over, since)
        self._events.wake()
        return done

    async def _carry_over(self, tx: Tx, since: int) -> int:
        done = 0
        for row in await store.proven_consents(tx, since, AT_ONCE):
            address_id = row["proven_address"] or await self._mail_address(tx, row)
            if address_id is not None:
                await self._agree(tx, row, address_id)
                done += 1
        return done

    async def _mail_address(self, tx: Tx, row: Row) -> str | None:
        """The mail address of a member's contact, put down now where it was not known."""
        channel = self._mail_channel()
        if channel is None:
            return None
        present = await people.find_address(tx, channel, row["address"])
        if present is not None:
            if present["contact_id"] != row["contact_id"]:
                # What they wrote from there is theirs: they have just shown that the address is.
                member = await members.member(tx, row["prover"])
                if member is not None:
                    await self._joiner.join(tx, member, [present["id"]], self._clock.now_ms())
            return str(present["id"])
        address_id = self._ids.new("adr")
        await people.insert_address(
            tx,
            address_id=address_id,
            contact_id=row["contact_id"],
            channel=channel,
            value=row["address"],
            name="",
            proof="confirmed",
            consent="failover",
            at=self._clock.now_ms(),
        )
        await add_words(tx, row["contact_id"], row["address"])
        return address_id

    async def _agree(self, tx: Tx, row: Row, address_id: str) -> None:
        now = self._clock.now_ms()
        await people.set_consent(tx, address_id=address_id, consent="failover", at=row["at"])
        await store.prove(tx, row["member_id"], row["kind"], address_id, now)
        await append_event(tx, at=now, kind="contact.changed", body={"contact_id": row["contact_id"]})
