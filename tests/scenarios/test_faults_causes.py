"""Whose failure it is: the token's, the account's, our own line's, or each platform's for itself."""

import time
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from tests.scenarios.demo import failing_in, measured, running_demo, until
from tests.scenarios.fault_story import (
    BOTH_ACCOUNTS,
    CLOSED_SECONDS,
    INSTAGRAM,
    NOTICED_SECONDS,
    OTHERS,
    Case,
    named,
    nothing_is_wrong,
    survive,
)
from tests.scenarios.traffic import Traffic

pytestmark = pytest.mark.on("sqlite")

CASES: Final = (
    Case("token_error", {"platform": "instagram", "kind": "token_error"}, BOTH_ACCOUNTS, "token"),
    Case("permission_error", {"platform": "instagram", "kind": "permission_error"}, BOTH_ACCOUNTS, "account"),
    Case(
        "one account",
        {"platform": "instagram", "kind": "server_error", "account": "kelpandco"},
        ("instagram:shop",),
        "account",
    ),
    Case(
        "uplink",
        {"platform": "uplink", "kind": "refused"},
        (*BOTH_ACCOUNTS, "whatsapp:shop", "sms:shop", "email:shop"),
        "uplink",
    ),
)
AT_ONCE: Final = {
    "whatsapp": ("server_error", "platform"),
    "sms": ("token_error", "token"),
    "email": ("refused", "platform"),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "_"))
async def test_a_fault_is_named_after_its_cause(tmp_path: Path, case: Case) -> None:
    await survive(tmp_path, case)


async def test_three_platforms_that_fail_at_once_are_told_apart_and_instagram_is_left_out(
    tmp_path: Path,
) -> None:
    async with running_demo(tmp_path) as demo, Traffic(demo, (*INSTAGRAM, *OTHERS)) as traffic:
        began = time.monotonic()
        for platform, (kind, _) in AT_ONCE.items():
            await demo.fault(platform, kind)
        for platform, (kind, cause) in AT_ONCE.items():
            incident = await demo.incident(f"{platform}:shop", NOTICED_SECONDS)
            await until(partial(named, demo, incident, cause), NOTICED_SECONDS, f"{platform}: {cause}")
            measured("%s %s: noticed within %.1f s", platform, kind, time.monotonic() - began)
        await demo.end_faults()
        await demo.all_closed(CLOSED_SECONDS)
        tally = await traffic.settled()
        measured("three at once: %s", tally)
        nothing_is_wrong(tally)
        assert set(failing_in(*await demo.incidents("all"))) == {f"{name}:shop" for name in AT_ONCE}
