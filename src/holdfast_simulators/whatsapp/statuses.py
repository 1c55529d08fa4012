"""What becomes of a message after it was accepted: sent, delivered, read or failed, told by webhook."""

from typing import Any

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.people import Message
from holdfast_simulators.webhooks import Hook, Webhooks
from holdfast_simulators.world import World

SENT_AFTER_SECONDS = (0.03, 0.2)
DELIVERED_AFTER_SECONDS = (0.1, 0.5)
RANK = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "seen": 3}
UNDELIVERABLE = {
    "code": 131026,
    "title": "Message undeliverable",
    "message": "Message undeliverable",
    "error_data": {"details": "Message Undeliverable."},
}


class Statuses:
    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self._world = world
        self._webhooks = webhooks

    def follow(self, account: AccountState, message: Message) -> None:
        self._world.background.spawn(self._carry(account, message))

    def advance(self, account: AccountState, message: Message, status: str) -> None:
        """States only ever move forward."""
        if RANK[status] <= RANK.get(message.state, 0):
            return
        message.state = "seen" if status == "read" else status
        self._world.changed(message)
        self._tell(account, message, status)

    async def _carry(self, account: AccountState, message: Message) -> None:
        await self._world.clock.sleep(self._world.random.uniform(*SENT_AFTER_SECONDS))
        if message.person is None:
            message.state = "failed"
            self._tell(account, message, "failed", errors=[UNDELIVERABLE])
            return
        self.advance(account, message, "sent")
        await self._world.clock.sleep(self._world.random.uniform(*DELIVERED_AFTER_SECONDS))
        self.advance(account, message, "delivered")

    def _tell(self, account: AccountState, message: Message, status: str, **more: Any) -> None:
        shown: dict[str, Any] = {
            "id": message.id,
            "status": status,
            "timestamp": str(self._world.clock.now_ms() // MS_PER_SECOND),
            "recipient_id": message.address,
            **more,
        }
        if "callback_data" in message.details:
            shown["biz_opaque_callback_data"] = message.details["callback_data"]
        if status == "sent":
            shown["pricing"] = {"billable": True, "pricing_model": "PMP", "category": "service"}
        self._webhooks.publish(
            Hook(account=account, address=message.address, events=({"statuses": [shown]},))
        )
