"""What helps agents to write: canned replies, drafts, replies that leave later, saved views."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from holdfast.inbox import Principal, Scope
from holdfast.inbox.model import Page
from holdfast.outbox.model import AnsweredMeanwhileError
from holdfast.web.api.conversations import ConversationId, agent_of
from holdfast.web.api.messages import FileIds, crossed
from holdfast.web.api.parts import READ, WRITE, Asker, Key, Name, Services, ShortText, plain, refuses
from holdfast.web.errors import ApiError
from holdfast.work.writing import CannedReply, Draft, LaterReply, NewLater, SavedView

Id = Annotated[str, PathParameter(max_length=100)]
LongText = Annotated[str, Meta(max_length=20_000)]


class CannedToPut(msgspec.Struct, frozen=True):
    """``text`` may hold ``{{name}}``, ``{{first_name}}``, ``{{agent}}`` and ``{{business}}``."""

    shortcut: ShortText
    text: LongText
    title: Name = ""


class DraftToPut(msgspec.Struct, frozen=True):
    """An empty text drops the draft. ``seen_at``: the time of the draft that the writer went on from, 0 for none;
    with it nothing is written over what another device has kept since.
    """

    text: LongText
    route: ShortText = "auto"
    seen_at: int | None = None


class KeptDraft(msgspec.Struct, frozen=True):
    """``draft`` is null where there is none."""

    draft: Draft | None


class LaterToAdd(msgspec.Struct, frozen=True):
    """``send_at`` in milliseconds since the epoch; without it the reply is held for ``undo_seconds`` of the hub, and
    refused at once where it could not leave now. ``files``, ``seen``, ``reply_to`` and
    ``idempotency_key`` as of a message.
    """

    text: LongText
    send_at: int | None = None
    channel: ShortText = "auto"
    files: FileIds = []
    seen: ShortText | None = None
    idempotency_key: Key | None = None
    reply_to: ShortText = ""


class FilterToSave(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the list of conversations is asked for."""

    status: Annotated[str, Meta(pattern="^(open|snoozed|resolved|all)$")] = "open"
    query: ShortText = ""
    assignee: ShortText = ""
    team: ShortText = ""
    label: ShortText = ""
    channel: ShortText = ""
    mentioned: Annotated[str, Meta(pattern="^(|me)$")] = ""
    waiting: bool = False
    due: Annotated[str, Meta(pattern="^(overdue|soon|)$")] = ""


class ViewToSave(msgspec.Struct, frozen=True):
    """``shared``: everybody has it."""

    name: Name
    filter: FilterToSave
    shared: bool = False


class WritingController(Controller):
    tags = ("Writing",)

    @get(
        "/canned-replies",
        opt=READ,
        operation_id="listCannedReplies",
        summary="Replies that are written already",
        responses=refuses(),
    )
    async def canned(self, services: Services) -> Page[CannedReply]:
        return Page(await services.writing.canned())

    @post(
        "/canned-replies",
        opt=WRITE,
        operation_id="addCannedReply",
        summary="Add a canned reply",
        responses=refuses(409, 422),
    )
    async def add_canned(
        self, services: Services, principal: Asker, data: JSONBody[CannedToPut]
    ) -> CannedReply:
        return await _put(services, principal, "", data)

    @put(
        "/canned-replies/{canned_id:str}",
        opt=WRITE,
        operation_id="changeCannedReply",
        summary="Change a canned reply",
        responses=refuses(404, 409, 422),
    )
    async def change_canned(
        self, services: Services, principal: Asker, canned_id: Id, data: JSONBody[CannedToPut]
    ) -> CannedReply:
        return await _put(services, principal, plain(canned_id), data)

    @delete(
        "/canned-replies/{canned_id:str}",
        opt=WRITE,
        operation_id="removeCannedReply",
        summary="Remove a canned reply",
        responses=refuses(404),
    )
    async def drop_canned(self, services: Services, principal: Asker, canned_id: Id) -> None:
        await services.writing.drop_canned(plain(canned_id), principal.author)

    @post(
        "/canned-replies/{canned_id:str}/used",
        opt=WRITE,
        status_code=204,
        operation_id="useCannedReply",
        summary="Count that it was used",
        responses=refuses(404),
    )
    async def use_canned(self, services: Services, canned_id: Id) -> None:
        await services.writing.use_canned(plain(canned_id))

    @get(
        "/drafts",
        opt=READ,
        operation_id="listReplyDrafts",
        summary="What the asker has begun to write, the latest first",
        responses=refuses(),
    )
    async def drafts(self, services: Services, principal: Asker) -> Page[Draft]:
        return Page(await services.writing.drafts(agent_of(principal)))

    @get(
        "/conversations/{conversation_id:str}/draft",
        opt=READ,
        operation_id="getDraft",
        summary="What the asker has begun to write here, on whatever device",
        responses=refuses(),
    )
    async def draft(self, services: Services, principal: Asker, conversation_id: ConversationId) -> KeptDraft:
        return KeptDraft(await services.writing.draft(plain(conversation_id), agent_of(principal)))

    @put(
        "/conversations/{conversation_id:str}/draft",
        opt=WRITE,
        operation_id="putDraft",
        summary="Keep what the asker is about to write",
        responses=refuses(404, 409, 422),
    )
    async def put_draft(
        self,
        services: Services,
        principal: Asker,
        conversation_id: ConversationId,
        data: JSONBody[DraftToPut],
    ) -> KeptDraft:
        kept = await services.writing.put_draft(
            plain(conversation_id), _agent(principal), data.text, plain(data.route), data.seen_at
        )
        return KeptDraft(kept)

    @get(
        "/conversations/{conversation_id:str}/later",
        opt=READ,
        operation_id="listLaterReplies",
        summary="Replies that wait for their time, the next one first",
        responses=refuses(),
    )
    async def later(self, services: Services, conversation_id: ConversationId) -> Page[LaterReply]:
        return Page(await services.later.of(plain(conversation_id)))

    @post(
        "/conversations/{conversation_id:str}/later",
        opt=WRITE,
        operation_id="addLaterReply",
        summary="Write a reply that leaves later, or in a moment; until then it can be taken back",
        responses=refuses(404, 409, 422),
    )
    async def add_later(
        self,
        services: Services,
        principal: Asker,
        conversation_id: ConversationId,
        data: JSONBody[LaterToAdd],
    ) -> Response[LaterReply]:
        new = NewLater(
            conversation_id=plain(conversation_id),
            text=data.text,
            author=principal.author,
            route=plain(data.channel),
            send_at=data.send_at,
            files=tuple(plain(each) for each in data.files),
            seen=None if data.seen is None else plain(data.seen),
            key=plain(data.idempotency_key) if data.idempotency_key else None,
            reply_to=plain(data.reply_to),
        )
        try:
            return Response(await services.later.add(new), status_code=201)
        except AnsweredMeanwhileError as error:
            return await crossed(services, error)

    @delete(
        "/later/{later_id:str}",
        opt=WRITE,
        status_code=200,
        operation_id="cancelLaterReply",
        summary="Take a reply back before it leaves",
        responses=refuses(404, 422),
    )
    async def cancel_later(self, services: Services, later_id: Id) -> LaterReply:
        return await services.later.cancel(plain(later_id))

    @get(
        "/views",
        opt=READ,
        operation_id="listViews",
        summary="The asker's saved views, and everybody's",
        responses=refuses(),
    )
    async def views(self, services: Services, principal: Asker) -> Page[SavedView]:
        return Page(await services.writing.views(agent_of(principal)))

    @post(
        "/views",
        opt=WRITE,
        operation_id="addView",
        summary="Save a view",
        responses=refuses(422),
    )
    async def add_view(self, services: Services, principal: Asker, data: JSONBody[ViewToSave]) -> SavedView:
        owner = "" if data.shared else _agent(principal)
        wanted: dict[str, Any] = msgspec.to_builtins(data.filter)
        return await services.writing.add_view(owner, data.name, wanted)

    @delete(
        "/views/{view_id:str}",
        opt=WRITE,
        operation_id="removeView",
        summary="Remove a view: one's own, or as an owner everybody's",
        responses=refuses(404, 422),
    )
    async def drop_view(self, services: Services, principal: Asker, view_id: Id) -> None:
        may_all = Scope.ADMIN in principal.scopes
        await services.writing.drop_view(plain(view_id), agent_of(principal), may_all=may_all)


async def _put(services: Services, principal: Principal, canned_id: str, data: CannedToPut) -> CannedReply:
    return await services.writing.put_canned(
        canned_id, shortcut=data.shortcut, title=data.title, text=data.text, by=principal.author
    )


def _agent(principal: Principal) -> str:
    """Raises ApiError where a program asks for what only people have."""
    if principal.kind != "agent":
        raise ApiError(422, "refused", "Only people have this; sign in as one.")
    return agent_of(principal)
