"""What people decide about incidents: names, parts, drafts for the public, and the account afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, delete, get, patch, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from holdfast.inbox.model import Page
from holdfast.incidents import PostMortem, as_markdown, drafts_of, post_mortem
from holdfast.radar import OutdatedError
from holdfast.storage import Tx
from holdfast.web.api.incidents import IncidentId, IncidentView, load_view
from holdfast.web.api.parts import READ, WRITE, Asker, Services, plain, refuses
from holdfast.web.errors import ApiError, not_found, refusals
from holdfast.web.services import WebServices

Stage = Annotated[str, PathParameter(pattern="^(identified|monitoring|resolved)$")]
Round = Annotated[int, PathParameter(ge=0, le=2**53 - 1, description="The draft's `round`.")]
Title = Annotated[str, Meta(max_length=200)]
LongText = Annotated[str, Meta(max_length=10_000)]


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """What the public may be told. ``stage`` and ``round`` name it; ``state`` is draft, published, discarded or
    withdrawn. ``publish_at`` is when it goes out by itself, null where it waits for a person.
    """

    stage: str
    round: int
    text: str
    state: str
    made_at: int
    publish_at: int | None
    edited_by: str
    told_at: int | None
    told_by: str


class Changes(msgspec.Struct, frozen=True):
    """``title``: empty gives naming back to Holdfast. ``summary`` and ``will_change`` stand in the post-mortem."""

    title: Title | None = None
    summary: LongText | None = None
    will_change: LongText | None = None


class Other(msgspec.Struct, frozen=True):
    """The incident that becomes a part of this one."""

    incident_id: Annotated[str, Meta(min_length=1, max_length=100)]


class Leaving(msgspec.Struct, frozen=True):
    """The channels that get an incident of their own."""

    channels: Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(min_length=1, max_length=50)]


class NewText(msgspec.Struct, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=2_000)]


class IncidentsByHandController(Controller):
    path = "/incidents/{incident_id:str}"
    tags = ("Incidents and the ledger",)

    @patch(
        opt=WRITE,
        operation_id="changeIncident",
        summary="Name an incident, or write its post-mortem's texts",
        responses=refuses(404, 409, 422),
    )
    async def change(
        self, services: Services, principal: Asker, incident_id: IncidentId, data: JSONBody[Changes]
    ) -> IncidentView:
        with _fit(incident_id):
            if data.title is not None:
                await services.incident_desk.rename(plain(incident_id), plain(data.title), principal.author)
            if data.summary is not None or data.will_change is not None:
                await services.incident_desk.write_account(
                    plain(incident_id),
                    principal.author,
                    summary=None if data.summary is None else plain(data.summary),
                    will_change=None if data.will_change is None else plain(data.will_change),
                )
        return await _view(services, incident_id)

    @post(
        "/close",
        opt=WRITE,
        status_code=200,
        operation_id="closeIncident",
        summary="Close an incident; the failure that is known now opens it no more",
        responses=refuses(404, 409, 422),
    )
    async def close(self, services: Services, principal: Asker, incident_id: IncidentId) -> IncidentView:
        with _fit(incident_id):
            await services.incident_desk.close(plain(incident_id), principal.author)
        return await _view(services, incident_id)

    @post(
        "/reopen",
        opt=WRITE,
        status_code=200,
        operation_id="reopenIncident",
        summary="Open an incident again, until a person closes it",
        responses=refuses(404, 409, 422),
    )
    async def reopen(self, services: Services, principal: Asker, incident_id: IncidentId) -> IncidentView:
        with _fit(incident_id):
            await services.incident_desk.reopen(plain(incident_id), principal.author)
        return await _view(services, incident_id)

    @post(
        "/merge",
        opt=WRITE,
        status_code=200,
        operation_id="mergeIncidents",
        summary="Make another incident a part of this one",
        responses=refuses(404, 409, 422),
    )
    async def merge(
        self, services: Services, principal: Asker, incident_id: IncidentId, data: JSONBody[Other]
    ) -> IncidentView:
        with _fit(f"{incident_id} or {data.incident_id}"):
            await services.incident_desk.merge(plain(incident_id), plain(data.incident_id), principal.author)
        return await _view(services, incident_id)

    @post(
        "/split",
        opt=WRITE,
        operation_id="splitIncident",
        summary="Give some channels of an incident one of their own; the new one",
        responses=refuses(404, 409, 422),
    )
    async def split(
        self, services: Services, principal: Asker, incident_id: IncidentId, data: JSONBody[Leaving]
    ) -> IncidentView:
        with _fit(incident_id):
            own = await services.incident_desk.split(
                plain(incident_id), [plain(each) for each in data.channels], principal.author
            )
        return await _view(services, own)

    @get(
        "/drafts",
        opt=READ,
        operation_id="listDrafts",
        summary="What the public may be told, and what it was told",
        responses=refuses(),
    )
    async def drafts(self, services: Services, incident_id: IncidentId) -> Page[DraftView]:
        return await _drafts(services, incident_id)

    @put(
        "/drafts/{stage:str}/{number:int}",
        opt=WRITE,
        operation_id="editDraft",
        summary="Put your own words into a draft; it goes out only when you publish it",
        responses=refuses(404, 409, 422),
    )
    async def edit_draft(
        self,
        services: Services,
        principal: Asker,
        incident_id: IncidentId,
        stage: Stage,
        number: Round,
        data: JSONBody[NewText],
    ) -> Page[DraftView]:
        with _fit(incident_id):
            await services.incident_desk.edit_draft(
                plain(incident_id), stage, number, plain(data.text), principal.author
            )
        return await _drafts(services, incident_id)

    @post(
        "/drafts/{stage:str}/{number:int}/publish",
        opt=WRITE,
        status_code=200,
        operation_id="publishDraft",
        summary="Tell the public, once",
        responses=refuses(404, 409, 422),
    )
    async def publish_draft(
        self, services: Services, principal: Asker, incident_id: IncidentId, stage: Stage, number: Round
    ) -> IncidentView:
        with _fit(incident_id):
            await services.incident_desk.publish_draft(plain(incident_id), stage, number, principal.author)
        return await _view(services, incident_id)

    @delete(
        "/drafts/{stage:str}/{number:int}",
        opt=WRITE,
        status_code=204,
        operation_id="discardDraft",
        summary="Say nothing",
        responses=refuses(404, 409, 422),
    )
    async def discard_draft(
        self, services: Services, principal: Asker, incident_id: IncidentId, stage: Stage, number: Round
    ) -> None:
        with _fit(incident_id):
            await services.incident_desk.discard_draft(plain(incident_id), stage, number, principal.author)

    @get(
        "/post-mortem",
        opt=READ,
        operation_id="getPostMortem",
        summary="What the incident was: times, evidence, numbers with their proof, story",
        responses=refuses(404),
    )
    async def post_mortem(self, services: Services, incident_id: IncidentId) -> PostMortem:
        return await _account(services, incident_id)

    @get(
        "/post-mortem.md",
        opt=READ,
        operation_id="getPostMortemText",
        summary="The same as a Markdown document",
        responses={
            200: ResponseSpec(str, generate_examples=False, media_type="text/markdown"),
            **refuses(404),
        },
    )
    async def post_mortem_text(self, services: Services, incident_id: IncidentId) -> Response[str]:
        text = as_markdown(await _account(services, incident_id))
        return Response(text, media_type="text/markdown")


@contextmanager
def _fit(incident_id: str) -> Iterator[None]:
    """Unknown 404, changed meanwhile 409, what does not fit 422."""
    try:
        with refusals():
            yield
    except LookupError as error:
        raise not_found("incident", incident_id) from error
    except OutdatedError as error:
        sentence = "The incident has changed meanwhile, or another one of its channel is open. Look again."
        raise ApiError(409, "outdated", sentence) from error


async def _view(services: WebServices, incident_id: str) -> IncidentView:
    found = await services.database.read(load_view, plain(incident_id))
    if found is None:
        raise not_found("incident", incident_id)
    return found


async def _drafts(services: WebServices, incident_id: str) -> Page[DraftView]:
    rows = await services.database.read(drafts_of, plain(incident_id))
    return Page([DraftView(**{name: row[name] for name in DraftView.__struct_fields__}) for row in rows])


async def _account(services: WebServices, incident_id: str) -> PostMortem:
    try:
        return await services.database.read(_told, plain(incident_id), services.clock.now_ms())
    except LookupError as error:
        raise not_found("incident", incident_id) from error


async def _told(tx: Tx, incident_id: str, now: int) -> Any:
    return await post_mortem(tx, incident_id, now)
