"""The seam to the network: one method, and failures that say whether anything was sent."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Final, Protocol

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver

ANSWER_BYTES_MAX: Final = 8 * 1024 * 1024
CONNECT_SECONDS: Final = 5.0
CONNECT_SHARE: Final = 0.8
"""How much of a call's time may pass before it has a connection; the rest is for the call itself, so that
a call that never left ends as not connected, not as an answer that was lost."""
CONNECTIONS_PER_HOST: Final = 64
"""A platform that hangs takes no more than these; the others keep theirs."""


_PLAIN: Final[tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...]] = (
    (aiohttp.ClientConnectorDNSError, "its name cannot be found"),
    (ConnectionRefusedError, "the connection was refused"),
    ((aiohttp.ClientSSLError, ssl.SSLError), "no secure connection can be made"),
    ((aiohttp.ConnectionTimeoutError, aiohttp.ServerTimeoutError, TimeoutError), "no answer in time"),
    ((aiohttp.ServerDisconnectedError, ConnectionResetError), "the connection was closed without an answer"),
    (aiohttp.ClientPayloadError, "the answer broke off or is too long"),
    (aiohttp.ClientConnectorError, "no connection can be made"),
)
"""The narrower kinds of failure first."""


class HttpRequest(msgspec.Struct, frozen=True):
    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    timeout_seconds: float = 20.0


class HttpAnswer(msgspec.Struct, frozen=True):
    """Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotConnectedError(Exception):
    """No connection was made: nothing was sent."""


class AnswerLostError(Exception):
    """The request may have been received; no whole answer came back."""


class Transport(Protocol):
    async def request(self, request: HttpRequest) -> HttpAnswer:
        """Raises NotConnectedError or AnswerLostError; follows no redirects."""
        ...

    async def close(self) -> None: ...


class HttpTransport:
    """Real HTTP: one session, every time-out set, no cookies, no redirects, bounded answers."""

    def __init__(self, *, connections_max: int = 200, resolver: AbstractResolver | None = None) -> None:
        """``resolver`` looks names up in another way than this machine does."""
        self._connections_max = connections_max
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def request(self, request: HttpRequest) -> HttpAnswer:
        timeout = aiohttp.ClientTimeout(
            total=request.timeout_seconds,
            connect=request.timeout_seconds * CONNECT_SHARE,
            sock_connect=CONNECT_SECONDS,
        )
        try:
            async with self._open_session().request(
                request.method,
                request.url,
                data=request.body or None,
                headers=request.headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                body = await _bounded(response.content)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return HttpAnswer(status=response.status, headers=headers, body=body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NotConnectedError(_sentence(error)) from error
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            raise AnswerLostError(_sentence(error)) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections_max,
                    limit_per_host=CONNECTIONS_PER_HOST,
                    keepalive_timeout=10,
                    resolver=self._resolver,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=True,
            )
        return self._session


async def _bounded(content: aiohttp.StreamReader) -> bytes:
    parts = bytearray()
    async for chunk in content.iter_any():
        parts += chunk
        if len(parts) > ANSWER_BYTES_MAX:
            raise aiohttp.ClientPayloadError(f"the answer is over {ANSWER_BYTES_MAX} bytes")
    return bytes(parts)


def _sentence(error: BaseException) -> str:
    """What happened, for people: no hosts, no ports, no names of errors where a plain word is known."""
    for kinds, words in _PLAIN:
        if isinstance(error, kinds) or isinstance(getattr(error, "os_error", None), kinds):
            return words
    return type(error).__name__
