"""Clocks go along when two people are joined, and back when they part, each with the message that started it."""

from typing import Any

from holdfast.conversations import Pair
from holdfast.storage import Tx
from holdfast.targets import store


class TargetJoining:
    """Implements ``Beside`` of the conversations; how the clocks stand afterwards is reckoned anew."""

    async def join(self, tx: Tx, pair: Pair) -> dict[str, Any]:
        await store.move_all(tx, pair.kept, pair.dropped)
        return {}

    async def part(self, tx: Tx, pair: Pair, record: Any) -> None:  # noqa: ARG002 - nothing has to be remembered
        await store.move_back(tx, pair.kept, pair.dropped)
