"""People beside what they say: the list, merges before they are made, the story, fields, leads."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, delete, get, patch, post, put
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from holdfast.contacts import (
    Column,
    ContactDetails,
    ContactFilter,
    ContactLine,
    Field,
    Lead,
    LeadCard,
    MergePreview,
    Moment,
    NewStage,
    Stage,
)
from holdfast.contacts.fields import Kind
from holdfast.contacts.timeline import Part
from holdfast.inbox.model import PAGE_DEFAULT, Page
from holdfast.web.api.parts import (
    ADMIN,
    READ,
    TIME_MS_MAX,
    WRITE,
    Asker,
    Before,
    Limit,
    Name,
    Search,
    Services,
    ShortText,
    plain,
    refuses,
)
from holdfast.web.errors import refusals

ContactId = Annotated[str, PathParameter(max_length=100)]
Choices = Annotated[list[ShortText], Meta(max_length=200)]
Word = Annotated[str, QueryParameter(max_length=200)]
Parts = Annotated[
    list[Part] | None, QueryParameter(name="part", max_items=5, description="Which parts; all without it.")
]


Reachable = Annotated[
    Literal["", "yes", "no"],
    QueryParameter(description="Whether there is another way to them when their channel fails."),
]


class NewName(msgspec.Struct, frozen=True):
    name: Name


class NewValues(msgspec.Struct, frozen=True):
    """Values by the id of the field; null or an empty text takes one away."""

    values: Annotated[dict[ShortText, Annotated[str, Meta(max_length=2_000)] | None], Meta(max_length=100)]


class LeadToSet(msgspec.Struct, frozen=True):
    """``value`` is in the smallest unit of the currency, such as cents."""

    stage: ShortText
    value: Annotated[int, Meta(ge=0, le=TIME_MS_MAX)] = 0
    currency: Annotated[str, Meta(max_length=3)] = ""


class FieldToAdd(msgspec.Struct, frozen=True):
    name: Name
    kind: Kind
    choices: Choices = []


class FieldToChange(msgspec.Struct, frozen=True):
    name: Name
    choices: Choices = []


class StagesToPut(msgspec.Struct, frozen=True):
    stages: Annotated[list[NewStage], Meta(max_length=100)]


class PeopleController(Controller):
    tags = ("Contacts",)

    @get(
        "/people",
        opt=READ,
        operation_id="listPeople",
        summary="People with all that is seen at a glance, who was heard of last first",
        responses=refuses(),
    )
    async def list_people(
        self,
        services: Services,
        search: Search = "",
        channel: Word = "",
        label: Word = "",
        stage: Word = "",
        reachable: Reachable = "",
        limit: Limit = PAGE_DEFAULT,
        before: Before = None,
    ) -> Page[ContactLine]:
        wanted = ContactFilter(
            query=plain(search).strip(),
            channel=plain(channel),
            label=plain(label),
            stage=plain(stage),
            reachable=reachable,
        )
        return await services.book.page(wanted, before, limit)

    @get(
        "/contacts/{contact_id:str}/details",
        opt=READ,
        operation_id="contactDetails",
        summary="Fields, lead and merges of a contact",
        responses=refuses(404),
    )
    async def details(self, services: Services, contact_id: ContactId) -> ContactDetails:
        return await services.book.details(plain(contact_id))

    @get(
        "/contacts/{contact_id:str}/timeline",
        opt=READ,
        operation_id="contactTimeline",
        summary="Everything that happened with a person, the latest first",
        responses=refuses(404),
    )
    async def timeline(
        self,
        services: Services,
        contact_id: ContactId,
        parts: Parts = None,
        limit: Limit = PAGE_DEFAULT,
        before: Before = None,
    ) -> Page[Moment]:
        with refusals():
            return await services.book.timeline(plain(contact_id), parts or [], before, limit)

    @get(
        "/contacts/{contact_id:str}/merge/{other_id:str}",
        opt=READ,
        operation_id="previewMerge",
        summary="What will come together in a merge, and where both say something else",
        responses=refuses(404, 422),
    )
    async def preview(self, services: Services, contact_id: ContactId, other_id: ContactId) -> MergePreview:
        with refusals("other"):
            return await services.book.merge_preview(plain(contact_id), plain(other_id))

    @patch(
        "/contacts/{contact_id:str}",
        opt=WRITE,
        operation_id="renameContact",
        summary="Name a contact",
        responses=refuses(404, 422),
    )
    async def rename(
        self, services: Services, principal: Asker, contact_id: ContactId, data: JSONBody[NewName]
    ) -> ContactDetails:
        await services.book.rename(plain(contact_id), data.name, principal.author)
        return await services.book.details(plain(contact_id))

    @put(
        "/contacts/{contact_id:str}/fields",
        opt=WRITE,
        operation_id="setContactFields",
        summary="Set values of fields; what is not named stays",
        responses=refuses(404, 422),
    )
    async def set_fields(
        self, services: Services, principal: Asker, contact_id: ContactId, data: JSONBody[NewValues]
    ) -> ContactDetails:
        await services.book.set_fields(plain(contact_id), data.values, principal.author)
        return await services.book.details(plain(contact_id))

    @put(
        "/contacts/{contact_id:str}/lead",
        opt=WRITE,
        operation_id="setLead",
        summary="Put a contact into a stage",
        responses=refuses(404, 422),
    )
    async def set_lead(
        self, services: Services, principal: Asker, contact_id: ContactId, data: JSONBody[LeadToSet]
    ) -> Lead:
        return await services.book.set_lead(
            plain(contact_id), plain(data.stage), data.value, data.currency, principal.author
        )

    @delete(
        "/contacts/{contact_id:str}/lead",
        opt=WRITE,
        operation_id="dropLead",
        summary="A contact is no lead any more",
        responses=refuses(404),
    )
    async def drop_lead(self, services: Services, principal: Asker, contact_id: ContactId) -> None:
        await services.book.drop_lead(plain(contact_id), principal.author)


class ContactSetupController(Controller):
    """What a business wants to know of people, and the stages of its sales."""

    tags = ("Contacts",)

    @get(
        "/contact-fields",
        opt=READ,
        operation_id="listContactFields",
        summary="The fields",
        responses=refuses(),
    )
    async def fields(self, services: Services) -> Page[Field]:
        return Page(await services.book.fields())

    @post(
        "/contact-fields",
        opt=ADMIN,
        operation_id="addContactField",
        summary="Add a field",
        responses=refuses(409, 422),
    )
    async def add_field(self, services: Services, data: JSONBody[FieldToAdd]) -> Field:
        return await services.book.add_field(data.name, data.kind, data.choices)

    @patch(
        "/contact-fields/{field_id:str}",
        opt=ADMIN,
        operation_id="changeContactField",
        summary="Change a field's name or choices",
        responses=refuses(404, 409, 422),
    )
    async def change_field(
        self, services: Services, field_id: ContactId, data: JSONBody[FieldToChange]
    ) -> Field:
        return await services.book.change_field(plain(field_id), data.name, data.choices)

    @delete(
        "/contact-fields/{field_id:str}",
        opt=ADMIN,
        operation_id="removeContactField",
        summary="Remove a field, with everybody's values",
        responses=refuses(404),
    )
    async def remove_field(self, services: Services, field_id: ContactId) -> None:
        await services.book.remove_field(plain(field_id))

    @get("/lead-stages", opt=READ, operation_id="listLeadStages", summary="The stages", responses=refuses())
    async def stages(self, services: Services) -> Page[Stage]:
        return Page(await services.book.stages())

    @put(
        "/lead-stages",
        opt=ADMIN,
        operation_id="putLeadStages",
        summary="Let the stages be these, in this order",
        responses=refuses(422),
    )
    async def put_stages(self, services: Services, data: JSONBody[StagesToPut]) -> Page[Stage]:
        return Page(await services.book.put_stages(data.stages))

    @get(
        "/leads",
        opt=READ,
        operation_id="leadBoard",
        summary="Every stage with how many are in it, and what they are worth",
        responses=refuses(),
    )
    async def board(self, services: Services) -> Page[Column]:
        return Page(await services.book.board())

    @get(
        "/leads/{stage_id:str}",
        opt=READ,
        operation_id="leadsOfStage",
        summary="Who is in a stage, who came last first",
        responses=refuses(),
    )
    async def leads(
        self, services: Services, stage_id: ContactId, limit: Limit = PAGE_DEFAULT, before: Before = None
    ) -> Page[LeadCard]:
        return await services.book.cards(plain(stage_id), before, limit)
