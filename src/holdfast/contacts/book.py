"""People as the rest of Holdfast sees them: every method is one committed unit of work, or one read."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Concatenate, Final, ParamSpec, TypeVar

import msgspec

from holdfast.contacts import fields as field_work
from holdfast.contacts import leads as lead_work
from holdfast.contacts.fields import Field, Kind
from holdfast.contacts.leads import Column, Lead, LeadCard, NewStage, Stage
from holdfast.contacts.lists import ContactFilter, ContactLine, people_page
from holdfast.contacts.merging import MergePreview, MergeView, merges_of, preview
from holdfast.contacts.telling import tell
from holdfast.contacts.timeline import Moment, Part, timeline_page
from holdfast.conversations import store as people
from holdfast.conversations.search import renew_words
from holdfast.inbox.model import AddressView, Page
from holdfast.kernel import Clock, IdSource
from holdfast.outbox.candidates import Facts
from holdfast.outbox.reach import other_way
from holdfast.storage import Database, EventLog, Tx
from holdfast.work import UnknownError, WorkRefusedError

NAME_CHARACTERS_MAX: Final = 200

P = ParamSpec("P")
T = TypeVar("T")


class ContactDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a person beside their addresses. ``fields`` are values by the id of the field; ``merges`` those
    in force.
    """

    fields: dict[str, str]
    lead: Lead | None
    merges: list[MergeView]


class ContactBook:
    """Raises UnknownError, UnknownContactError, TakenError and WorkRefusedError, each with a sentence for people."""

    def __init__(
        self, *, database: Database, events: EventLog, clock: Clock, ids: IdSource, facts: Facts
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._facts = facts

    # --- one person ------------------------------------------------------------------------------------

    async def details(self, contact_id: str) -> ContactDetails:
        return await self._database.read(_details, contact_id)

    async def timeline(
        self, contact_id: str, parts: Sequence[Part], before: str | None, limit: int
    ) -> Page[Moment]:
        """Everything that happened with a person, the latest first; no parts stand for all."""
        return await self._database.read(timeline_page, contact_id, parts, before, limit)

    async def merge_preview(self, contact_id: str, other_id: str) -> MergePreview:
        """What will come together, and where both say something else."""
        return await self._database.read(preview, contact_id, other_id)

    async def rename(self, contact_id: str, name: str, by: str) -> None:
        await self._change(self._rename, contact_id, name, by)

    async def set_fields(self, contact_id: str, values: Mapping[str, str | None], by: str) -> None:
        """None or an empty text takes a value away; what is not named stays."""
        await self._change(self._set_fields, contact_id, values, by)

    async def set_lead(self, contact_id: str, stage: str, value: int, currency: str, by: str) -> Lead:
        return await self._change(self._set_lead, contact_id, stage, value, currency, by)

    async def drop_lead(self, contact_id: str, by: str) -> None:
        await self._change(self._drop_lead, contact_id, by)

    # --- all people ------------------------------------------------------------------------------------

    async def page(self, wanted: ContactFilter, before: str | None, limit: int) -> Page[ContactLine]:
        """Who was heard of last is first."""
        facts, now = self._facts(), self._clock.now_ms()

        def way(addresses: Sequence[AddressView]) -> str:
            found = other_way([msgspec.structs.asdict(each) for each in addresses], facts, now)
            return found.channel if found else ""

        return await self._database.read(people_page, wanted, before, limit, way)

    async def fields(self) -> list[Field]:
        return await self._database.read(field_work.fields)

    async def add_field(self, name: str, kind: Kind, choices: Sequence[str]) -> Field:
        now = self._clock.now_ms()
        return await self._change(field_work.add_field, self._ids, name, kind, choices, now=now)

    async def change_field(self, field_id: str, name: str, choices: Sequence[str]) -> Field:
        now = self._clock.now_ms()
        return await self._change(field_work.change_field, field_id, name, choices, now=now)

    async def remove_field(self, field_id: str) -> None:
        await self._change(field_work.remove_field, field_id, now=self._clock.now_ms())

    async def stages(self) -> list[Stage]:
        return await self._database.read(lead_work.stages)

    async def put_stages(self, wanted: Sequence[NewStage]) -> list[Stage]:
        now = self._clock.now_ms()
        return await self._change(lead_work.put_stages, self._ids, wanted, now=now)

    async def board(self) -> list[Column]:
        """Every stage with its sums."""
        return await self._database.read(lead_work.columns)

    async def cards(self, stage: str, before: str | None, limit: int) -> Page[LeadCard]:
        return await self._database.read(lead_work.cards_page, stage, before, limit)

    # --- units of work ---------------------------------------------------------------------------------

    async def _change(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        done = await self._database.write(work, *args, **kwargs)
        self._events.wake()
        return done

    async def _rename(self, tx: Tx, contact_id: str, name: str, by: str) -> None:
        name = " ".join(name.replace("\0", "").split())
        if len(name) > NAME_CHARACTERS_MAX:
            raise WorkRefusedError(f"A name has {NAME_CHARACTERS_MAX} characters at most.", "name")
        await _present(tx, contact_id)
        await people.rename_contact(tx, contact_id=contact_id, name=name)
        await renew_words(tx, contact_id)
        await self._tell(tx, contact_id, "contact.named", name, by)

    async def _set_fields(self, tx: Tx, contact_id: str, given: Mapping[str, str | None], by: str) -> None:
        await _present(tx, contact_id)
        values = await field_work.checked_values(tx, given)
        before = (await field_work.values_of(tx, [contact_id])).get(contact_id, {})
        changed = {field: value for field, value in values.items() if before.get(field) != value}
        if not changed:
            return
        await field_work.put_values(tx, contact_id, changed, self._clock.now_ms())
        await renew_words(tx, contact_id)
        await self._tell(tx, contact_id, "fields.set", " ".join(sorted(changed)), by)

    async def _set_lead(
        self, tx: Tx, contact_id: str, stage: str, value: int, currency: str, by: str
    ) -> Lead:
        await _present(tx, contact_id)
        now = self._clock.now_ms()
        before = await lead_work.lead_of(tx, contact_id)
        lead, told = await lead_work.set_lead(tx, contact_id, stage, value, currency, now=now)
        if lead != before:
            await self._tell(tx, contact_id, "lead.set", told, by)
        return lead

    async def _drop_lead(self, tx: Tx, contact_id: str, by: str) -> None:
        await _present(tx, contact_id)
        if await lead_work.drop_lead(tx, contact_id):
            await self._tell(tx, contact_id, "lead.dropped", "", by)

    async def _tell(self, tx: Tx, contact_id: str, kind: str, detail: str, by: str) -> None:
        await tell(tx, self._ids, contact_id, kind, detail, by=by, now=self._clock.now_ms())


async def _present(tx: Tx, contact_id: str) -> None:
    contact = await people.get_contact(tx, contact_id)
    if contact is None or contact["merged_into"]:
        raise UnknownError(f"There is no contact {contact_id[:80]}.")


async def _details(tx: Tx, contact_id: str) -> ContactDetails:
    await _present(tx, contact_id)
    return ContactDetails(
        fields=(await field_work.values_of(tx, [contact_id])).get(contact_id, {}),
        lead=await lead_work.lead_of(tx, contact_id),
        merges=await merges_of(tx, contact_id),
    )
