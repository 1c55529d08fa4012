"""What a lane asks of a round, and what the round tells it."""

from typing import Final

import msgspec

from holdfast.channels.contract import Outgoing, Sending
from holdfast.outbox.model import Claimed

GOES_ON: Final = frozenset({"sent", "delivered", "read", "rejected"})
"""States of a delivery after which the next of its lane may leave."""


class Work(msgspec.Struct, frozen=True):
    """What to send now, and which attempt it is."""

    outgoing: Outgoing
    number: int
    klass: str


class Wait(msgspec.Struct, frozen=True):
    """Nothing to send now, and the lane was let go: when it is due again (ms), None for when something wakes it."""

    due_at: int | None


class GoOn(msgspec.Struct, frozen=True):
    """What came back is settled, and the lane is still its owner's."""


Step = Work | Wait | GoOn


class Returned(msgspec.Struct, frozen=True):
    """What became of one attempt. ``address``: whom it was for."""

    delivery_id: str
    number: int
    sending: Sending
    address: str


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Settle what came back, if anything, then begin the lane's next message where ``begins``.

    ``probing``: one message alone is tried, due or not, and after it the lane is let go.
    """

    lane: Claimed
    returned: Returned | None = None
    begins: bool = True
    probing: bool = False
