"""What is remembered of a channel's webhook calls, and what is not, on every database."""

from typing import Any

from holdfast.channels.contract import Forged, Genuine
from holdfast.inbox import Calls, calls_of
from holdfast.storage import Database
from holdfast.web.call_log import CallLog

IG = "instagram:shop"


class Hands:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000

    def now_ms(self) -> int:
        return self.now


async def test_the_newest_of_each_kind_is_kept_over_flushes(database: Database) -> None:
    clock: Any = Hands()
    log = CallLog(database, clock)
    log.note(IG, "GET", Genuine(store=False))
    clock.now = 2_000
    log.note(IG, "POST", Forged("no", told="signature"))
    log.note(IG, "POST", Forged("nothing to tell"))
    log.note("sms:shop", "POST", Forged("unsigned"))
    await log.flush()
    clock.now = 3_000
    log.note(IG, "POST", Genuine())
    log.note(IG, "GET", Forged("no", told="verify_token"))
    await log.flush()
    await log.flush()
    calls = await database.read(calls_of, IG)
    assert calls == Calls(asked_at=1_000, forged_at=2_000, genuine_at=3_000, misasked_at=3_000)
    assert await database.read(calls_of, "sms:shop") == Calls()
