"""What the team's work comes to: volumes, times, busiest hours, outage costs, as JSON and as CSV; and the week by
email.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import msgspec
from litestar import Controller, Response, get, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter

from holdfast.figures import (
    Breakdown,
    Busy,
    Figures,
    FiguresRefusedError,
    OutageCost,
    Overview,
    Promises,
    Span,
    Unit,
)
from holdfast.figures.calendar import days_between, last_days
from holdfast.figures.model import SPAN_DAYS_MAX, By
from holdfast.figures.promises import PromisesBy
from holdfast.figures.table import as_csv
from holdfast.figures.tables import What, table_of
from holdfast.figures.weekly import Choice, Letter
from holdfast.inbox import Principal
from holdfast.inbox.model import Page
from holdfast.web.api.conversations import agent_of
from holdfast.web.api.parts import READ, Asker, Services, refuses
from holdfast.web.errors import ApiError
from holdfast.web.services import WebServices

DAYS_DEFAULT: Final = 28
Step = Annotated[Unit, QueryParameter(name="unit", description="Of what each point counts.")]
Days = Annotated[int, QueryParameter(ge=1, le=SPAN_DAYS_MAX, description="Up to and with today.")]
Day = Annotated[
    str, QueryParameter(pattern="^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", description="A date, in place of `days`.")
]
Parted = Annotated[By, QueryParameter(name="by", description="What the work is divided by.")]

PromisesParted = Annotated[
    PromisesBy, QueryParameter(name="by", description="What the clocks are divided by.")
]


class WeeklyWanted(msgspec.Struct, frozen=True):
    wanted: bool


class WeeklyView(msgspec.Struct, frozen=True, kw_only=True):
    """``can_mail``: there is an email channel to send it by. ``next_at``: when it is due next. ``mine`` is null for a
    program. ``letter``: how the last whole week reads, from ``since`` to ``until``.
    """

    can_mail: bool
    next_at: int
    since: int
    until: int
    zone: str
    letter: Letter
    mine: Choice | None


class FiguresController(Controller):
    path = "/figures"
    tags = ("Figures of the work",)

    @get(
        opt=READ,
        operation_id="getFigures",
        summary="Messages by hour, day or week, and how long people waited, beside the time before",
        responses=refuses(422),
    )
    async def overview(
        self,
        services: Services,
        days: Days = DAYS_DEFAULT,
        first: Day = "",
        last: Day = "",
        unit: Step = "day",
    ) -> Overview:
        figures, span = await _asked(services, days, first, last)
        with _refused():
            return await figures.overview(span, unit)

    @get(
        "/breakdown",
        opt=READ,
        operation_id="getBreakdown",
        summary="The same by agent, channel, label or team",
        responses=refuses(422),
    )
    async def breakdown(
        self,
        services: Services,
        days: Days = DAYS_DEFAULT,
        first: Day = "",
        last: Day = "",
        by: Parted = "agent",
    ) -> Breakdown:
        figures, span = await _asked(services, days, first, last)
        with _refused():
            return await figures.breakdown(span, by)

    @get(
        "/busy",
        opt=READ,
        operation_id="getBusyHours",
        summary="When people write, by day of the week and hour",
        responses=refuses(422),
    )
    async def busy(
        self, services: Services, days: Days = DAYS_DEFAULT, first: Day = "", last: Day = ""
    ) -> Busy:
        figures, span = await _asked(services, days, first, last)
        with _refused():
            return await figures.busy(span)

    @get(
        "/targets",
        opt=READ,
        operation_id="getTargetFigures",
        summary="How often targets were met, by target, agent, channel or team",
        responses=refuses(422),
    )
    async def promises(
        self,
        services: Services,
        days: Days = DAYS_DEFAULT,
        first: Day = "",
        last: Day = "",
        by: PromisesParted = "target",
    ) -> Promises:
        figures, span = await _asked(services, days, first, last)
        with _refused():
            return await figures.promises(span, by)

    @get(
        "/outages",
        opt=READ,
        operation_id="getOutageCosts",
        summary="What each outage cost: conversations at risk, saved and lost",
        responses=refuses(422),
    )
    async def outages(
        self, services: Services, days: Days = DAYS_DEFAULT, first: Day = "", last: Day = ""
    ) -> Page[OutageCost]:
        figures, span = await _asked(services, days, first, last)
        with _refused():
            return Page(await figures.outages(span))

    @get(
        "/table.csv",
        opt=READ,
        operation_id="getFiguresTable",
        summary="One of them as a table for a spreadsheet",
        responses={200: ResponseSpec(str, generate_examples=False, media_type="text/csv"), **refuses(422)},
    )
    async def table(
        self,
        services: Services,
        what: Annotated[What, QueryParameter(description="Which table.")] = "volumes",
        days: Days = DAYS_DEFAULT,
        first: Day = "",
        last: Day = "",
        unit: Step = "day",
    ) -> Response[str]:
        figures, span = await _asked(services, days, first, last)
        with _refused():
            table = await table_of(figures, what, span, unit)
        headers = {"content-disposition": f'attachment; filename="{what}.csv"'}
        return Response(as_csv(table), media_type="text/csv; charset=utf-8", headers=headers)

    @get(
        "/weekly",
        opt=READ,
        operation_id="getWeeklySummary",
        summary="The weekly summary: how it reads, when it leaves, whether I get it",
        responses=refuses(),
    )
    async def weekly(self, services: Services, principal: Asker) -> WeeklyView:
        return await _weekly_view(services, principal)

    @put(
        "/weekly",
        opt=READ,
        operation_id="setWeeklySummary",
        summary="Get the weekly summary by email, or no more",
        responses=refuses(422),
    )
    async def set_weekly(
        self, services: Services, principal: Asker, data: JSONBody[WeeklyWanted]
    ) -> WeeklyView:
        if principal.kind != "agent":
            raise ApiError(422, "refused", "Only people get the weekly summary.")
        await services.weekly.choose(agent_of(principal), wanted=data.wanted)
        return await _weekly_view(services, principal)


async def _weekly_view(services: WebServices, principal: Principal) -> WeeklyView:
    weekly = services.weekly
    summary, letter = await weekly.preview()
    return WeeklyView(
        can_mail=weekly.can_mail,
        next_at=await weekly.next_at(),
        since=summary.since,
        until=summary.until,
        zone=summary.zone,
        letter=letter,
        mine=await weekly.choice(agent_of(principal)) if principal.kind == "agent" else None,
    )


async def _asked(services: WebServices, days: int, first: str, last: str) -> tuple[Figures, Span]:
    """Whole days in the business's own time zone: those named, or the last ones."""
    figures = services.figures
    zone = await figures.zone()
    with _refused():
        if first or last:
            return figures, days_between(first or last, last or first, zone)
        return figures, last_days(services.clock.now_ms(), days, zone)


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except FiguresRefusedError as error:
        raise ApiError(422, "refused", str(error), field="last") from error
