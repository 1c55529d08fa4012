"""A lane whose worker the store failed is worked again as soon as the store is back."""

from typing import Any

from holdfast.channels.contract import MessageReceived
from holdfast.outbox import store
from holdfast.storage import StoreUnavailableError

IG = "instagram:shop"


class Failing:
    """A store that is away for the first write after a lane was claimed, and for as long as it is told."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.away = False
        self.claimed = False

    async def write(self, work: Any, *values: Any, **more: Any) -> Any:
        if self.away:
            raise StoreUnavailableError("away")
        if work is store.lease_lanes and not self.claimed:
            leased = await self._inner.write(work, *values, **more)
            self.claimed = self.away = bool(leased)
            return leased
        return await self._inner.write(work, *values, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


async def test_a_lane_that_a_store_failure_left_does_not_wait_for_its_lease(hub: Any) -> None:
    hub.add(IG)
    hub.database = Failing(hub.database)
    hub.outbox = hub.make_outbox()
    await hub.arrive(IG, MessageReceived("in-1", "ann", hub.clock.now_ms(), "Hi"))
    conversation = (await hub.one("SELECT id FROM conversation"))["id"]
    message_id = await hub.reply(conversation, "We are open")

    async def left() -> bool:
        return hub.database.away and not hub.outbox.dispatcher.owned_lanes()

    async def is_sent() -> bool:
        hub.clock.move(0.5)
        return bool((await hub.message(message_id))["state"] == "sent")

    async with hub.dispatching():
        await hub.until(left)
        until = (await hub.one("SELECT lease_until FROM lane"))["lease_until"]
        hub.database.away = False
        await hub.until(is_sent)
    assert hub.clock.now_ms() < until
