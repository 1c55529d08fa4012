"""Conversations: the list, one with its routes, and what people decide about it."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, get, patch, post
from litestar.params import FromQuery, JSONBody, PathParameter

from holdfast.inbox import (
    SOON_MS,
    Principal,
    TimerView,
    ViewFilter,
    conversations_page,
    get_contact,
    get_conversation,
    open_counts,
)
from holdfast.inbox.model import PAGE_DEFAULT, ContactView, ConversationView, Page
from holdfast.outbox import Route
from holdfast.storage import Tx
from holdfast.web.api.parts import (
    READ,
    WRITE,
    Asker,
    Before,
    Limit,
    Search,
    Services,
    ShortText,
    plain,
    refuses,
)
from holdfast.web.errors import not_found, refusals
from holdfast.web.services import WebServices
from holdfast.work import Decision

ConversationId = Annotated[str, PathParameter(max_length=100)]
Order = Literal["latest", "answer"]


class ConversationDetail(ConversationView, frozen=True, kw_only=True):
    """A conversation with its contact in full and every way to reach the person now, best first."""

    contact: ContactView  # type: ignore[assignment]  # the list shows a part of what stands here
    routes: list[Route]


class Counts(msgspec.Struct, frozen=True):
    """Conversations in which somebody waits for an answer: all, the asker's own, nobody's; those in which a note
    mentions the asker that they have not seen; those in which something that was promised is overdue, and those in
    which it is or will be within the hour. Counted up to 2,000.
    """

    waiting: int
    mine: int
    unassigned: int
    mentions: int
    overdue: int
    due_soon: int


class ConversationsController(Controller):
    path = "/conversations"
    tags = ("Conversations",)

    @get(
        opt=READ,
        operation_id="listConversations",
        summary="Conversations of a view: the latest first, or those that need an answer first",
        responses=refuses(),
    )
    async def list_conversations(
        self,
        services: Services,
        principal: Asker,
        status: FromQuery[Literal["open", "snoozed", "resolved", "all"]] = "open",
        search: Search = "",
        assignee: FromQuery[ShortText] = "",
        team: FromQuery[ShortText] = "",
        label: FromQuery[ShortText] = "",
        channel: FromQuery[ShortText] = "",
        mentioned: FromQuery[Literal["", "me"]] = "",
        waiting: FromQuery[bool] = False,  # noqa: FBT002 - a parameter of the query
        due: FromQuery[Literal["", "overdue", "soon"]] = "",
        order: FromQuery[Order] = "latest",
        limit: Limit = PAGE_DEFAULT,
        before: Before = None,
    ) -> Page[ConversationView]:
        me = agent_of(principal)
        view = ViewFilter(
            status=status,
            query=plain(search).strip(),
            assignee=me if assignee == "me" else plain(assignee),
            team=plain(team),
            label=plain(label),
            channel=plain(channel),
            mentioned=me if mentioned else "",
            waiting=waiting,
            due_until=_due_until(services, due),
        )
        return await services.database.read(
            conversations_page, view, order=order, before=before, limit=limit, windows=services.windows()
        )

    @get(
        "/counts",
        opt=READ,
        operation_id="countConversations",
        summary="How many wait for an answer",
        responses=refuses(),
    )
    async def count(self, services: Services, principal: Asker) -> Counts:
        now = services.clock.now_ms()
        return Counts(
            **await services.database.read(open_counts, agent_of(principal), now=now, soon=now + SOON_MS)
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

    @get(
        "/{conversation_id:str}/targets",
        opt=READ,
        operation_id="conversationTargets",
        summary="Its clocks, those that have ended too, the latest first",
        responses=refuses(404),
    )
    async def timers(self, services: Services, conversation_id: ConversationId) -> Page[TimerView]:
        return Page(await services.targets.of_conversation(plain(conversation_id)))

    @post(
        "/{conversation_id:str}/read",
        opt=WRITE,
        status_code=204,
        operation_id="markRead",
        summary="Everything in it has been read",
        responses=refuses(404),
    )
    async def mark_read(self, services: Services, principal: Asker, conversation_id: ConversationId) -> None:
        with refusals():
            await services.conversations.mark_read(plain(conversation_id))
        await services.work.see_mentions(plain(conversation_id), principal.author)

    @patch(
        "/{conversation_id:str}",
        opt=WRITE,
        operation_id="decideConversation",
        summary="Say who has it, how it stands, which labels it carries",
        responses=refuses(404, 409, 422),
    )
    async def decide(
        self,
        services: Services,
        principal: Asker,
        conversation_id: ConversationId,
        data: JSONBody[Decision],
    ) -> ConversationDetail:
        await services.work.decide([plain(conversation_id)], data, principal.author)
        return await _detail(services, plain(conversation_id))


def _due_until(services: WebServices, due: str) -> int | None:
    now = services.clock.now_ms()
    return {"overdue": now, "soon": now + SOON_MS}.get(due)


def agent_of(principal: Principal) -> str:
    """The asker's id where an agent asks; what nobody has where a program does."""
    return principal.author.removeprefix("agent:") if principal.kind == "agent" else "-"


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
