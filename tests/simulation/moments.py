"""Waiting for the hub to do something of a kind, to strike while it is at it."""

import asyncio


class Moments:
    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}

    def pass_by(self, kind: str) -> None:
        """It happens now."""
        for waiting in self._waiting.pop(kind, []):
            if not waiting.done():
                waiting.set_result(None)

    async def next(self, kind: str) -> None:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(kind, []).append(waiting)
        await waiting
