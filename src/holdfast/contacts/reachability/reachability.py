"""Reachability as the rest of Holdfast sees it: counted in pages, once for all who ask within a minute."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from holdfast.contacts.reachability import store
from holdfast.contacts.reachability.counting import Reach, Tally, gap
from holdfast.inbox import contacts_by_id
from holdfast.inbox.cursor import TIME_MAX
from holdfast.kernel import Clock, get_log
from holdfast.outbox.candidates import Facts, candidates
from holdfast.outbox.reach import way_out
from holdfast.outbox.routing import usable
from holdfast.storage import Database, Row, StoreUnavailableError, Tx
from holdfast.work import UnknownError

DAY_MS: Final = 86_400_000
DAYS_DEFAULT: Final = 90
DAYS_KEPT_MAX: Final = 4
GOOD_FOR_MS: Final = 60_000
GOOD_FOR_TIMES: Final = 20
"""A count is good for so many times as long as it took, so that it never takes more than a twentieth of the day."""
EVERY_SECONDS: Final = 600.0
PAGE_PEOPLE: Final = 500

Carrying = Callable[[], tuple[bool, Sequence[str]]]
"""Whether the playbook carries messages elsewhere, and in which order of platforms."""


class ContactReach(msgspec.Struct, frozen=True, kw_only=True):
    """If ``channel`` fails now, with all that fails with it: the ``way`` to the person, empty for none; then ``gap``
    says why. ``usable`` is whether they can be written to on the channel itself.
    """

    channel: str
    name: str
    way: str
    way_name: str
    gap: str
    usable: bool


class Reachability:
    def __init__(self, *, database: Database, clock: Clock, facts: Facts, carrying: Carrying) -> None:
        self._database = database
        self._clock = clock
        self._facts = facts
        self._carrying = carrying
        self._counting = asyncio.Lock()
        self._counted: dict[int, Reach] = {}
        self._took_ms = 0

    @property
    def latest(self) -> Reach | None:
        """What was counted last for the usual days, for whoever cannot wait."""
        return self._counted.get(DAYS_DEFAULT)

    async def count(self, days: int = DAYS_DEFAULT) -> Reach:
        """Of everybody who wrote within so many days; not older than a minute, or what it costs to count that many."""
        async with self._counting:
            counted = self._counted.get(days)
            began = self._clock.now_ms()
            good_for = max(GOOD_FOR_MS, self._took_ms * GOOD_FOR_TIMES)
            if counted is None or began - counted.at > good_for:
                counted = await self._count(days)
                self._took_ms = self._clock.now_ms() - began
                self._keep(counted)
            return counted

    async def run(self) -> None:
        """Count now and then, so that there is something to measure."""
        while True:
            try:
                await self.count()
            except StoreUnavailableError as error:
                get_log("reachability").warning("not counted", error=str(error))
            await self._clock.sleep(EVERY_SECONDS)

    async def of_contact(self, contact_id: str) -> list[ContactReach]:
        """For each channel on which a person writes. Raises UnknownError."""
        rows = await self._database.read(_addresses_of, contact_id)
        facts, now = self._facts(), self._clock.now_ms()
        known = candidates(rows, facts, human=True)
        carries, order = self._carrying()
        found: list[ContactReach] = []
        for each in sorted(known, key=lambda candidate: -candidate.last_in_at):
            if not each.last_in_at or each.channel in {line.channel for line in found}:
                continue
            way = way_out(known, each, now, order) if carries else None
            found.append(
                ContactReach(
                    channel=each.channel,
                    name=each.name,
                    way=way.channel if way else "",
                    way_name=way.name if way else "",
                    gap="" if way else gap(known, each, now),
                    usable=not usable(each, now),
                )
            )
        return found

    async def _count(self, days: int) -> Reach:
        now = self._clock.now_ms()
        carries, order = self._carrying()
        tally = Tally(self._facts(), order, now)
        at, identifier = TIME_MAX, ""
        while True:
            place = await self._database.read(_take, tally, now - days * DAY_MS, at, identifier)
            if place is None:
                break
            at, identifier = place
            await asyncio.sleep(0)  # others have their turn
        return Reach(at=now, days=days, people=tally.people, carries=carries, channels=tally.channels())

    def _keep(self, counted: Reach) -> None:
        while len(self._counted) >= DAYS_KEPT_MAX and counted.days not in self._counted:
            self._counted.pop(next(each for each in self._counted if each != DAYS_DEFAULT))
        self._counted[counted.days] = counted


async def _take(tx: Tx, tally: Tally, since: int, at: int, identifier: str) -> tuple[int, str] | None:
    """Take in a page of people; where the next one begins, None after the last."""
    rows = await store.active(tx, since=since, at=at, identifier=identifier, limit=PAGE_PEOPLE)
    addresses = await store.addresses(tx, [str(row["contact_id"]) for row in rows])
    for row in rows:
        tally.take(addresses.get(row["contact_id"], ()))
    return (rows[-1]["last_at"], rows[-1]["id"]) if len(rows) == PAGE_PEOPLE else None


async def _addresses_of(tx: Tx, contact_id: str) -> list[Row]:
    if not await contacts_by_id(tx, [contact_id]):
        raise UnknownError(f"There is no contact {contact_id[:80]}.")
    return (await store.addresses(tx, [contact_id])).get(contact_id, [])
