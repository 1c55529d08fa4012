"""Files that agents and programs attach to what they write."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, delete, post
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import FromQuery, PathParameter

from holdfast.conversations.store import audit
from holdfast.inbox import Principal
from holdfast.media import BUSINESS, Item
from holdfast.web.api.parts import ADMIN, WRITE, Asker, Name, Services, asgi_scope, plain, refuses
from holdfast.web.errors import not_found
from holdfast.web.uploading import take_upload

MediaId = Annotated[str, PathParameter(max_length=100)]


class UploadView(msgspec.Struct, frozen=True, kw_only=True):
    """A file that waits for a message to name it; one that none has named is removed after a day.

    ``kind``: picture, video, voice or file; ``url`` and ``thumb`` are paths on the hub.
    """

    id: str
    kind: str
    type: str
    name: str
    bytes: int
    width: int
    height: int
    seconds: float
    url: str
    thumb: str


class _FileOperation(Operation):
    """The body is the file itself, which the framework is not told of: it would hold it in memory."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(
            required=True,
            content={
                "application/octet-stream": OpenAPIMediaType(
                    schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
                )
            },
        )


class UploadsController(Controller):
    tags = ("Messages",)

    @post(
        "/uploads",
        opt=WRITE,
        operation_id="upload",
        operation_class=_FileOperation,
        summary="Upload a file, to be named by a message",
        description="The body is the file. What it is follows from its content.",
        responses=refuses(408, 413, 422),
        request_max_body_size=None,
    )
    async def upload(
        self,
        services: Services,
        principal: Asker,
        request: Request[Principal, Any, Any],
        name: FromQuery[Name] = "",
    ) -> UploadView:
        del principal, name  # whoever may write may; the name is read with the body
        kept = await take_upload(
            services.media,
            services.settings.media,
            BUSINESS,
            asgi_scope(request),
            request.receive,  # type: ignore[arg-type]  # the framework's own type of the same
            member_bound=False,
        )
        return _view(kept)

    @delete(
        "/uploads/{media_id:str}",
        opt=ADMIN,
        operation_id="removeFile",
        summary="Remove a file at once, whatever shows it",
        responses=refuses(404),
    )
    async def remove(self, services: Services, principal: Asker, media_id: MediaId) -> None:
        removed = await services.media.remove(plain(media_id))
        if not removed:
            raise not_found("file", media_id)
        await services.database.write(
            audit,
            entry_id=services.ids.new("aud"),
            at=services.clock.now_ms(),
            who=principal.author,
            action="file.removed",
            subject=plain(media_id),
            detail="",
        )


def _view(kept: Item) -> UploadView:
    return msgspec.convert(kept, UploadView, from_attributes=True)
