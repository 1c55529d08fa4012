"""The event log by cursor, for programs that poll."""

from typing import Annotated, Final

import msgspec
from litestar import Controller, get
from litestar.params import QueryParameter

from holdfast.inbox import Happening
from holdfast.web.api.parts import READ, LiveFeed, Services, refuses

EVENTS_MAX: Final = 1_000
EVENTS_DEFAULT: Final = 500
WAIT_SECONDS_MAX: Final = 30


class EventsView(msgspec.Struct, frozen=True):
    """``cursor`` is what to ask for next."""

    items: list[Happening]
    cursor: int


class EventsController(Controller):
    tags = ("Events",)

    @get(
        "/events",
        opt=READ,
        operation_id="listEvents",
        summary="What follows a cursor, waiting a while when there is nothing yet",
        description="The same is streamed by the WebSocket `/api/v1/stream?cursor=`.",
        responses=refuses(410),
    )
    async def list_events(
        self,
        services: Services,
        feed: LiveFeed,
        cursor: Annotated[
            str, QueryParameter(pattern="^(latest|[0-9]{1,18})$", description="A number, or `latest`.")
        ] = "0",
        limit: Annotated[int, QueryParameter(ge=1, le=EVENTS_MAX)] = EVENTS_DEFAULT,
        wait: Annotated[int, QueryParameter(ge=0, le=WAIT_SECONDS_MAX, description="Seconds.")] = 0,
    ) -> EventsView:
        if cursor == "latest":
            return EventsView([], await services.events.last())
        position = int(cursor)
        items = await feed.past(position, limit)
        if not items and wait:
            await feed.wait_beyond(position, wait)
            items = await feed.past(position, limit)
        return EventsView(list(items), items[-1].seq if items else position)
