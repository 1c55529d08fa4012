"""Faults of calls to a platform: noticed in time, named rightly, nothing lost or doubled, and over by proof."""

import time
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from tests.scenarios.demo import Demo, measured, running_demo, until
from tests.scenarios.traffic import Tally, Traffic

NOTICED_SECONDS: Final = 30
CLOSED_SECONDS: Final = 90
MESSAGES_DURING: Final = 20
"""Written and answered after the fault was noticed, before it ends."""
INSTAGRAM: Final = (("ann", "instagram"), ("emre", "instagram"), ("hana", "instagram"))
OTHERS: Final = (("ann", "whatsapp"), ("bilal", "sms"), ("chiara", "email"))


class Case(msgspec.Struct, frozen=True):
    """A fault, the channels that it touches, and what the radar has to say of the first of them."""

    name: str
    fault: dict[str, Any]
    channels: tuple[str, ...]
    capability: str
    cause: str
    unsure: bool = False
    """Sends may stay in doubt until a person decides, or fail: the platform keeps no record."""


IG: Final = ("instagram:shop", "instagram:studio")
CASES: Final = (
    Case("refused", {"platform": "instagram", "kind": "refused"}, IG, "send", "platform"),
    Case("server_error", {"platform": "instagram", "kind": "server_error"}, IG, "send", "platform"),
    Case("html_error", {"platform": "instagram", "kind": "html_error"}, IG, "send", "platform"),
    Case("slow", {"platform": "instagram", "kind": "slow", "delay_ms": 9000}, IG, "send", "platform"),
    Case("throttle", {"platform": "instagram", "kind": "throttle"}, IG, "send", "platform"),
    Case("token_error", {"platform": "instagram", "kind": "token_error"}, IG, "send", "token"),
    Case("permission_error", {"platform": "instagram", "kind": "permission_error"}, IG, "send", "account"),
    Case(
        "one account",
        {"platform": "instagram", "kind": "server_error", "account": "kelpandco"},
        ("instagram:shop",),
        "send",
        "account",
    ),
    Case(
        "sends only",
        {"platform": "instagram", "kind": "server_error", "capability": "send"},
        ("instagram:shop",),
        "send",
        "platform",
    ),
    Case(
        "uplink",
        {"platform": "uplink", "kind": "refused"},
        (*IG, "whatsapp:shop", "sms:shop", "email:shop"),
        "send",
        "uplink",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "_"))
async def test_a_fault_is_noticed_named_and_survived(tmp_path: Path, case: Case) -> None:
    async with running_demo(tmp_path) as demo, Traffic(demo, (*INSTAGRAM, *OTHERS)) as traffic:
        began = time.monotonic()
        await demo.fault(**case.fault)
        incident = await demo.incident(case.channels[0], NOTICED_SECONDS)
        measured("%s: noticed after %.1f s", case.name, time.monotonic() - began)
        assert case.capability in incident["capabilities"], incident
        await until(partial(_named, demo, incident, case.cause), NOTICED_SECONDS, f"the cause {case.cause}")
        measured("%s: named after %.1f s", case.name, time.monotonic() - began)
        await traffic.goes_on(MESSAGES_DURING)
        await _settles(demo, traffic, case)


async def _named(demo: Demo, incident: dict[str, Any], cause: str) -> bool:
    return bool((await demo.api("GET", f"/incidents/{incident['id']}"))["cause"] == cause)


async def _settles(demo: Demo, traffic: Traffic, case: Case) -> None:
    await demo.end_faults()
    began = time.monotonic()
    await demo.all_closed(CLOSED_SECONDS)
    measured("%s: closed after %.1f s", case.name, time.monotonic() - began)
    tally = await traffic.settled()
    measured("%s: %s", case.name, tally)
    nothing_is_wrong(tally)
    incidents = await demo.incidents("all")
    found = sorted(each["channel"] for each in incidents)
    assert len(set(found)) == len(found), f"an incident flapped: {found}"
    assert set(found) <= set(case.channels), f"a channel was blamed that worked: {found}"
    assert await demo.incidents() == []
    for each in incidents:
        ledger = await demo.api("GET", f"/incidents/{each['id']}/ledger")
        assert ledger["lost"] == 0


def nothing_is_wrong(tally: Tally) -> None:
    assert (tally.lost, tally.doubled, tally.misplaced) == ([], [], [])
    assert (tally.sent_twice, tally.shown_without_proof, tally.sent_but_not_shown) == ([], [], [])
    assert tally.out_of_order == []
    assert set(tally.states) <= {"sent", "delivered", "read"}, tally.states
