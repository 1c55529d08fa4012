"""The way into a fake platform: reads a call, lets the faults strike, answers, and keeps the log."""

import asyncio
from http import HTTPStatus
from urllib.parse import parse_qsl

from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.countries import country_of
from holdfast_simulators.faults import ANSWER_KINDS, Fault
from holdfast_simulators.request_log import LoggedRequest
from holdfast_simulators.wire import Answer, Call, Platform, Receive, Scope, Send
from holdfast_simulators.world import World

BODY_BYTES_MAX = 20 * 1024 * 1024
PATH_SHOWN_MAX = 300
HOLD_SECONDS_MAX = 120.0
CUT = "accept_then_cut"
UNANSWERED_KINDS = frozenset(
    {
        "html_error",
        "accept_then_timeout",
        "accept_then_reset",
        "accept_then_html",
        CUT,
        "accept_late",
        "lose_then_timeout",
        "lose_then_reset",
    }
)
"""Kinds that leave the caller without an answer in the platform's own words."""
DROP = "simulators.drop"
"""The ASGI extension by which a listener lets an application cut the connection."""

HTML_PAGE = b"<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>Sorry</h1>\
<p>Something went wrong. We are working on getting it fixed.</p></body></html>\n"


class ConnectionDroppedError(ConnectionResetError):
    """Raised where there is no connection to cut: the caller runs in the same process."""


class BodyTooLarge(ValueError):  # noqa: N818 - an answer to the caller
    pass


class Gate:
    """A plain ASGI application around one platform."""

    def __init__(self, world: World, platform: Platform) -> None:
        self._world = world
        self._platform = platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            call = await read_call(scope, receive)
        except BodyTooLarge:
            too_large = Answer(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, content_type="text/plain")
            await write_answer(too_large, send)
            return
        self._platform.recognise(call)
        faults = self._world.faults
        country = country_of(call.recipient()) if faults.by_country else None
        fault = faults.hit(self._platform.name, call.capability, call.account, ANSWER_KINDS, country)
        answer = await self._carry_out(call, fault, receive)
        self._log(call, answer, fault)
        if answer is not None and fault is not None and fault.kind == CUT:
            await write_half(answer, send)
            answer = None
        if answer is None:
            await drop_connection(scope, receive)
        else:
            await write_answer(answer, send)

    async def _carry_out(self, call: Call, fault: Fault | None, receive: Receive) -> Answer | None:
        if fault is None:
            return await self._platform.answer(call)
        if fault.kind == "slow":
            return await self._answer_slowly(call, fault)
        if fault.delay_ms and fault.kind != "accept_late":
            await self._world.clock.sleep(fault.delay_ms / MS_PER_SECOND)
        if fault.kind in UNANSWERED_KINDS:
            return await self._leave_unanswered(call, fault, receive)
        if fault.kind == "false_success":
            call.pretend = True
            return await self._platform.answer(call)
        return self._platform.fault_answer(fault, call)

    async def _leave_unanswered(self, call: Call, fault: Fault, receive: Receive) -> Answer | None:
        """No answer that the caller can use; None where the connection is to be cut."""
        answer = await self._platform.answer(call) if fault.kind.startswith("accept_then_") else None
        if fault.kind in ("html_error", "accept_then_html"):
            return self._html()
        if fault.kind == "accept_late":
            self._world.background.spawn(self._accept_late(call, fault))
        if fault.kind.endswith(("_timeout", "_late")):
            await self._hold(receive)
        return answer if fault.kind == CUT else None

    async def _accept_late(self, call: Call, fault: Fault) -> None:
        """Its caller has long gone, and may have asked in other ways what became of it."""
        await self._world.clock.sleep(fault.delay_ms / MS_PER_SECOND)
        await self._platform.answer(call)

    async def _answer_slowly(self, call: Call, fault: Fault) -> Answer:
        # The work happens somewhere inside the wait, so that a caller which
        # gives up cannot tell whether it was done.
        before = fault.delay_ms * self._world.random.random()
        await self._world.clock.sleep(before / MS_PER_SECOND)
        answer = await self._platform.answer(call)
        await self._world.clock.sleep((fault.delay_ms - before) / MS_PER_SECOND)
        return answer

    def _html(self) -> Answer:
        status = self._world.random.choice((HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE))
        return Answer(status=status, body=HTML_PAGE, content_type="text/html; charset=utf-8")

    async def _hold(self, receive: Receive) -> None:
        """Say nothing until the caller goes."""
        gone = asyncio.ensure_future(until_gone(receive))
        limit = asyncio.ensure_future(self._world.clock.sleep(HOLD_SECONDS_MAX))
        try:
            await asyncio.wait({gone, limit}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            limit.cancel()
            await asyncio.gather(gone, limit, return_exceptions=True)

    def _log(self, call: Call, answer: Answer | None, fault: Fault | None) -> None:
        self._world.log_request(
            LoggedRequest(
                at_ms=self._world.clock.now_ms(),
                platform=self._platform.name,
                method=call.method,
                path=call.path[:PATH_SHOWN_MAX],
                status=answer.status if answer else None,
                effect=call.effect,
                fault=fault.id if fault else None,
                account=call.account,
            )
        )


async def read_call(scope: Scope, receive: Receive) -> Call:
    """Raises BodyTooLarge."""
    chunks = bytearray()
    more = True
    while more:
        part = await receive()
        if part["type"] == "http.disconnect":
            break
        chunks += part.get("body", b"")
        if len(chunks) > BODY_BYTES_MAX:
            raise BodyTooLarge
        more = part.get("more_body", False)
    query = scope.get("query_string", b"").decode("latin-1")
    return Call(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=bytes(chunks),
    )


async def write_answer(answer: Answer, send: Send) -> None:
    headers = {
        "content-type": answer.content_type,
        "content-length": str(len(answer.body)),
        **answer.headers,
    }
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": int(answer.status), "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body})


async def write_half(answer: Answer, send: Send) -> None:
    """Promise a whole answer, and send the first half of it."""
    length = str(len(answer.body)).encode()
    headers = [(b"content-type", answer.content_type.encode()), (b"content-length", length)]
    await send({"type": "http.response.start", "status": int(answer.status), "headers": headers})
    half = answer.body[: len(answer.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})


async def drop_connection(scope: Scope, receive: Receive) -> None:
    extension = (scope.get("extensions") or {}).get(DROP)
    if extension is None:
        raise ConnectionDroppedError("The platform cut the connection without an answer.")
    extension["drop"]()
    await until_gone(receive)


async def until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
