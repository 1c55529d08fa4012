"""Looking at the whole world: its state, every message, every call; and adjusting accounts."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from holdfast_simulators.accounts import platform_named
from holdfast_simulators.control.answers import (
    choice_in_query,
    json_of,
    not_found,
    number_in_query,
    read_input,
)
from holdfast_simulators.control.context import Context
from holdfast_simulators.control.faults import shown_fault, shown_feeds
from holdfast_simulators.control.inputs import AccountInput
from holdfast_simulators.people import Message

MESSAGES_LIMIT_DEFAULT = 10_000
REQUESTS_LIMIT_DEFAULT = 200


class OverviewHandlers:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._world = context.world

    async def state(self, request: Request) -> Response:
        del request
        world = self._world
        return json_of(
            {
                "now_ms": world.clock.now_ms(),
                "addresses": world.addresses,
                "accounts": [account.shown() for account in world.accounts.all()],
                "faults": [shown_fault(fault) for fault in world.faults.all()],
                "feeds": shown_feeds(self._context.fakes),
                "counters": self._counters(),
            }
        )

    async def messages(self, request: Request) -> Response:
        platform = request.query_params.get("platform")
        platform = self._context.platform(platform) if platform else None
        direction = choice_in_query(request, "direction", ("in", "out"))
        limit = number_in_query(request, "limit", MESSAGES_LIMIT_DEFAULT)
        after = number_in_query(request, "after", 0)
        chosen = [m for m in self._world.messages() if _fits(m, platform, direction)]
        page = [m for m in chosen if m.number > after][:limit]
        more = bool(page) and page[-1].number < chosen[-1].number
        return json_of(
            {
                "messages": [m.shown() for m in page],
                "total": len(chosen),
                "next_after": page[-1].number if more else None,
            }
        )

    async def requests(self, request: Request) -> Response:
        limit = number_in_query(request, "limit", REQUESTS_LIMIT_DEFAULT)
        platform = request.query_params.get("platform")
        newest = self._world.requests.newest(limit, platform_named(platform) if platform else None)
        return json_of({"requests": [r.shown() for r in newest], "total": self._world.requests.total})

    async def adjust_account(self, request: Request) -> Response:
        platform = self._context.platform(request.path_params["platform"])
        name = request.path_params["account"]
        account = self._world.accounts.find(platform, name)
        if account is None:
            raise not_found(f"{platform} account called {name}")
        given = await read_input(request, AccountInput)
        account.webhook_url = given.webhook_url
        account.failing_since_ms = None
        return json_of(account.shown())

    def _counters(self) -> dict[str, Any]:
        return {
            "people": len(self._world.people),
            "messages": self._world.message_count(),
            "requests": self._world.requests.total,
            **self._world.live.counts,
        }


def _fits(message: Message, platform: str | None, direction: str | None) -> bool:
    return platform in (None, message.platform) and direction in (None, message.direction)
