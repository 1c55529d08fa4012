"""One fault from its start to its end, under light traffic, with everything that must hold."""

import time
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
from tests.scenarios.demo import Demo, failing_in, measured, running_demo, until
from tests.scenarios.traffic import Tally, Traffic

NOTICED_SECONDS: Final = 30
CLOSED_SECONDS: Final = 90
MESSAGES_DURING: Final = 20
"""Written and answered after the fault was noticed, before it ends."""
INSTAGRAM: Final = (("ann", "instagram"), ("emre", "instagram"), ("hana", "instagram"))
OTHERS: Final = (("ann", "whatsapp"), ("bilal", "sms"), ("chiara", "email"))
BOTH_ACCOUNTS: Final = ("instagram:shop", "instagram:studio")


class Case(msgspec.Struct, frozen=True):
    """A fault, the channels that it may touch, and the cause that the radar has to name for the first."""

    name: str
    fault: dict[str, Any]
    channels: tuple[str, ...]
    cause: str


async def survive(folder: Path, case: Case) -> None:
    """Noticed in time, named rightly, nothing lost or doubled, over by proof, nobody else blamed."""
    async with running_demo(folder) as demo, Traffic(demo, (*INSTAGRAM, *OTHERS)) as traffic:
        began = time.monotonic()
        await demo.fault(**case.fault)
        incident = await demo.incident(case.channels[0], NOTICED_SECONDS)
        measured("%s: noticed after %.1f s", case.name, time.monotonic() - began)
        await until(partial(stops_sending, demo, incident), NOTICED_SECONDS, "that sending is said to fail")
        await until(partial(named, demo, incident, case.cause), NOTICED_SECONDS, f"the cause {case.cause}")
        measured("%s: named after %.1f s", case.name, time.monotonic() - began)
        await traffic.goes_on(MESSAGES_DURING)
        await _settles(demo, traffic, case)


async def stops_sending(demo: Demo, incident: dict[str, Any]) -> bool:
    return "send" in (await demo.api("GET", f"/incidents/{incident['id']}"))["capabilities"]


async def named(demo: Demo, incident: dict[str, Any], cause: str) -> bool:
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
    found = failing_in(*incidents)
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
