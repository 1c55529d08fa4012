"""Conversations: the list, one with its routes, and what people decide about it."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, get, patch, post
from litestar.params import FromQuery, JSONBody, PathParameter

from holdfast.inbox import conversations_page, get_contact, get_conversation
from holdfast.inbox.model import PAGE_DEFAULT, ContactView, ConversationView, Page
from holdfast.outbox import Route
from holdfast.storage import Tx
from holdfast.web.api.parts import READ, WRITE, Before, Limit, Search, Services, plain, refuses
from holdfast.web.errors import not_found, refusals
from holdfast.web.services import WebServices

ConversationId = Annotated[str, PathParameter(max_length=100)]
Status = Literal["open", "resolved"]


class ConversationDetail(ConversationView, frozen=True, kw_only=True):
    """A conversation with its contact in full and every way to reach the person now, best first."""

    contact: ContactView  # type: ignore[assignment]  # the list shows a part of what stands here
    routes: list[Route]


class NewStatus(msgspec.Struct, frozen=True):
    status: Status


class ConversationsController(Controller):
    path = "/conversations"
    tags = ("Conversations",)

    @get(
        opt=READ,
        operation_id="listConversations",
        summary="Conversations, the latest first",
        responses=refuses(),
    )
    async def list_conversations(
        self,
        services: Services,
        status: FromQuery[Literal["open", "resolved", "all"]] = "open",
        search: Search = "",
        limit: Limit = PAGE_DEFAULT,
        before: Before = None,
    ) -> Page[ConversationView]:
        return await services.database.read(
            conversations_page,
            status=status,
            query=plain(search).strip(),
            before=before,
            limit=limit,
            windows=services.windows(),
        )

    @get(
        "/{conversation_id:str}",
        opt=READ,
        operation_id="getConversation",
        summary="One conversation with the ways to reach the person",
        responses=refuses(404),
    )
    async def get_one(self, services: Services, conversation_id: ConversationId) -> ConversationDetail:
        return await _detail(services, plain(conversation_id))

    @post(
        "/{conversation_id:str}/read",
        opt=WRITE,
        status_code=204,
        operation_id="markRead",
        summary="Everything in it has been read",
        responses=refuses(404),
    )
    async def mark_read(self, services: Services, conversation_id: ConversationId) -> None:
        with refusals():
            await services.conversations.mark_read(plain(conversation_id))

    @patch(
        "/{conversation_id:str}",
        opt=WRITE,
        operation_id="setConversationStatus",
        summary="Resolve or open it again",
        responses=refuses(404, 422),
    )
    async def set_status(
        self, services: Services, conversation_id: ConversationId, data: JSONBody[NewStatus]
    ) -> ConversationDetail:
        with refusals("status"):
            await services.conversations.set_status(plain(conversation_id), data.status)
        return await _detail(services, plain(conversation_id))


async def _detail(services: WebServices, conversation_id: str) -> ConversationDetail:
    found = await services.database.read(_with_contact, services, conversation_id)
    if found is None:
        raise not_found("conversation", conversation_id)
    conversation, contact = found
    values = {name: getattr(conversation, name) for name in ConversationView.__struct_fields__}
    routes = await services.outbox.routes(conversation_id)
    return ConversationDetail(**{**values, "contact": contact, "routes": list(routes)})


async def _with_contact(
    tx: Tx, services: WebServices, conversation_id: str
) -> tuple[ConversationView, ContactView] | None:
    conversation = await get_conversation(tx, conversation_id, services.windows())
    contact = await get_contact(tx, conversation.contact.id) if conversation else None
    return (conversation, contact) if conversation and contact else None
