"""A round trip: a message from one account of ours to another. Times are milliseconds since the epoch."""

from enum import StrEnum
from typing import Final

import msgspec


class TripState(StrEnum):
    SENDING = "sending"
    UNDER_WAY = "under_way"
    """The platform took it."""
    IN_DOUBT = "in_doubt"
    """The answer was lost; it may arrive all the same."""
    ARRIVED = "arrived"
    LATE = "late"
    MISSING = "missing"
    """It was taken, and did not arrive in time."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """We did not see how it ended: we were stopped meanwhile, or the answer was lost."""


OPEN: Final = frozenset({TripState.SENDING, TripState.UNDER_WAY, TripState.IN_DOUBT})
TROUBLED: Final = frozenset({TripState.LATE, TripState.MISSING, TripState.FAILED})


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """From which account to which. ``address`` is the receiver as the sender addresses it; ``wait_ms``: how
    long it may take to arrive once it is taken.
    """

    sender: str
    receiver: str
    address: str
    every_ms: int
    wait_ms: int


class Trip(msgspec.Struct, frozen=True, kw_only=True):
    """``latency_ms``: from the call to the arrival. ``reason``: why it failed."""

    id: str
    sender: str
    receiver: str
    state: TripState
    began_at: int
    due_at: int
    ended_at: int | None = None
    latency_ms: int | None = None
    reason: str = ""
