"""What takes long to read must not hold up those who wait for an answer."""

import threading
from typing import Any

from holdfast.channels.contract import MessageReceived
from holdfast.conversations.applier import ASIDE_BYTES_MIN
from holdfast.storage import NewEnvelope

MAIL = "email:shop"


class Reader:
    """Says which thread read each envelope."""

    def __init__(self) -> None:
        self.threads: list[bool] = []

    def parse(self, envelope: Any) -> list[MessageReceived]:
        self.threads.append(threading.current_thread() is threading.main_thread())
        return [
            MessageReceived(external_id=f"m{envelope.seq}", address="ann@customer.example", at=envelope.seq)
        ]


async def test_a_large_envelope_is_read_beside_the_loop_and_in_its_turn(hub: Any) -> None:
    hub.add(MAIL)
    reader = Reader()
    hub.adapters[MAIL].parse = reader.parse
    for size in (1, ASIDE_BYTES_MIN, 1):
        await hub.spool.append(NewEnvelope(MAIL, "poll", 1, bytes(size)))
    while await hub.applier.apply_batch():
        pass
    assert reader.threads == [True, False, True]
    rows = await hub.rows("SELECT external_id FROM message ORDER BY at")
    assert [row["external_id"] for row in rows] == ["m1", "m2", "m3"]
