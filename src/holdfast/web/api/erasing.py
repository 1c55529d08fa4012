"""Handing a person what is kept of them, and erasing them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Final

from litestar import Controller, delete, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter
from litestar.response import Stream

from holdfast.contacts.erasing import Erasing, ErasurePlan
from holdfast.contacts.taking import Taking
from holdfast.web.api.parts import ADMIN, Asker, Services, plain, refuses
from holdfast.web.errors import ApiError
from holdfast.web.services import WebServices

CHUNK_BYTES: Final = 256 * 1024
ContactId = Annotated[str, PathParameter(max_length=100)]


class ErasingController(Controller):
    tags = ("Contacts",)
    path = "/contacts/{contact_id:str}"

    @get(
        "/export",
        opt=ADMIN,
        operation_id="exportContact",
        summary="Everything that is kept of a person, as a zip",
        media_type="application/zip",
        responses={
            200: ResponseSpec(
                bytes, generate_examples=False, description="The zip.", media_type="application/zip"
            ),
            **refuses(404),
        },
    )
    async def export(self, services: Services, contact_id: ContactId) -> Stream:
        stack = AsyncExitStack()
        path = await stack.enter_async_context(_taking(services).archive(plain(contact_id)))

        async def pieces() -> AsyncIterator[bytes]:
            try:
                with path.open("rb") as file:
                    while piece := file.read(CHUNK_BYTES):
                        yield piece
            finally:
                await stack.aclose()

        return Stream(
            pieces(),
            media_type="application/zip",
            headers={"content-disposition": f'attachment; filename="{_name(path, contact_id)}"'},
        )

    @get(
        "/erasure",
        opt=ADMIN,
        operation_id="planErasure",
        summary="What would go, and what would stay",
        responses=refuses(404),
    )
    async def plan(self, services: Services, contact_id: ContactId) -> ErasurePlan:
        return await _erasing(services).plan(plain(contact_id))

    @delete(
        opt=ADMIN,
        operation_id="eraseContact",
        summary="Erase a person for good",
        responses=refuses(404, 409),
    )
    async def erase(self, services: Services, principal: Asker, contact_id: ContactId) -> None:
        await _erasing(services).erase(plain(contact_id), principal.author)


def _name(path: Path, contact_id: str) -> str:
    safe = "".join(each for each in contact_id if each.isalnum() or each == "_")
    return f"{safe}{path.suffix}"


def _taking(services: WebServices) -> Taking:
    if services.taking is None:
        raise ApiError(404, "not_found", "There is no export here.")
    return services.taking


def _erasing(services: WebServices) -> Erasing:
    if services.erasing is None:
        raise ApiError(404, "not_found", "Nobody can be erased here.")
    return services.erasing
