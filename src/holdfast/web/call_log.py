"""When platforms last called each channel's webhook, and whether they were believed; nobody waits for it."""

from typing import Final

import msgspec

from holdfast.channels.contract import Forged, Verification
from holdfast.inbox import Calls, note_calls
from holdfast.kernel import Clock
from holdfast.storage import Database, StoreUnavailableError

FLUSH_SECONDS: Final = 1.0


class CallLog:
    """Keeps only the newest time of each kind for each connected channel, so that no flood makes it larger."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen: dict[str, Calls] = {}

    def note(self, channel: str, method: str, verdict: Verification) -> None:
        kind = _kind(method, verdict)
        if kind:
            known = self._seen.get(channel, Calls())
            self._seen[channel] = msgspec.structs.replace(known, **{kind: self._clock.now_ms()})

    async def flush(self) -> None:
        """Write what was seen; while the store is away it is kept here."""
        seen, self._seen = self._seen, {}
        if not seen:
            return
        try:
            await self._database.write(note_calls, seen)
        except StoreUnavailableError:
            self._seen = {**seen, **self._seen}

    async def run(self) -> None:
        while True:
            await self._clock.sleep(FLUSH_SECONDS)
            await self.flush()


def _kind(method: str, verdict: Verification) -> str:
    match verdict:
        case Forged(told="signature"):
            return "forged_at"
        case Forged(told="verify_token"):
            return "misasked_at"
        case Forged():
            return ""
        case _:
            return "asked_at" if method == "GET" else "genuine_at"
