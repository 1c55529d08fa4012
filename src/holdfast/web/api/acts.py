"""What an agent does with one message: react, change it, take it back."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, patch, put
from litestar.params import JSONBody
from msgspec import Meta

from holdfast.inbox import Role, get_message
from holdfast.inbox.model import MessageView, Page
from holdfast.web.api.messages import MessageId
from holdfast.web.api.parts import READ, WRITE, Asker, Services, Text, plain, refuses
from holdfast.web.errors import not_found
from holdfast.web.services import WebServices
from holdfast.work.changing import Version


class ReactionToPut(msgspec.Struct, frozen=True):
    """One emoji; an empty text takes the business's reaction back."""

    emoji: Annotated[str, Meta(max_length=64)]


class TextToPut(msgspec.Struct, frozen=True):
    text: Text


class ActsController(Controller):
    tags = ("Messages",)

    @put(
        "/messages/{message_id:str}/reaction",
        opt=WRITE,
        operation_id="react",
        summary="React to a message, or take the reaction back",
        responses=refuses(404, 422),
    )
    async def react(
        self, services: Services, principal: Asker, message_id: MessageId, data: JSONBody[ReactionToPut]
    ) -> MessageView:
        await _message(services, message_id)
        await services.outbox.reactions.want(plain(message_id), data.emoji, principal.author)
        return await _message(services, message_id)

    @patch(
        "/messages/{message_id:str}",
        opt=WRITE,
        operation_id="editMessage",
        summary="Change what was sent, where the channel lets it",
        responses=refuses(404, 422),
    )
    async def edit(
        self, services: Services, principal: Asker, message_id: MessageId, data: JSONBody[TextToPut]
    ) -> MessageView:
        may_all = principal.role is Role.OWNER
        await services.changes.edit(plain(message_id), plain(data.text), principal.author, may_all=may_all)
        return await _message(services, message_id)

    @delete(
        "/messages/{message_id:str}",
        opt=WRITE,
        status_code=200,
        operation_id="unsendMessage",
        summary="Take back what was sent, where the channel lets it",
        responses=refuses(404, 422),
    )
    async def unsend(self, services: Services, principal: Asker, message_id: MessageId) -> MessageView:
        may_all = principal.role is Role.OWNER
        await services.changes.unsend(plain(message_id), principal.author, may_all=may_all)
        return await _message(services, message_id)

    @get(
        "/messages/{message_id:str}/versions",
        opt=READ,
        operation_id="listVersions",
        summary="What a message of the team said before it was changed or taken back",
        responses=refuses(404),
    )
    async def versions(self, services: Services, message_id: MessageId) -> Page[Version]:
        await _message(services, message_id)
        return Page(await services.changes.versions(plain(message_id)))


async def _message(services: WebServices, message_id: str) -> MessageView:
    message = await services.database.read(get_message, plain(message_id))
    if message is None:
        raise not_found("message", message_id)
    return message
