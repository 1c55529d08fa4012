"""Calls to a platform that fail in every way."""

from pathlib import Path
from typing import Final

import pytest
from tests.scenarios.fault_story import BOTH_ACCOUNTS, Case, survive

pytestmark = pytest.mark.on("sqlite")

CASES: Final = (
    Case("refused", {"platform": "instagram", "kind": "refused"}, BOTH_ACCOUNTS, "platform"),
    Case("server_error", {"platform": "instagram", "kind": "server_error"}, BOTH_ACCOUNTS, "platform"),
    Case("html_error", {"platform": "instagram", "kind": "html_error"}, BOTH_ACCOUNTS, "platform"),
    Case("slow", {"platform": "instagram", "kind": "slow", "delay_ms": 9000}, BOTH_ACCOUNTS, "platform"),
    Case("throttle", {"platform": "instagram", "kind": "throttle"}, BOTH_ACCOUNTS, "platform"),
    Case(
        "sends only",
        {"platform": "instagram", "kind": "server_error", "capability": "send"},
        ("instagram:shop",),
        "platform",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "_"))
async def test_a_fault_is_noticed_named_and_survived(tmp_path: Path, case: Case) -> None:
    await survive(tmp_path, case)
