"""Switching faults on and off, and what the status pages admit."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from holdfast_simulators.accounts import platform_named
from holdfast_simulators.control.answers import json_of, not_found, read_input, refuse
from holdfast_simulators.control.context import Context
from holdfast_simulators.control.inputs import FaultInput, FeedInput
from holdfast_simulators.fakes import Fakes
from holdfast_simulators.faults import Fault, FaultRefused
from holdfast_simulators.feed_book import META_WORDS, PLATFORMS, UnknownWord


class FaultHandlers:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._faults = context.world.faults

    async def list(self, request: Request) -> Response:
        del request
        return json_of({"faults": [shown_fault(fault) for fault in self._faults.all()]})

    async def start(self, request: Request) -> Response:
        given = await read_input(request, FaultInput)
        platform = platform_named(given.platform)
        account = None
        if given.account is not None:
            account = self._context.account(self._context.platform(platform), given.account).key
        wanted = Fault(
            platform=platform,
            kind=given.kind,
            capability=given.capability,
            account=account,
            country=given.country,
            rate=given.rate,
            seconds=given.seconds,
            delay_ms=given.delay_ms,
        )
        try:
            fault = self._faults.start(wanted)
        except FaultRefused as refused:
            raise refuse(str(refused), refused.field) from refused
        await self._context.settled()
        return json_of(shown_fault(fault), HTTPStatus.CREATED)

    async def end(self, request: Request) -> Response:
        fault_id = request.path_params["fault_id"]
        fault = self._faults.end(fault_id)
        if fault is None:
            raise not_found(f"fault called {fault_id} (perhaps it has ended)")
        await self._context.settled()
        return json_of({"ended": [shown_fault(fault)]})

    async def end_all(self, request: Request) -> Response:
        platform = request.query_params.get("platform")
        ended = self._faults.end_all(platform_named(platform) if platform else None)
        await self._context.settled()
        return json_of({"ended": [shown_fault(fault) for fault in ended]})

    async def feeds(self, request: Request) -> Response:
        del request
        return json_of({"feeds": shown_feeds(self._context.fakes), "words": list(META_WORDS)})

    async def announce(self, request: Request) -> Response:
        given = await read_input(request, FeedInput)
        now_ms = self._context.world.clock.now_ms()
        try:
            self._context.fakes.feeds.announce(platform_named(given.platform), given.status, now_ms)
        except UnknownWord as unknown:
            raise refuse(str(unknown), unknown.field) from unknown
        self._context.world.live.publish("feed", platform=given.platform, status=given.status)
        return json_of({"feeds": shown_feeds(self._context.fakes)})


def shown_fault(fault: Fault) -> dict[str, Any]:
    return {**asdict(fault), "ends_at_ms": fault.ends_at_ms()}


def shown_feeds(fakes: Fakes) -> dict[str, str]:
    now_ms = fakes.world.clock.now_ms()
    return {platform: fakes.feeds.status(platform, now_ms) for platform in PLATFORMS}
