"""The way into a fake platform: reads a call, lets the faults strike, answers, and keeps the log."""

import asyncio
from http import HTTPStatus
from urllib.parse import parse_qsl

from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.faults import ANSWER_KINDS, Fault
from holdfast_simulators.request_log import LoggedRequest
from holdfast_simulators.wire import Answer, Call, Platform, Receive, Scope, Send
from holdfast_simulators.world import World

BODY_BYTES_MAX = 20 * 1024 * 1024
PATH_SHOWN_MAX = 300
HOLD_SECONDS_MAX = 120.0
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
        fault = self._world.faults.hit(self._platform.name, call.capability, call.account, ANSWER_KINDS)
        answer = await self._carry_out(call, fault, receive)
        self._log(call, answer, fault)
        if answer is None:
            await drop_connection(scope, receive)
        else:
            await write_answer(answer, send)

    async def _carry_out(self, call: Call, fault: Fault | None, receive: Receive) -> Answer | None:
        kind = fault.kind if fault else ""
        if fault is None:
            return await self._platform.answer(call)
        if kind == "slow":
            return await self._answer_slowly(call, fault)
        if fault.delay_ms:
            await self._world.clock.sleep(fault.delay_ms / MS_PER_SECOND)
        if kind == "html_error":
            return self._html()
        if kind in ("accept_then_reset", "accept_then_timeout"):
            await self._platform.answer(call)
            if kind == "accept_then_timeout":
                await self._hold(receive)
            return None
        if kind == "false_success":
            call.pretend = True
            return await self._platform.answer(call)
        return self._platform.fault_answer(fault, call)

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


async def drop_connection(scope: Scope, receive: Receive) -> None:
    extension = (scope.get("extensions") or {}).get(DROP)
    if extension is None:
        raise ConnectionDroppedError("The platform cut the connection without an answer.")
    extension["drop"]()
    await until_gone(receive)


async def until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
