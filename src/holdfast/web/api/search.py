"""Searching everything that was said."""

from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter, SkipValidation

from holdfast.inbox.access import Buckets, Rate
from holdfast.inbox.finding import Found, QueryError, Seeker, find
from holdfast.inbox.model import PAGE_DEFAULT
from holdfast.web.api.gate import too_many
from holdfast.web.api.parts import READ, Asker, Before, Limit, Services, ShortText, plain, refuses
from holdfast.web.errors import ApiError

SEARCHES: Final = Rate(burst=60, per_second=10)
"""Of one agent or token."""

Searches = NamedDependency[SkipValidation[Buckets]]
Query = Annotated[
    str,
    QueryParameter(
        name="query",
        min_length=1,
        max_length=300,
        description=(
            'Words, "phrases" and filters: from: channel: label: assignee: team: is: has: in: after: before: on:'
        ),
    ),
]


class SearchController(Controller):
    tags = ("Search",)

    @get(
        "/search",
        opt=READ,
        operation_id="search",
        summary="Messages, notes and people, with what was found marked",
        responses=refuses(422),
    )
    async def search(
        self,
        services: Services,
        principal: Asker,
        searches: Searches,
        asked: Query,
        order: FromQuery[Literal["recent", "best"]] = "recent",
        zone: FromQuery[ShortText] = "UTC",
        limit: Limit = PAGE_DEFAULT,
        before: Before = None,
    ) -> Found:
        if wait := searches.take(principal.author):
            raise too_many(wait)
        seeker = Seeker(
            author=principal.author,
            zone=_zone(zone),
            now=services.clock.now_ms(),
            channels=sorted(services.channels()),
        )
        try:
            return await services.database.read(
                find, plain(asked), seeker, order=order, before=before, limit=limit
            )
        except QueryError as error:
            raise ApiError(422, "bad_query", str(error), field="query") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ApiError(422, "bad_zone", f"There is no time zone “{name[:60]}”.", field="zone") from error
