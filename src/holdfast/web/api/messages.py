"""Messages: reading, writing, and deciding about those that hang."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, cast

import msgspec
from litestar import Controller, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, HeaderParameter, JSONBody, PathParameter
from msgspec import Meta

from holdfast.inbox import (
    Principal,
    attempts_of,
    conversation_of_address,
    get_conversation,
    get_message,
    messages_by_id,
    newest_page,
    thread_around,
    thread_page,
    thread_page_after,
)
from holdfast.inbox.model import PAGE_DEFAULT, Around, AttemptView, MessageView, Page
from holdfast.outbox import NewReply
from holdfast.outbox.model import FILES_MAX, AnsweredMeanwhileError
from holdfast.storage import Tx
from holdfast.web.api.conversations import ConversationId
from holdfast.web.api.parts import (
    READ,
    WRITE,
    After,
    Asker,
    Before,
    Key,
    Limit,
    Services,
    ShortText,
    Text,
    TimeMs,
    plain,
    refuses,
)
from holdfast.web.asgi import ErrorBody, ErrorDetail
from holdfast.web.errors import ApiError, not_found
from holdfast.web.services import WebServices

KEY_CHARACTERS_MAX: Final = 200
MessageId = Annotated[str, PathParameter(max_length=100)]
KeyHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=KEY_CHARACTERS_MAX,
        description="The same as `idempotency_key` in the body.",
    ),
]


FileIds = Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=FILES_MAX)]


class NewMessage(msgspec.Struct, frozen=True):
    """``channel`` is ``auto``, or the channel to prefer. The same key again answers the same message. ``files``
    are ids of uploads, for channels that carry files: our own chat. ``seen`` is the newest message that the writer
    knew of (empty for none): where somebody else has answered since, the reply is refused with what they said.
    ``reply_to`` is the message that it quotes, which was said on the same channel.
    """

    text: Text
    channel: ShortText = "auto"
    idempotency_key: Key | None = None
    files: FileIds = []
    seen: ShortText | None = None
    reply_to: ShortText = ""


class Meanwhile(ErrorBody, frozen=True):
    """A refusal with what was said meanwhile, oldest first."""

    meanwhile: list[MessageView]


class NewMessageTo(msgspec.Struct, frozen=True):
    """A message to a known address."""

    channel: ShortText
    address: ShortText
    text: Text
    idempotency_key: Key | None = None


class DoubtDecision(msgspec.Struct, frozen=True):
    decision: Literal["sent", "resend", "give_up"]


_SAME: Final = {
    200: ResponseSpec(
        MessageView, generate_examples=False, description="The message that this key made before."
    )
}


class MessagesController(Controller):
    tags = ("Messages",)

    @get(
        "/conversations/{conversation_id:str}/messages",
        opt=READ,
        operation_id="listThread",
        summary="Messages of a conversation, oldest first; `next` leads to older ones, with `after` to newer ones",
        responses=refuses(404),
    )
    async def list_thread(
        self,
        services: Services,
        conversation_id: ConversationId,
        limit: Limit = PAGE_DEFAULT,
        before: Before = None,
        after: After = None,
    ) -> Page[MessageView]:
        page = await services.database.read(_thread, plain(conversation_id), before, after, limit)
        if page is None:
            raise not_found("conversation", conversation_id)
        return page

    @get(
        "/conversations/{conversation_id:str}/around/{message_id:str}",
        opt=READ,
        operation_id="threadAround",
        summary="Messages on both sides of one, oldest first",
        responses=refuses(404),
    )
    async def around(
        self,
        services: Services,
        conversation_id: ConversationId,
        message_id: MessageId,
        limit: Limit = PAGE_DEFAULT,
    ) -> Around:
        found = await services.database.read(thread_around, plain(conversation_id), plain(message_id), limit)
        if found is None:
            raise not_found("message", message_id)
        return found

    @post(
        "/conversations/{conversation_id:str}/messages",
        opt=WRITE,
        operation_id="reply",
        summary="Write to the person of a conversation",
        responses={**_SAME, **refuses(404, 409, 422)},
    )
    async def reply(
        self,
        services: Services,
        principal: Asker,
        conversation_id: ConversationId,
        data: JSONBody[NewMessage],
        key: KeyHeader = None,
    ) -> Response[MessageView]:
        return await _enqueue(
            services,
            principal,
            conversation_id=plain(conversation_id),
            text=data.text,
            route=data.channel,
            key=data.idempotency_key or key,
            files=data.files,
            seen=None if data.seen is None else plain(data.seen),
            reply_to=plain(data.reply_to),
        )

    @post(
        "/messages",
        opt=WRITE,
        operation_id="sendMessage",
        summary="Write to a known address",
        responses={**_SAME, **refuses(404, 409, 422)},
    )
    async def send_message(
        self, services: Services, principal: Asker, data: JSONBody[NewMessageTo], key: KeyHeader = None
    ) -> Response[MessageView]:
        conversation_id = await services.database.read(
            conversation_of_address, channel=plain(data.channel), value=plain(data.address)
        )
        if conversation_id is None:
            sentence = f"Nobody is known at {data.address[:80]} on {data.channel[:80]}; add a contact first."
            raise ApiError(404, "unknown_address", sentence, field="address")
        return await _enqueue(
            services,
            principal,
            conversation_id=conversation_id,
            text=data.text,
            route=data.channel,
            key=data.idempotency_key or key,
        )

    @get(
        "/messages",
        opt=READ,
        operation_id="listMessages",
        summary="Messages of all conversations, the latest stored first",
        responses=refuses(),
    )
    async def list_messages(
        self,
        services: Services,
        channel: FromQuery[ShortText] = "",
        direction: FromQuery[Literal["", "in", "out"]] = "",
        since: TimeMs = 0,
        limit: Limit = PAGE_DEFAULT,
        before: Before = None,
    ) -> Page[MessageView]:
        return await services.database.read(
            newest_page,
            channel=plain(channel),
            direction=direction,
            since=since,
            before=before,
            limit=limit,
        )

    @get(
        "/messages/{message_id:str}",
        opt=READ,
        operation_id="getMessage",
        summary="One message",
        responses=refuses(404),
    )
    async def get_one(self, services: Services, message_id: MessageId) -> MessageView:
        return await _message(services, message_id)

    @get(
        "/messages/{message_id:str}/attempts",
        opt=READ,
        operation_id="listAttempts",
        summary="Every call made to send it",
        responses=refuses(404),
    )
    async def list_attempts(self, services: Services, message_id: MessageId) -> Page[AttemptView]:
        await _message(services, message_id)
        return Page(await services.database.read(attempts_of, plain(message_id)))

    @post(
        "/messages/{message_id:str}/doubt",
        opt=WRITE,
        status_code=200,
        operation_id="resolveDoubt",
        summary="Say what became of a message in doubt",
        responses=refuses(404, 409, 422),
    )
    async def resolve_doubt(
        self, services: Services, principal: Asker, message_id: MessageId, data: JSONBody[DoubtDecision]
    ) -> MessageView:
        await _message(services, message_id)
        await services.outbox.resolve_doubt(plain(message_id), data.decision, principal.name)
        return await _message(services, message_id)

    @post(
        "/messages/{message_id:str}/cancel",
        opt=WRITE,
        status_code=200,
        operation_id="cancelMessage",
        summary="Take back a message of which nothing was sent",
        responses=refuses(404, 409),
    )
    async def cancel(self, services: Services, principal: Asker, message_id: MessageId) -> MessageView:
        await _message(services, message_id)
        await services.outbox.cancel(plain(message_id), principal.name)
        return await _message(services, message_id)


async def _thread(
    tx: Tx, conversation_id: str, before: str | None, after: str | None, limit: int
) -> Page[MessageView] | None:
    if after is None:
        page = await thread_page(tx, conversation_id, before, limit)
    else:
        page = await thread_page_after(tx, conversation_id, after, limit)
    if not page.items and await get_conversation(tx, conversation_id, {}) is None:
        return None
    return page


async def _enqueue(
    services: WebServices,
    principal: Principal,
    *,
    conversation_id: str,
    text: str,
    route: str,
    key: str | None,
    files: Sequence[str] = (),
    seen: str | None = None,
    reply_to: str = "",
) -> Response[MessageView]:
    reply = NewReply(
        conversation_id=conversation_id,
        text=text,
        author=principal.author,
        route=plain(route),
        source="console" if principal.kind == "agent" else "api",
        idempotency_key=plain(key) if key else None,
        files=tuple(plain(each) for each in files),
        seen=seen,
        reply_to=reply_to,
    )
    try:
        enqueued = await services.outbox.enqueue(reply)
    except AnsweredMeanwhileError as error:
        return await crossed(services, error)
    message = await _message(services, enqueued.message_id)
    return Response(message, status_code=201 if enqueued.created else 200)


async def crossed(services: WebServices, error: AnsweredMeanwhileError) -> Response[Any]:
    """The refusal of a reply that crosses others, with what they said."""
    said = await services.database.read(messages_by_id, error.message_ids)
    detail = ErrorDetail(error.code, error.message, error.field)
    body = Meanwhile(detail, [said[each] for each in error.message_ids if each in said])
    return Response(cast("Any", body), status_code=409)


async def _message(services: WebServices, message_id: str) -> MessageView:
    message = await services.database.read(get_message, plain(message_id))
    if message is None:
        raise not_found("message", message_id)
    return message
