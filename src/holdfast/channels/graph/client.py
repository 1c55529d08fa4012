"""Calls to the Graph API as one account."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from holdfast.channels.contract import Accepted, Deferred, ErrorClass, InDoubt, Sending, Unreachable
from holdfast.channels.graph.answer import GraphAnswer, read_answer
from holdfast.channels.graph.errors import Failure
from holdfast.channels.transport import AnswerLostError, HttpRequest, NotConnectedError, Transport
from holdfast.kernel import Clock
from holdfast.settings import Secret


class CallFailedError(Exception):
    """A call that reads something failed; ``wait_ms`` is set where the platform asked for patience."""

    def __init__(self, error_class: ErrorClass, reason: str, *, wait_ms: int | None = None) -> None:
        super().__init__(reason)
        self.error_class = error_class
        self.wait_ms = wait_ms


class GraphClient:
    """``classify`` is the platform's reading of an answer that is not a success."""

    def __init__(
        self,
        *,
        base_url: str,
        version: str,
        token: Secret,
        timeout_seconds: float,
        transport: Transport,
        clock: Clock,
        classify: Callable[[GraphAnswer], Failure],
    ) -> None:
        self._root = f"{base_url.rstrip('/')}/{version}"
        self._token = token
        self._timeout_seconds = timeout_seconds
        self._transport = transport
        self.clock = clock
        self._classify = classify

    async def send(
        self, path: str, body: Mapping[str, Any], read_id: Callable[[dict[str, Any]], str]
    ) -> Sending:
        """POST a message once; ``read_id`` finds its id in the answer. Raises nothing."""
        started = self.clock.monotonic()
        try:
            answer = await self._call("POST", path, {}, body, self._timeout_seconds)
        except NotConnectedError as error:
            return Sending(Unreachable(f"No connection to the platform: {error}"), self._since(started))
        except AnswerLostError as error:
            return Sending(InDoubt(f"The platform's answer was lost: {error}"), self._since(started))
        external_id = read_id(answer.data) if answer.ok and answer.data else ""
        outcome = Accepted(external_id) if external_id else self._classify(answer)
        return Sending(outcome, answer.latency_ms, answer.throttle)

    async def read(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        timeout_seconds: float | None = None,
    ) -> dict[str, Any]:
        """The object that a path answers; raises CallFailedError."""
        try:
            answer = await self._call(
                method, path, query or {}, None, timeout_seconds or self._timeout_seconds
            )
        except NotConnectedError as error:
            raise CallFailedError(ErrorClass.NETWORK, f"No connection: {error}") from error
        except AnswerLostError as error:
            raise CallFailedError(ErrorClass.PLATFORM, f"No answer: {error}") from error
        if answer.ok and answer.data is not None:
            return answer.data
        failure = self._classify(answer)
        wait_ms = failure.wait_ms if isinstance(failure, Deferred) else None
        raise CallFailedError(failure.error_class, failure.reason, wait_ms=wait_ms)

    async def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None,
        timeout_seconds: float,
    ) -> GraphAnswer:
        started = self.clock.monotonic()
        headers = {"authorization": f"Bearer {self._token.reveal()}", "accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/json"
        answer = await self._transport.request(
            HttpRequest(
                method=method,
                url=f"{self._root}/{quote(path)}" + (f"?{urlencode(query)}" if query else ""),
                headers=headers,
                body=msgspec.json.encode(body) if body is not None else b"",
                timeout_seconds=timeout_seconds,
            )
        )
        return read_answer(answer, latency_ms=self._since(started))

    def _since(self, started: float) -> int:
        return int((self.clock.monotonic() - started) * 1000)
