"""What was refused or could not be read, the audit trail, the playbook, and exports."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, get, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter
from litestar.response import Stream
from msgspec import Meta

from holdfast.inbox import export, get_conversation, refused_counts, unreadable_page
from holdfast.inbox.export import CONTENT_TYPES
from holdfast.inbox.model import PAGE_DEFAULT, Page, RefusedView, UnreadableView
from holdfast.inbox.trail import AuditView, TrailFilter, audit_page, trail_as_csv
from holdfast.web.api.parts import (
    ADMIN,
    READ,
    TIME_MS_MAX,
    Asker,
    Before,
    Limit,
    Refusals,
    Services,
    TimeMs,
    plain,
    refuses,
)
from holdfast.web.errors import not_found, refusals
from holdfast.web.services import PlaybookText

SeqBefore = Annotated[
    str | None, QueryParameter(pattern="^[0-9]{1,18}$", description="The `next` of the page before.")
]


Author = Annotated[
    str, QueryParameter(max_length=300, description="As it stands in `who`, such as `agent:agt_…`.")
]
Action = Annotated[
    str,
    QueryParameter(
        max_length=100, description="One, or the beginning of several: `agent.` are all about agents."
    ),
]
Subject = Annotated[str, QueryParameter(max_length=300, description="What it was done to.")]


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
        self,
        services: Services,
        who: Author = "",
        action: Action = "",
        subject: Subject = "",
        since: TimeMs = 0,
        until: TimeMs = TIME_MS_MAX,
        limit: Limit = PAGE_DEFAULT,
        before: Before = None,
    ) -> Page[AuditView]:
        wanted = _wanted(who, action, subject, since, until)
        return await services.database.read(audit_page, wanted, plain(before or ""), limit)

    @get(
        "/audit.csv",
        opt=ADMIN,
        operation_id="exportAudit",
        summary="Who did what, as a table",
        media_type="text/csv",
        responses={
            200: ResponseSpec(str, generate_examples=False, description="The table.", media_type="text/csv"),
            **refuses(),
        },
    )
    async def audit_table(
        self,
        services: Services,
        who: Author = "",
        action: Action = "",
        subject: Subject = "",
        since: TimeMs = 0,
        until: TimeMs = TIME_MS_MAX,
    ) -> Stream:
        return Stream(
            trail_as_csv(services.database, _wanted(who, action, subject, since, until)),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": 'attachment; filename="audit.csv"'},
        )


def _wanted(who: str, action: str, subject: str, since: int, until: int) -> TrailFilter:
    return TrailFilter(who=plain(who), action=plain(action), subject=plain(subject), since=since, until=until)


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
