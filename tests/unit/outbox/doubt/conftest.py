"""A shop on two platforms that may keep us in doubt."""

from typing import Any

import pytest
from tests.unit.outbox.doubt.story import IG, LATE_MS, WA


@pytest.fixture
async def shop(hub: Any) -> Any:
    hub.add(IG)
    hub.add(WA, text_max=20)
    hub.doubt_times = {"late_ms": LATE_MS, "resend_after_ms": 120_000, "doubt_holds_ms": 600_000}
    return hub
