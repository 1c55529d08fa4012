"""Outgoing webhooks over real sockets."""

from collections.abc import Mapping

import aiohttp

from holdfast_simulators.webhooks import Received

CONNECTIONS_MAX = 64
CONNECT_SECONDS_MAX = 5.0
ANSWER_BYTES_KEPT = 64 * 1024


class SocketTransport:
    """Open inside a running loop; close it at the end."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX),
            headers={"User-Agent": "simulated-platform"},
            auto_decompress=False,
        )

    async def request(
        self, method: str, url: str, *, body: bytes, headers: Mapping[str, str], timeout_seconds: float
    ) -> Received | None:
        timeout = aiohttp.ClientTimeout(total=timeout_seconds, connect=CONNECT_SECONDS_MAX)
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return Received(answer.status, await answer.content.read(ANSWER_BYTES_KEPT))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return None

    async def close(self) -> None:
        await self._session.close()
