"""Asking people one by one, at a bounded rate. Whoever is asked, the link and the message are one commit: a kill at any
moment asks nobody twice and forgets nobody.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from holdfast.contacts.campaigns import store
from holdfast.contacts.campaigns.model import filled
from holdfast.contacts.reachability import store as people
from holdfast.contacts.reachability.counting import may_be_asked
from holdfast.contacts.timeline.store import family
from holdfast.conversations.store import get_contact
from holdfast.inbox.cursor import TIME_MAX
from holdfast.kernel import Clock, get_log
from holdfast.outbox import NewReply, Outbox, ReplyRefusedError
from holdfast.outbox.candidates import Facts, candidates
from holdfast.outbox.reach import usual, way_out
from holdfast.outbox.routing import Candidate
from holdfast.storage import Database, Row, StoreUnavailableError, Tx

EVERY_SECONDS: Final = 0.5
PAGE_PEOPLE: Final = 200
MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000
AT_ONCE: Final = 20
"""People asked in one step at most, however far a campaign has fallen behind its rate."""

LinkFor = Callable[[Tx, str, str], Awaitable[str]]
"""(transaction, contact, the channel over which it is sent) -> a private link"""


class CampaignRunner:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        facts: Facts,
        order: Callable[[], Sequence[str]],
        link: LinkFor,
        business: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._outbox = outbox
        self._facts = facts
        self._order = order
        self._link = link
        self._business = business
        self._log = get_log("campaigns")

    async def run(self) -> None:
        while True:
            try:
                await self.step()
            except StoreUnavailableError as error:
                self._log.warning("store unavailable", error=str(error))
            await self._clock.sleep(EVERY_SECONDS)

    async def step(self) -> None:
        """Ask whoever is due in every campaign that runs."""
        for row in await self._database.read(store.due, self._clock.now_ms()):
            await self._go_on_with(row["id"])
        self._outbox.stir()

    async def _go_on_with(self, campaign_id: str) -> None:
        for _ in range(AT_ONCE):
            try:
                again = await self._database.write(self._go_on, campaign_id)
            except ReplyRefusedError as error:
                # The rules were asked a moment before, in the same transaction: what refuses now refuses everybody.
                now = self._clock.now_ms()
                await self._database.write(store.end, campaign_id, "stopped", error.message, now)
                return
            if not again:
                return

    async def _go_on(self, tx: Tx, campaign_id: str) -> bool:
        """Ask the next person, or walk on; whether there is more to do now."""
        row = await store.campaign(tx, campaign_id)
        now = self._clock.now_ms()
        if row is None or row["state"] != "running" or row["next_at"] > now:
            return False
        at = TIME_MAX if row["after_at"] is None else int(row["after_at"])
        found = await people.active(
            tx, since=now - row["days"] * DAY_MS, at=at, identifier=row["after_id"], limit=PAGE_PEOPLE
        )
        ids = [str(each["contact_id"]) for each in found]
        done = await store.asked_before(tx, ids)
        addresses = await people.addresses(tx, [each for each in ids if each not in done])
        for each in found:
            known = addresses.get(each["contact_id"], ())
            asked = await self._ask(tx, row, each, known, now) if known else False
            if asked:
                await store.walked(tx, campaign_id, each["last_at"], each["id"])
                return True
        if len(found) == PAGE_PEOPLE:
            await store.walked(tx, campaign_id, found[-1]["last_at"], found[-1]["id"])
            return True
        await self._end_of_walk(tx, row, now)
        return False

    async def _end_of_walk(self, tx: Tx, row: Row, now: int) -> None:
        """Who wrote meanwhile stands before where the walk began, so it goes on until one has found nobody."""
        if row["asked_in_pass"]:
            await store.again(tx, row["id"], now)
        else:
            await store.end(tx, row["id"], "done", "Everybody who can be asked now has been asked.", now)

    async def _ask(self, tx: Tx, row: Row, person: Row, addresses: Sequence[Row], now: int) -> bool:
        """Whether this person was asked now. Raises ReplyRefusedError."""
        chosen = self._chosen(row, addresses, now)
        if chosen is None:
            return False
        contact_id = str(person["contact_id"])
        if await store.asked_before(tx, await family(tx, contact_id)):
            return False
        claimed = await store.claim(
            tx, campaign_id=row["id"], contact_id=contact_id, channel=chosen.channel, at=now
        )
        if not claimed:
            return False
        contact = await get_contact(tx, contact_id)
        text = filled(
            row["text"],
            link=await self._link(tx, contact_id, chosen.channel),
            name=contact["name"] if contact else "",
            business=self._business,
        )
        message = await self._outbox.enqueue_within(tx, _message(row, person, chosen, text))
        await store.asked(
            tx,
            campaign_id=row["id"],
            contact_id=contact_id,
            message_id=message.message_id,
            next_at=max(int(row["next_at"]), now - AT_ONCE * MINUTE_MS // row["per_minute"])
            + MINUTE_MS // row["per_minute"],
        )
        return True

    def _chosen(self, row: Row, addresses: Sequence[Row], now: int) -> Candidate | None:
        """Where a person is to be asked: who has no other way, and may be written to now by a program."""
        facts = self._facts()
        known = candidates(addresses, facts, human=True)
        failing = usual(known, now)
        if failing is None or way_out(known, failing, now, self._order()) is not None:
            return None
        channels = msgspec.json.decode(row["channels"], type=list[str])
        if channels and failing.channel not in channels:
            return None
        return failing if may_be_asked(candidates(addresses, facts, human=False), failing, now) else None


def _message(row: Row, person: Row, chosen: Candidate, text: str) -> NewReply:
    return NewReply(
        conversation_id=person["id"],
        text=text,
        author=f"campaign:{row['name']}",
        route=f"only:{chosen.channel}",
        klass="bot",
        source="campaign",
        idempotency_key=f"campaign:{person['contact_id']}",
        address_id=chosen.address_id,
    )
