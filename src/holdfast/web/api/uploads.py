"""Files that agents and programs attach to what they write."""

from typing import Any

import msgspec
from litestar import Controller, Request, post
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import FromQuery

from holdfast.inbox import Principal
from holdfast.media import BUSINESS, Item
from holdfast.web.api.parts import WRITE, Asker, Name, Services, asgi_scope, refuses
from holdfast.web.uploading import take_upload


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


def _view(kept: Item) -> UploadView:
    return msgspec.convert(kept, UploadView, from_attributes=True)
