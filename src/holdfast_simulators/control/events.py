"""The live stream for the phone pages: each change of the world, as it happens."""

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect

from holdfast_simulators.control.answers import is_allowed
from holdfast_simulators.live import Watcher
from holdfast_simulators.world import World

CLOSED_NO_TOKEN = 4401
CLOSED_TRY_LATER = 1013


class EventStream:
    """A watcher that is too slow is cut off: it connects again and reads the state anew."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def serve(self, socket: WebSocket) -> None:
        if not is_allowed(socket, self._world.settings.control_token):
            await socket.close(CLOSED_NO_TOKEN)
            return
        await socket.accept()
        watcher = self._world.live.watch()
        if watcher is None:
            await socket.close(CLOSED_TRY_LATER)
            return
        try:
            await self._stream(socket, watcher)
        finally:
            self._world.live.leave(watcher)

    async def _stream(self, socket: WebSocket, watcher: Watcher) -> None:
        sending = asyncio.ensure_future(_send(socket, watcher))
        listening = asyncio.ensure_future(_listen(socket))
        try:
            await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            listening.cancel()
            await asyncio.gather(sending, listening, return_exceptions=True)


async def _send(socket: WebSocket, watcher: Watcher) -> None:
    while not watcher.overrun:
        await socket.send_json(await watcher.next())
    await socket.close(CLOSED_TRY_LATER)


async def _listen(socket: WebSocket) -> None:
    """Nothing is expected; this notices when the page has gone."""
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        return
