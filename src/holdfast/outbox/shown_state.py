"""What a message shows, from the states of its deliveries. Pure; ``sent`` needs proof for every part."""

from collections.abc import Sequence
from typing import Final

import msgspec

_RANK: Final = {"sent": 1, "delivered": 2, "read": 3}
_SHOWN: Final = {1: "sent", 2: "delivered", 3: "read"}
_FIRST_SHOWN: Final = ("in_doubt", "sending", "held", "queued", "rejected", "expired", "cancelled")
"""Of several parts, the one that needs most attention is what people see."""
_ENDED: Final = frozenset({"rejected", "expired", "cancelled"})
_NAMES: Final = {"queued": "waiting", "rejected": "failed"}


class Part(msgspec.Struct, frozen=True):
    """One delivery as far as its message's state depends on it: part ``number`` of ``of``."""

    state: str
    reason: str = ""
    channel: str = ""
    rerouted: bool = False
    number: int = 1
    of: int = 1


def shown_state(deliveries: Sequence[Part]) -> tuple[str, str]:
    """(state, reason) of a message; ``deliveries`` in order of their making, superseded ones included."""
    live = [part for part in deliveries if part.state != "superseded"]
    if not live:
        return "failed", deliveries[-1].reason if deliveries else ""
    for state in _FIRST_SHOWN:
        for part in live:
            if part.state == state:
                shown, reason = _open_state(part, rerouted=len(live) < len(deliveries))
                return shown, _of_parts(reason, part, live)
    rank = min(_RANK[part.state] for part in live)
    return _SHOWN[rank], live[-1].reason


def _open_state(part: Part, *, rerouted: bool) -> tuple[str, str]:
    if rerouted and part.state in {"queued", "sending"}:
        return "rerouted", part.reason
    return _NAMES.get(part.state, part.state), part.reason


def _of_parts(reason: str, part: Part, live: Sequence[Part]) -> str:
    """The reason of one part of several, with how far the message has come where it ends there."""
    if part.of == 1 or not reason:
        return reason
    told = f"Part {part.number} of {part.of}: {reason}"
    sent = sum(1 for each in live if each.state in _RANK)
    if not sent or part.state not in _ENDED:
        return told
    return f"{told} Part 1 was sent." if sent == 1 else f"{told} {sent} parts were sent."
