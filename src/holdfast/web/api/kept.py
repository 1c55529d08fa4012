"""What was refused or could not be read, the audit trail, the playbook, and exports."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, get, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter
from litestar.response import Stream
from msgspec import Meta

from holdfast.inbox import audit_page, export, get_conversation, refused_counts, unreadable_page
from holdfast.inbox.export import CONTENT_TYPES
from holdfast.inbox.model import PAGE_DEFAULT, AuditView, Page, RefusedView, UnreadableView
from holdfast.web.api.parts import (
    ADMIN,
    READ,
    Asker,
    Before,
    Limit,
    Refusals,
    Services,
    plain,
    refuses,
)
from holdfast.web.errors import not_found, refusals
from holdfast.web.services import PlaybookText

SeqBefore = Annotated[
    str | None, QueryParameter(pattern="^[0-9]{1,18}$", description="The `next` of the page before.")
]


class NewPlaybook(msgspec.Struct, frozen=True):
    text: Annotated[str, Meta(max_length=200_000)]


class KeptController(Controller):
    tags = ("What was refused or could not be read",)

    @get(
        "/unreadable",
        opt=READ,
        operation_id="listUnreadable",
        summary="Genuine requests that could not be read, kept as they came",
        responses=refuses(),
    )
    async def unreadable(
        self, services: Services, limit: Limit = PAGE_DEFAULT, before: SeqBefore = None
    ) -> Page[UnreadableView]:
        position = int(before) if before else None
        return await services.database.read(unreadable_page, position, limit)

    @get(
        "/refused",
        opt=READ,
        operation_id="listRefused",
        summary="How many requests were refused, by channel, reason and hour",
        responses=refuses(),
    )
    async def refused(self, services: Services, counter: Refusals) -> Page[RefusedView]:
        await counter.flush()
        return Page(await services.database.read(refused_counts))

    @get(
        "/audit",
        opt=ADMIN,
        operation_id="listAudit",
        summary="Who did what, the latest first",
        responses=refuses(),
    )
    async def audit(
        self, services: Services, limit: Limit = PAGE_DEFAULT, before: Before = None
    ) -> Page[AuditView]:
        return await services.database.read(audit_page, plain(before or ""), limit)


class PlaybookController(Controller):
    tags = ("Playbook",)

    @get(
        "/playbook",
        opt=READ,
        operation_id="getPlaybook",
        summary="The playbook, as TOML",
        responses=refuses(),
    )
    async def get_playbook(self, services: Services) -> PlaybookText:
        return await services.playbook.get()

    @put(
        "/playbook",
        opt=ADMIN,
        operation_id="putPlaybook",
        summary="Replace the playbook",
        responses=refuses(422),
    )
    async def put_playbook(
        self, services: Services, principal: Asker, data: JSONBody[NewPlaybook]
    ) -> PlaybookText:
        with refusals("text"):
            await services.playbook.put(data.text, principal.author)
        return await services.playbook.get()


class ExportController(Controller):
    tags = ("Export",)

    @get(
        "/export",
        opt=READ,
        operation_id="export",
        summary="A conversation, or all of them, as JSON lines or as one readable page",
        media_type="application/x-ndjson",
        responses={
            200: ResponseSpec(
                str, generate_examples=False, description="The export.", media_type="application/x-ndjson"
            ),
            **refuses(404),
        },
    )
    async def export(
        self,
        services: Services,
        conversation: Annotated[str, QueryParameter(max_length=100, description="An id, or `all`.")] = "all",
        form: Annotated[Literal["jsonl", "html"], QueryParameter(name="format")] = "jsonl",
    ) -> Stream:
        wanted = plain(conversation)
        if wanted != "all" and await services.database.read(get_conversation, wanted, {}) is None:
            raise not_found("conversation", conversation)
        return Stream(
            export(services.database, wanted, form),
            media_type=CONTENT_TYPES[form],
            headers={
                "content-disposition": f'attachment; filename="conversations.{form}"',
                "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            },
        )
