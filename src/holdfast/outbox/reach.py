"""Whether a person could be reached if a channel failed: the very rules by which held messages are carried elsewhere.

Pure: addresses and channels in, the way out.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from holdfast.outbox.candidates import ChannelFact, candidates
from holdfast.outbox.routing import PLATFORM_ORDER, Candidate, choose_failover, choose_preferred
from holdfast.storage import Row

FAILING: Final = "down"


def usual(known: Sequence[Candidate], now: int) -> Candidate | None:
    """Where a person is written to as a rule: the address that a reply would take now, else where they wrote last."""
    chosen = choose_preferred(known, "auto", now)
    if chosen is not None:
        return chosen
    heard = [candidate for candidate in known if candidate.last_in_at]
    return max(heard, key=lambda candidate: candidate.last_in_at) if heard else None


def way_out(
    known: Sequence[Candidate],
    failing: Candidate,
    now: int,
    order: Sequence[str] = PLATFORM_ORDER,
    *,
    with_domain: bool = True,
) -> Candidate | None:
    """By which address a person is reached while a channel fails, ``with_domain`` with all that fails with it; None for
    no way. Everything else is as well as it is now.
    """

    def fails(candidate: Candidate) -> bool:
        if with_domain:
            return candidate.domain == failing.domain
        return candidate.channel == failing.channel

    imagined = [
        msgspec.structs.replace(candidate, health=FAILING) if fails(candidate) else candidate
        for candidate in known
    ]
    return choose_failover(imagined, failing, now, order)


def other_way(
    addresses: Sequence[Row],
    facts: Mapping[str, ChannelFact],
    now: int,
    order: Sequence[str] = PLATFORM_ORDER,
) -> Candidate | None:
    """The way to a person with these addresses when the channel fails on which they are written to."""
    known = candidates(addresses, facts, human=True)
    failing = usual(known, now)
    return way_out(known, failing, now, order) if failing else None
