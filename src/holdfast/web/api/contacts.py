"""Contacts: people, their addresses, and the decisions about them."""

from typing import Annotated, Final, Literal

import msgspec
from litestar import Controller, get, patch, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from holdfast.conversations import NewAddress
from holdfast.inbox import contacts_page, get_contact
from holdfast.inbox.model import PAGE_DEFAULT, ContactView, Page
from holdfast.web.api.parts import (
    READ,
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
from holdfast.web.errors import ApiError, not_found, refusals
from holdfast.web.services import WebServices

ADDRESSES_AT_ONCE: Final = 20
ContactId = Annotated[str, PathParameter(max_length=100)]
Consent = Literal["none", "reply", "failover", "opted_out"]
Proof = Literal["wrote", "confirmed", "agent"]


class AddressToAdd(msgspec.Struct, frozen=True):
    """``proof`` is how we know that the address is theirs, ``consent`` what they agreed to."""

    channel: ShortText
    value: ShortText
    proof: Proof | None = None
    consent: Consent = "none"


class ContactToAdd(msgspec.Struct, frozen=True):
    name: Name
    addresses: Annotated[list[AddressToAdd], Meta(max_length=ADDRESSES_AT_ONCE)] = []


class NewConsent(msgspec.Struct, frozen=True):
    consent: Consent


class MergeWith(msgspec.Struct, frozen=True):
    """``take``: keys of conflicts in which the other's word wins, as the preview names them."""

    other: ShortText
    take: Annotated[list[ShortText], Meta(max_length=100)] = []


class MergedContact(ContactView, frozen=True, kw_only=True):
    """``merge_id`` undoes it."""

    merge_id: str


class ContactsController(Controller):
    path = "/contacts"
    tags = ("Contacts",)

    @get(opt=READ, operation_id="listContacts", summary="Contacts, the newest first", responses=refuses())
    async def list_contacts(
        self, services: Services, search: Search = "", limit: Limit = PAGE_DEFAULT, before: Before = None
    ) -> Page[ContactView]:
        return await services.database.read(contacts_page, plain(search).strip(), before, limit)

    @get(
        "/{contact_id:str}",
        opt=READ,
        operation_id="getContact",
        summary="One contact",
        responses=refuses(404),
    )
    async def get_one(self, services: Services, contact_id: ContactId) -> ContactView:
        return await _contact(services, contact_id)

    @post(opt=WRITE, operation_id="createContact", summary="Add a contact", responses=refuses(409, 422))
    async def create(self, services: Services, principal: Asker, data: JSONBody[ContactToAdd]) -> ContactView:
        addresses = [_address(services, each) for each in data.addresses]
        with refusals("addresses"):
            contact_id = await services.conversations.create_contact(
                plain(data.name), addresses, principal.author
            )
        return await _contact(services, contact_id)

    @post(
        "/{contact_id:str}/addresses",
        opt=WRITE,
        operation_id="addAddress",
        summary="Add an address to a contact",
        responses=refuses(404, 409, 422),
    )
    async def add_address(
        self, services: Services, principal: Asker, contact_id: ContactId, data: JSONBody[AddressToAdd]
    ) -> ContactView:
        with refusals("value"):
            await services.conversations.add_address(
                plain(contact_id), _address(services, data), principal.author
            )
        return await _contact(services, contact_id)

    @patch(
        "/{contact_id:str}/addresses/{address_id:str}",
        opt=WRITE,
        operation_id="setConsent",
        summary="Change what a person agreed to",
        responses=refuses(404, 422),
    )
    async def set_consent(
        self,
        services: Services,
        principal: Asker,
        contact_id: ContactId,
        address_id: ContactId,
        data: JSONBody[NewConsent],
    ) -> ContactView:
        with refusals("consent"):
            await services.conversations.set_consent(
                plain(contact_id), plain(address_id), data.consent, principal.author
            )
        return await _contact(services, contact_id)

    @post(
        "/{contact_id:str}/merge",
        opt=WRITE,
        status_code=200,
        operation_id="mergeContacts",
        summary="Join another contact to this one, by a person's decision",
        responses=refuses(404, 422),
    )
    async def merge(
        self, services: Services, principal: Asker, contact_id: ContactId, data: JSONBody[MergeWith]
    ) -> MergedContact:
        with refusals("other"):
            merge_id = await services.conversations.merge(
                plain(contact_id), plain(data.other), principal.author, frozenset(data.take)
            )
        contact = await _contact(services, contact_id)
        return MergedContact(**msgspec.structs.asdict(contact), merge_id=merge_id)

    @post(
        "/merges/{merge_id:str}/undo",
        opt=WRITE,
        status_code=200,
        operation_id="undoMerge",
        summary="Part two contacts again as they were; answers the one that is back",
        responses=refuses(404, 422),
    )
    async def unmerge(self, services: Services, principal: Asker, merge_id: ContactId) -> ContactView:
        with refusals():
            contact_id = await services.conversations.unmerge(plain(merge_id), principal.author)
        return await _contact(services, contact_id)

    @post(
        "/{contact_id:str}/addresses/{address_id:str}/split",
        opt=WRITE,
        operation_id="splitContact",
        summary="Give an address to a contact of its own; answers that contact",
        responses=refuses(404, 422),
    )
    async def split(
        self, services: Services, principal: Asker, contact_id: ContactId, address_id: ContactId
    ) -> ContactView:
        with refusals():
            new_id = await services.conversations.split(
                plain(contact_id), plain(address_id), principal.author
            )
        return await _contact(services, new_id)


def _address(services: WebServices, address: AddressToAdd) -> NewAddress:
    if address.channel not in services.channels():
        raise ApiError(
            422, "unknown_channel", f"There is no channel {address.channel[:80]}.", field="channel"
        )
    return NewAddress(
        channel=address.channel,
        value=plain(address.value).strip(),
        proof=address.proof,
        consent=address.consent,
    )


async def _contact(services: WebServices, contact_id: str) -> ContactView:
    contact = await services.database.read(get_contact, plain(contact_id))
    if contact is None:
        raise not_found("contact", contact_id)
    return contact
