"""The lines between hub and platforms: no sockets, but latency, refusals, cuts and answers that are lost."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

from holdfast.channels.transport import AnswerLostError, HttpAnswer, HttpRequest, NotConnectedError
from holdfast_simulators import Fakes
from holdfast_simulators.faults import UPLINK, Fault
from holdfast_simulators.gate import ConnectionDroppedError
from holdfast_simulators.webhooks import Received

from .lives import KilledError, Life, outside
from .moments import Moments

LATENCY_SECONDS: Final = (0.002, 0.05)
CONNECT_SECONDS: Final = 0.01
ASK_SECONDS: Final = 20.0
"""How long whoever asks the hub waits for its answer."""

CLIENT: Final = ("127.0.0.9", 40_000)
App = Callable[[Any, Any, Any], Coroutine[Any, Any, None]]


class Exchange:
    """One HTTP exchange with an ASGI application, which goes on when its caller has gone."""

    def __init__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        on_answer: Callable[[], None] = lambda: None,
    ) -> None:
        parts = urlsplit(url)
        named = {"host": parts.netloc, **headers}
        self.scope = {
            "type": "http",
            "http_version": "1.1",
            "scheme": parts.scheme,
            "client": CLIENT,
            "server": (parts.netloc, None),
            "root_path": "",
            "method": method,
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
        }
        self._body: bytes | None = body
        self._gone = asyncio.Event()
        self._status = 0
        self._headers: dict[str, str] = {}
        self._parts = bytearray()
        self._whole = False
        self._on_answer = on_answer

    def leave(self) -> None:
        """The caller has gone."""
        self._gone.set()

    async def run(self, app: App, latency: float) -> None:
        await asyncio.sleep(latency)
        await app(self.scope, self._receive, self._send)

    def answer(self) -> HttpAnswer | None:
        """What has left the other side; None while the answer is not whole."""
        return HttpAnswer(self._status, self._headers, bytes(self._parts)) if self._whole else None

    async def _receive(self) -> MutableMapping[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            self._parts += message.get("body", b"")
            self._whole = not message.get("more_body", False)
            self._on_answer()


class Network:
    """``fakes`` is given once the platforms stand; ``hub`` is the process that listens, and its webhooks."""

    def __init__(self, chance: random.Random, moments: Moments) -> None:
        self._chance = chance
        self._outside = outside()
        self._fakes: Fakes | None = None
        self._open: dict[str, dict[Exchange, asyncio.Event]] = {}
        self.hub: tuple[Life, App] | None = None
        self.on_answered: Callable[[bytes, int], None] = lambda _body, _status: None
        self.on_webhook_taken: Callable[[str, bytes], None] = lambda _url, _body: None
        self.moments = moments

    def connect(self, fakes: Fakes) -> None:
        self._fakes = fakes
        fakes.world.faults.on_start.append(self._fault_started)

    # --- from the hub to the platforms --------------------------------------------------------------

    async def call(self, request: HttpRequest) -> HttpAnswer:
        """Raises NotConnectedError, AnswerLostError."""
        if request.method == "POST":
            self.moments.pass_by("send")
        host = urlsplit(request.url).netloc
        if self._fakes is None or host not in self._fakes.apps or self._refuses(host):
            await asyncio.sleep(CONNECT_SECONDS)
            raise NotConnectedError("the connection was refused")
        exchange = Exchange(request.method, request.url, headers=request.headers, body=request.body)
        work = _answered(exchange, self._fakes.apps[host], self._latencies())
        task = asyncio.get_running_loop().create_task(work, context=self._outside.copy())
        cut = asyncio.Event()
        self._open.setdefault(host, {})[exchange] = cut
        try:
            return await _first(task, cut, request.timeout_seconds)
        finally:
            exchange.leave()
            del self._open[host][exchange]

    def _refuses(self, host: str) -> bool:
        platform = UPLINK if host.startswith(UPLINK) else host
        return self._fakes is not None and bool(
            self._fakes.world.faults.active(platform, "all", None, ("refused",))
        )

    def _fault_started(self, fault: Fault) -> None:
        if fault.kind != "refused":
            return
        for host, exchanges in self._open.items():
            if self._refuses(host):
                for cut in exchanges.values():
                    cut.set()

    # --- from the platforms to the hub --------------------------------------------------------------

    async def request(
        self, method: str, url: str, *, body: bytes, headers: Mapping[str, str], timeout_seconds: float
    ) -> Received | None:
        """A webhook on its way; None when nobody answered."""
        self.moments.pass_by("webhook")
        answer = await self.ask_hub(
            method,
            url,
            body=body,
            headers=headers,
            timeout_seconds=timeout_seconds,
            on_yes=lambda _: self.on_webhook_taken(url, body) if method == "POST" else None,
        )
        if answer is None:
            return None
        self.on_answered(body, answer.status)
        return Received(answer.status, answer.body)

    async def ask_hub(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float = ASK_SECONDS,
        on_yes: Callable[[HttpAnswer], None] = lambda _: None,
    ) -> HttpAnswer | None:
        """Ask the hub over HTTP; None when nobody answered. ``on_yes``: in the moment in which a 2xx leaves it."""
        latencies = self._latencies()
        if self.hub is None:
            await asyncio.sleep(CONNECT_SECONDS)
            return None
        life, web = self.hub
        exchange = Exchange(
            method, url, headers=headers or {}, body=body, on_answer=lambda: self._answered(exchange, on_yes)
        )
        with suppress(KilledError, TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await life.ask(exchange.run(web, latencies[0]))
        exchange.leave()
        answer = exchange.answer()
        if answer is not None:
            # It has left the hub: whether that lives on makes no difference.
            await asyncio.sleep(latencies[1])
        return answer

    def _answered(self, exchange: Exchange, on_yes: Callable[[HttpAnswer], None]) -> None:
        self.moments.pass_by("answer")
        answer = exchange.answer()
        if answer is not None and answer.status // 100 == 2:
            on_yes(answer)

    def _latencies(self) -> tuple[float, float]:
        return self._chance.uniform(*LATENCY_SECONDS), self._chance.uniform(*LATENCY_SECONDS)


async def _answered(exchange: Exchange, app: App, latencies: tuple[float, float]) -> HttpAnswer | None:
    """What a platform answers; None where it cuts the connection."""
    try:
        await exchange.run(app, latencies[0])
    except ConnectionDroppedError:
        return None
    await asyncio.sleep(latencies[1])
    return exchange.answer()


async def _first(task: asyncio.Task[HttpAnswer | None], cut: asyncio.Event, seconds: float) -> HttpAnswer:
    """The answer, if it comes before the connection is cut and the caller's patience ends."""
    cutting = asyncio.ensure_future(cut.wait())
    try:
        await asyncio.wait({task, cutting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        cutting.cancel()
    if not task.done():
        raise AnswerLostError("the connection was cut" if cut.is_set() else "no answer in time")
    answer = task.result()
    if answer is None:
        raise AnswerLostError("the connection was reset")
    return answer


class Line:
    """The hub's way out, for as long as that process lives."""

    def __init__(self, network: Network, life: Life) -> None:
        self._network = network
        self._life = life

    async def request(self, request: HttpRequest) -> HttpAnswer:
        if self._life.dead:
            raise NotConnectedError("the process is gone")
        return await self._network.call(request)

    async def close(self) -> None:
        """Nothing is held open."""
