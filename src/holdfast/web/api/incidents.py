"""Incidents and the ledger that proves what became of every message."""

from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Controller, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from holdfast.inbox.model import Page
from holdfast.outbox import incident_ledger
from holdfast.radar import (
    Incident,
    IncidentState,
    UpdateKind,
    add_incident_update,
    load_incident,
    load_incidents,
)
from holdfast.storage import Tx
from holdfast.web.api.parts import READ, WRITE, Limit, Services, TimeMs, plain, refuses
from holdfast.web.errors import not_found

INCIDENTS_DEFAULT: Final = 50
LEDGER_DAYS_MAX: Final = 31
"""How far back the ledger of everything counts, so that it is counted in about a second on a busy hub."""
DAY_MS: Final = 86_400_000
IncidentId = Annotated[str, PathParameter(max_length=100)]


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    message_id: str
    conversation_id: str
    contact_name: str
    direction: str
    outcome: str
    channel: str | None
    at: int
    reason: str = ""


class LedgerView(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of messages since a time (ms). ``lost`` is what the other columns cannot account for."""

    since: int
    received: int
    received_late: int
    read_back: int
    stored: int
    answered_automatically: int
    held: int
    sent_after_hold: int
    rerouted: int
    waiting: int
    in_doubt: int
    resolved_in_doubt: int
    failed: int
    expired: int
    cancelled: int = 0
    lost: int
    unreadable: int
    entries: list[LedgerEntry]


class UpdateView(msgspec.Struct, frozen=True):
    id: str
    at: int
    kind: str
    text: str
    public: bool


class ComponentView(msgspec.Struct, frozen=True, kw_only=True):
    """One channel's part in an incident. ``place`` is what people call the channel, ``placed_by`` who put it
    here by hand.
    """

    channel: str
    domain: str
    place: str
    capabilities: list[str]
    cause: str
    title: str
    state: str
    onset_at: int
    recovered_at: int | None
    closed_at: int | None
    placed_by: str


class IncidentView(msgspec.Struct, frozen=True, kw_only=True):
    """``channel`` failed first; ``components`` are all channels that the failure takes down. ``titled_by``,
    ``kept_by`` (open) and ``closed_by`` name the person whose decision stands. ``merged_into`` is the incident
    that it goes on as a part of. ``ledger`` is null for closed incidents in a list; ask for the incident or its
    ledger.
    """

    id: str
    channel: str
    capabilities: list[str]
    cause: str
    title: str
    state: str
    onset_at: int
    opened_at: int
    recovered_at: int | None
    closed_at: int | None
    evidence: list[str]
    components: list[ComponentView] = []
    titled_by: str = ""
    kept_by: str = ""
    closed_by: str = ""
    merged_into: str = ""
    summary: str = ""
    will_change: str = ""
    updates: list[UpdateView]
    ledger: LedgerView | None = None


class NewUpdate(msgspec.Struct, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=2_000)]
    public: bool = True


class IncidentsController(Controller):
    tags = ("Incidents and the ledger",)

    @get(
        "/incidents",
        opt=READ,
        operation_id="listIncidents",
        summary="Incidents, the newest first",
        responses=refuses(),
    )
    async def list_incidents(
        self,
        services: Services,
        which: Annotated[Literal["open", "closed", "all"], QueryParameter(name="state")] = "all",
        limit: Limit = INCIDENTS_DEFAULT,
    ) -> Page[IncidentView]:
        return Page(await services.database.read(_list, which, limit))

    @get(
        "/incidents/{incident_id:str}",
        opt=READ,
        operation_id="getIncident",
        summary="One incident with its ledger",
        responses=refuses(404),
    )
    async def get_one(self, services: Services, incident_id: IncidentId) -> IncidentView:
        found = await services.database.read(load_view, plain(incident_id))
        if found is None:
            raise not_found("incident", incident_id)
        return found

    @post(
        "/incidents/{incident_id:str}/updates",
        opt=WRITE,
        operation_id="addIncidentUpdate",
        summary="Add a line to the incident's story",
        responses=refuses(404, 422),
    )
    async def add_update(
        self, services: Services, incident_id: IncidentId, data: JSONBody[NewUpdate]
    ) -> IncidentView:
        try:
            await services.database.write(
                add_incident_update,
                plain(incident_id),
                kind=UpdateKind.NOTE.value,
                text=plain(data.text),
                at=services.clock.now_ms(),
                public=data.public,
            )
        except LookupError as error:
            raise not_found("incident", incident_id) from error
        services.events.wake()
        found = await services.database.read(load_view, plain(incident_id))
        if found is None:
            raise not_found("incident", incident_id)
        return found

    @get(
        "/incidents/{incident_id:str}/ledger",
        opt=READ,
        operation_id="getIncidentLedger",
        summary="What became of every message that the incident touched",
        responses=refuses(404),
    )
    async def get_ledger(self, services: Services, incident_id: IncidentId) -> LedgerView:
        try:
            return _ledger(await services.database.read(incident_ledger, plain(incident_id)))
        except LookupError as error:
            raise not_found("incident", incident_id) from error

    @get(
        "/ledger",
        opt=READ,
        operation_id="getLedger",
        summary="What became of every message since a time",
        description=f"It goes back {LEDGER_DAYS_MAX} days at most; `since` in the answer says from when it counts.",
        responses=refuses(),
    )
    async def ledger(self, services: Services, since: TimeMs = 0) -> LedgerView:
        oldest = services.clock.now_ms() - LEDGER_DAYS_MAX * DAY_MS
        return _ledger(await services.outbox.ledger(max(since, oldest)))


async def _list(tx: Tx, state: str, limit: int) -> list[IncidentView]:
    incidents = await load_incidents(tx, state, limit)
    # One incident a channel can be open, so that this stays a handful of ledgers.
    return [
        incident_view(
            each, None if each.state is IncidentState.CLOSED else await incident_ledger(tx, each.id)
        )
        for each in incidents
    ]


async def load_view(tx: Tx, incident_id: str) -> IncidentView | None:
    incident = await load_incident(tx, incident_id)
    return incident_view(incident, await incident_ledger(tx, incident_id)) if incident else None


def incident_view(incident: Incident, ledger: dict[str, Any] | None) -> IncidentView:
    body = {**incident.body(), "ledger": ledger}
    return msgspec.convert(body, IncidentView)


def _ledger(counts: dict[str, Any]) -> LedgerView:
    return msgspec.convert(counts, LedgerView)
