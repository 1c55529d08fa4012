"""Addresses unrelated to any platform, asked so that our own connection can be told from their failure."""

import asyncio
from collections.abc import Sequence
from typing import Final

from holdfast.channels.contract import ErrorClass
from holdfast.channels.transport import AnswerLostError, HttpRequest, NotConnectedError, Transport
from holdfast.kernel import Clock
from holdfast.radar.model import Kind, Observation, Result
from holdfast.radar.patience import within

CONTROL_SECONDS_MAX: Final = 4.0
CONTROL_CHANNEL: Final = "control"
SERVER_ERROR: Final = 500


async def ask_controls(urls: Sequence[str], transport: Transport, clock: Clock) -> list[Observation]:
    """One observation for each address, asked all at once."""
    return list(await asyncio.gather(*(_ask(url, transport, clock) for url in urls)))


async def _ask(url: str, transport: Transport, clock: Clock) -> Observation:
    request = HttpRequest("GET", url, timeout_seconds=CONTROL_SECONDS_MAX)
    try:
        answer = await within(clock, CONTROL_SECONDS_MAX, transport.request(request))
    except (NotConnectedError, AnswerLostError, TimeoutError):
        return _seen(url, clock, Result.FAIL)
    return _seen(url, clock, Result.OK if answer.status < SERVER_ERROR else Result.FAIL)


def _seen(url: str, clock: Clock, result: Result) -> Observation:
    return Observation(
        channel=CONTROL_CHANNEL,
        kind=Kind.CONTROL,
        at=clock.now_ms(),
        result=result,
        error_class="" if result is Result.OK else ErrorClass.NETWORK.value,
        detail=url,
    )
