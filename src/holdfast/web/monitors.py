"""Where outside monitors tell what they see: proven by the token in the address, bounded, made durable, answered."""

import hmac
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.radar import Radar, record_observations
from holdfast.radar.monitors import ShapeError, place_alarms, read_alarms
from holdfast.settings.model import Monitors as MonitorSettings
from holdfast.storage import Database, StoreUnavailableError
from holdfast.web.asgi import (
    ClientGoneError,
    Receive,
    Scope,
    Send,
    TooLargeError,
    TooSlowError,
    answer_error,
    answer_json,
    client_address,
    read_body,
)

PREFIX: Final = "/monitors/"
BODY_BYTES_MAX: Final = 256 * 1024
BODY_SECONDS: Final = 10.0
CALLS: Final = Rate(burst=60, per_second=2)
"""What may come from one network address."""
NAMES_SHOWN: Final = 5


class TakenView(msgspec.Struct, frozen=True):
    """``taken`` is how many pieces of evidence were written down."""

    taken: int


class MonitorsIn:
    def __init__(
        self,
        *,
        database: Database,
        radar: Radar,
        clock: Clock,
        settings: MonitorSettings,
        channels: Callable[[], Iterable[str]],
    ) -> None:
        self._database = database
        self._radar = radar
        self._clock = clock
        self._settings = settings
        self._channels = channels
        self._calls = Buckets(clock, CALLS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._calls.take(client_address(scope)):
            await answer_error(send, 429, "too_many", "Too many calls.", headers=(("retry-after", "5"),))
        elif not self._is_proven(scope["path"].removeprefix(PREFIX)):
            await answer_error(send, 404, "not_found", "There is no such address.")
        elif scope["method"] != "POST":
            await answer_error(send, 405, "method", "A monitor posts.", headers=(("allow", "POST"),))
        else:
            await self._take(scope, receive, send)

    def _is_proven(self, token: str) -> bool:
        known = self._settings.token
        return (
            known is not None and bool(known) and hmac.compare_digest(known.reveal().encode(), token.encode())
        )

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await read_body(scope, receive, bytes_max=BODY_BYTES_MAX, seconds=BODY_SECONDS)
        except TooLargeError:
            await answer_error(send, 413, "too_large", f"The body is over {BODY_BYTES_MAX} bytes.")
        except TooSlowError:
            await answer_error(send, 408, "too_slow", "The body did not arrive in time.")
        except ClientGoneError:
            return
        else:
            await self._note(body, send)

    async def _note(self, body: bytes, send: Send) -> None:
        try:
            seen, unplaced = place_alarms(
                read_alarms(body),
                rules=self._settings.rules,
                channels=list(self._channels()),
                now=self._clock.now_ms(),
            )
        except ShapeError as error:
            await answer_error(send, 422, "refused", str(error))
            return
        if unplaced and not seen:
            await answer_error(send, 422, "unknown_channel", _unknown(unplaced[0].names))
            return
        try:
            await self._database.write(record_observations, seen)
        except StoreUnavailableError:
            sentence = "It could not be stored now; nothing has taken effect."
            await answer_error(send, 503, "store_unavailable", sentence, headers=(("retry-after", "2"),))
            return
        self._radar.wake()
        await answer_json(send, 200, TakenView(len(seen)))


def _unknown(names: tuple[str, ...]) -> str:
    shown = ", ".join(name[:80] for name in names[:NAMES_SHOWN])
    return (
        f"It names no channel of this hub ({shown or 'nothing'}). Give it the label holdfast_channel, "
        "or a rule in [monitors.rules]."
    )
