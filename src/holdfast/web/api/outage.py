"""An incident as the team lives through it: what is held, who is unreachable, what is left to people, how it ended."""

from typing import Annotated, Final, Literal

import msgspec
from litestar import Controller, get, post
from litestar.params import PathParameter, QueryParameter

from holdfast.inbox.cursor import decode_cursor, encode_cursor
from holdfast.inbox.model import PAGE_DEFAULT, Page
from holdfast.incidents.outage import Closing, Reach, closings, dismiss, reach
from holdfast.outbox import ledger_page
from holdfast.playbooks import Step
from holdfast.radar import load_incident
from holdfast.storage import Tx
from holdfast.web.api.incidents import IncidentId
from holdfast.web.api.parts import READ, WRITE, Asker, Before, Limit, Services, plain, refuses
from holdfast.web.errors import not_found, refusals
from holdfast.web.services import WebServices

Outcome = Literal["", "sent", "rerouted", "waiting", "in_doubt", "failed", "expired", "cancelled"]
_BEGINNING: Final = (0, "")


class HeldMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that an incident touched. ``excerpt`` is the beginning of its words, ``state`` what it shows."""

    message_id: str
    conversation_id: str
    contact_name: str
    outcome: str
    state: str
    reason: str
    channel: str | None
    at: int
    excerpt: str


class OutageController(Controller):
    tags = ("Incidents and the ledger",)

    @get(
        "/incidents/{incident_id:str}/messages",
        opt=READ,
        operation_id="listIncidentMessages",
        summary="The messages that an incident touched, the oldest first",
        responses=refuses(404),
    )
    async def messages(
        self,
        services: Services,
        incident_id: IncidentId,
        outcome: Annotated[Outcome, QueryParameter(description="Only those of which this became.")] = "",
        before: Before = None,
        limit: Limit = PAGE_DEFAULT,
    ) -> Page[HeldMessage]:
        after = decode_cursor(before) if before else _BEGINNING
        rows = await services.database.read(_page, plain(incident_id), outcome, after, limit)
        if rows is None:
            raise not_found("incident", incident_id)
        items = [msgspec.convert(row, HeldMessage) for row in rows[:limit]]
        more = len(rows) > limit
        return Page(items, encode_cursor(items[-1].at, items[-1].message_id) if more else None)

    @get(
        "/incidents/{incident_id:str}/unreachable",
        opt=READ,
        operation_id="listUnreachable",
        summary="Who waits on channels that fail and has no other way, and what can be done by hand",
        responses=refuses(404),
    )
    async def unreachable(self, services: Services, incident_id: IncidentId) -> Reach:
        found = await services.database.read(_reach, plain(incident_id), services)
        if found is None:
            raise not_found("incident", incident_id)
        return found

    @get(
        "/incidents/{incident_id:str}/steps",
        opt=READ,
        operation_id="listSteps",
        summary="The playbook's steps: which it takes by itself, and which it leaves to people",
        responses=refuses(404),
    )
    async def steps(self, services: Services, incident_id: IncidentId) -> Page[Step]:
        try:
            return Page(await services.steps.steps(plain(incident_id)))
        except LookupError as error:
            raise not_found("incident", incident_id) from error

    @post(
        "/incidents/{incident_id:str}/steps/{step:str}",
        opt=WRITE,
        status_code=200,
        operation_id="takeStep",
        summary="Let a step of the playbook be taken for this incident",
        responses=refuses(404, 422),
    )
    async def take_step(
        self,
        services: Services,
        principal: Asker,
        incident_id: IncidentId,
        step: Annotated[str, PathParameter(max_length=40)],
    ) -> Page[Step]:
        try:
            with refusals("step"):
                return Page(await services.steps.ask(plain(incident_id), plain(step), principal.author))
        except LookupError as error:
            raise not_found("incident", incident_id) from error

    @get(
        "/incidents/over",
        opt=READ,
        operation_id="listClosings",
        summary="How the incidents of the last week ended, but for those that you have put away",
        responses=refuses(),
    )
    async def over(self, services: Services, principal: Asker) -> Page[Closing]:
        now = services.clock.now_ms()
        return Page(await services.database.read(closings, principal.author, now))

    @post(
        "/incidents/{incident_id:str}/dismiss",
        opt=READ,
        status_code=204,
        operation_id="dismissClosing",
        summary="Put away, for yourself, how an incident ended",
        responses=refuses(),
    )
    async def dismiss(self, services: Services, principal: Asker, incident_id: IncidentId) -> None:
        now = services.clock.now_ms()
        await services.database.write(dismiss, plain(incident_id), principal.author, now)


async def _page(
    tx: Tx, incident_id: str, outcome: str, after: tuple[int, str], limit: int
) -> list[dict[str, object]] | None:
    if await load_incident(tx, incident_id) is None:
        return None
    return await ledger_page(tx, incident_id, outcome, after, limit + 1)


async def _reach(tx: Tx, incident_id: str, services: WebServices) -> Reach | None:
    if await load_incident(tx, incident_id) is None:
        return None
    return await reach(tx, incident_id, services.facts(), services.clock.now_ms())
