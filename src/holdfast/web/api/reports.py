"""What people report: as the tracker shows it, and reports that were gathered elsewhere."""

from typing import Annotated, Final

import msgspec
from litestar import Controller, get, post
from litestar.params import JSONBody
from msgspec import Meta

from holdfast.radar.reports import Batch, Cell, Surface, Symptom
from holdfast.status.tracker import Tracker
from holdfast.status.tracker.places import atlas
from holdfast.web.api.parts import READ, TIME_MS_MAX, WRITE, Services, refuses
from holdfast.web.errors import ApiError, not_found

ITEMS_MAX: Final = 2_000
COUNT_MAX: Final = 1_000_000


class ReportsOfOneKind(msgspec.Struct, frozen=True, kw_only=True):
    """``count`` reports at one time (ms) of one symptom on one platform. ``country`` is an ISO 3166 code and
    ``city`` one of the known cities; what is not known is left out.
    """

    at: Annotated[int, Meta(ge=0, le=TIME_MS_MAX)]
    platform: Annotated[str, Meta(max_length=50)]
    symptom: Symptom
    surface: Surface = Surface.UNSAID
    country: Annotated[str, Meta(max_length=2)] = ""
    city: Annotated[str, Meta(max_length=80)] = ""
    count: Annotated[int, Meta(ge=1, le=COUNT_MAX)] = 1


class ReportsToCount(msgspec.Struct, frozen=True):
    items: Annotated[list[ReportsOfOneKind], Meta(min_length=1, max_length=ITEMS_MAX)]


class CountedView(msgspec.Struct, frozen=True):
    counted: int


class ReportsController(Controller):
    path = "/reports"
    tags = ("What people report",)

    @get(
        opt=READ,
        operation_id="getTracker",
        summary="What people report, over the last day, against what is usual",
        responses=refuses(404),
    )
    async def tracker(self, services: Services) -> Tracker:
        if services.tracker is None:
            raise not_found("tracker", "")
        return services.tracker()

    @post(
        opt=WRITE,
        operation_id="countReports",
        summary="Count reports that were gathered elsewhere, such as at a counter or by telephone",
        description="They count as they are given: nobody is told from anybody else, and no network is bounded.",
        responses=refuses(404, 422),
    )
    async def count(self, services: Services, data: JSONBody[ReportsToCount]) -> CountedView:
        if services.reports is None:
            raise not_found("tracker", "")
        known = services.reports.platforms()
        for item in data.items:
            if item.platform not in known:
                sentence = f"The platform is one of {', '.join(known) or 'none yet'}."
                raise ApiError(422, "refused", sentence, field="platform")
        try:
            return CountedView(await services.reports.take_batches([_batch(item) for item in data.items]))
        except ValueError as error:
            raise ApiError(422, "refused", str(error), field="at") from error


def _batch(item: ReportsOfOneKind) -> Batch:
    place = atlas().known(item.country, item.city)
    cell = Cell(
        platform=item.platform,
        symptom=item.symptom,
        surface=item.surface,
        country=place.country,
        city=place.city,
    )
    return Batch(at=item.at, cell=cell, count=item.count)
