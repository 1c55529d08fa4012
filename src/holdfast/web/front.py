"""The first thing that every request meets: which face it is for, and headers that every answer carries."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from holdfast.kernel import get_log
from holdfast.web.asgi import AsgiApp, Message, Receive, Scope, Send, answer_error
from holdfast.web.metrics import Metrics

STREAM: Final = "/api/v1/stream"
DIRECT_STREAM: Final = "/direct/v1/stream"
_NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
_NO_STORE: Final = (b"cache-control", b"no-store")
_PUBLIC: Final = (_NOSNIFF,)
_PRIVATE: Final = (_NOSNIFF, _NO_STORE)


class Front:
    """``faces`` are (name, beginning of the path, application), the first that fits is asked; ``streams`` are the
    WebSockets by their paths.
    """

    def __init__(
        self,
        *,
        faces: Sequence[tuple[str, str, AsgiApp]],
        streams: Mapping[str, AsgiApp],
        lifespan: AsgiApp,
        metrics: Metrics,
        retire: Callable[[], None],
        is_here: Callable[[str], bool],
    ) -> None:
        self._faces = faces
        self._streams = streams
        self._lifespan = lifespan
        self._metrics = metrics
        self.is_here = is_here
        """Whether a member has one of our pages in front of them."""
        self.retire = retire
        """Says that the server is about to stop, so that whoever waits for news is answered now."""
        self._log = get_log("web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "websocket":
                await self._websocket(scope, receive, send)
            case "lifespan":
                await self._lifespan(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, app = self._face(scope["path"])
        reply = _Reply(send, private=name == "api")
        try:
            await app(scope, receive, reply)
        except Exception as error:
            self._log.exception("a face failed", face=name, error=repr(error))
            if not reply.status:
                await answer_error(reply, 500, "internal", "Something went wrong here; it has been noted.")
            else:
                raise
        finally:
            self._metrics.answered(name, reply.status)

    def _face(self, path: str) -> tuple[str, AsgiApp]:
        for name, beginning, app in self._faces:
            if path.startswith(beginning):
                return name, app
        return "none", _nothing

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        stream = self._streams.get(scope["path"])
        if stream is not None:
            await stream(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 4404})


class _Reply:
    """A send that remembers the status and adds what every answer carries."""

    def __init__(self, send: Send, *, private: bool) -> None:
        self._send = send
        self._private = private
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self._with_ours(list(message.get("headers", ())))}
        await self._send(message)

    def _with_ours(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        for ours in _PRIVATE if self._private else _PUBLIC:
            if not any(name.lower() == ours[0] for name, _ in headers):
                headers.append(ours)
        return headers


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    del scope, receive
    await answer_error(send, 404, "not_found", "There is nothing at this address.")
