"""What people tell before they write: answers, and whether they may be reached elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from holdfast.conversations.store import audit, set_consent
from holdfast.kernel import Clock, IdSource
from holdfast.members import QuietNeighbour
from holdfast.storage import Database, EventLog, Tx, append_event
from holdfast.widget import store
from holdfast.widget.checking import answers_of, contact_of
from holdfast.widget.model import Answer, Consent, Given, Setup, Told

SITE_CHARACTERS_MAX: Final = 200
CONSENT_CHARACTERS_MAX: Final = 500


class Leads(QuietNeighbour):
    def __init__(self, *, database: Database, events: EventLog, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids

    async def answer(
        self, *, member_id: str, setup: Setup, given: Sequence[Given], ticked: str, site: str
    ) -> Sequence[Answer]:
        """Keep answers; ``ticked`` are the words of consent that the person ticked, none where they did not.

        Only words that the business asks now, or has asked, can be ticked: these are kept as they were read. A repeat
        has no second effect. Raises WidgetRefusedError.
        """
        now = self._clock.now_ms()
        answers = answers_of(setup, given, now)
        consents = _consents(answers, ticked, site, now) if setup.consent else []
        await self._database.write(self._keep, member_id, answers, consents)
        self._events.wake()
        return answers

    async def withdraw(self, member_id: str) -> None:
        """A person wants to be reached elsewhere no longer."""
        await self._database.write(self._withdraw, member_id)
        self._events.wake()

    async def of_contact(self, contact_id: str) -> Told:
        """Everything that the members behind a contact told."""
        return await self._database.read(_of_contact, contact_id)

    async def joined(self, tx: Tx, member_id: str, guest_id: str) -> None:
        await store.hand_over(tx, guest_id, member_id)

    async def deleted(self, tx: Tx, member_id: str) -> None:
        await store.delete(tx, member_id)

    async def exported(self, tx: Tx, member_id: str) -> Mapping[str, Any]:
        answers, consents = await store.answers(tx, [member_id]), await store.consents(tx, [member_id])
        return {"answers": msgspec.to_builtins(answers), "consents": msgspec.to_builtins(consents)}

    async def _keep(
        self, tx: Tx, member_id: str, answers: Sequence[Answer], consents: Sequence[Consent]
    ) -> None:
        await store.put_answers(tx, member_id, answers)
        for consent in consents:
            if await store.put_consent(tx, member_id, consent):
                await self._note(tx, member_id, consent)
        contact_id = await store.contact_of(tx, member_id)
        if contact_id is not None:
            await append_event(
                tx, at=self._clock.now_ms(), kind="contact.changed", body={"contact_id": contact_id}
            )

    async def _withdraw(self, tx: Tx, member_id: str) -> None:
        now = self._clock.now_ms()
        for address_id in await store.withdraw(tx, member_id, now):
            await set_consent(tx, address_id=address_id, consent="opted_out", at=now)
        contact_id = await store.contact_of(tx, member_id)
        if contact_id is not None:
            await append_event(tx, at=now, kind="contact.changed", body={"contact_id": contact_id})

    async def _note(self, tx: Tx, member_id: str, consent: Consent) -> None:
        await audit(
            tx,
            entry_id=self._ids.new("aud"),
            at=consent.at,
            who=f"member:{member_id}",
            action="consent.given",
            subject=consent.address,
            detail=consent.text,
        )


def _consents(answers: Sequence[Answer], ticked: str, site: str, at: int) -> list[Consent]:
    """For each address that was given, what was agreed to for it."""
    words = ticked.replace("\0", "").strip()[:CONSENT_CHARACTERS_MAX]
    if not words:
        return []
    place = site.replace("\0", "")[:SITE_CHARACTERS_MAX]
    found = contact_of(answers)
    return [
        Consent(kind=kind, address=found[kind], text=words, site=place, at=at)
        for kind in ("email", "phone")
        if kind in found
    ]


async def _of_contact(tx: Tx, contact_id: str) -> Told:
    members = [str(row["member_id"]) for row in await store.members_of(tx, contact_id)]
    if not members:
        return Told(answers=[], consents=[])
    return Told(answers=await store.answers(tx, members), consents=await store.consents(tx, members))
