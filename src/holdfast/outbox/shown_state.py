"""What a message shows, from the states of its deliveries. Pure; ``sent`` needs proof for every part."""

from collections.abc import Sequence
from typing import Final

import msgspec

_RANK: Final = {"sent": 1, "delivered": 2, "read": 3}
_SHOWN: Final = {1: "sent", 2: "delivered", 3: "read"}
_FIRST_SHOWN: Final = ("in_doubt", "sending", "held", "queued", "rejected", "expired", "cancelled")
"""Of several parts, the one that needs most attention is what people see."""
_NAMES: Final = {"queued": "waiting", "rejected": "failed"}


class Part(msgspec.Struct, frozen=True):
    """One delivery as far as its message's state depends on it."""

    state: str
    reason: str = ""
    channel: str = ""
    rerouted: bool = False


def shown_state(deliveries: Sequence[Part]) -> tuple[str, str]:
    """(state, reason) of a message; ``deliveries`` in order of their making, superseded ones included."""
    live = [part for part in deliveries if part.state != "superseded"]
    if not live:
        return "failed", deliveries[-1].reason if deliveries else ""
    for state in _FIRST_SHOWN:
        for part in live:
            if part.state == state:
                return _open_state(part, rerouted=len(live) < len(deliveries))
    rank = min(_RANK[part.state] for part in live)
    return _SHOWN[rank], live[-1].reason


def _open_state(part: Part, *, rerouted: bool) -> tuple[str, str]:
    if rerouted and part.state in {"queued", "sending"}:
        return "rerouted", part.reason
    return _NAMES.get(part.state, part.state), part.reason
