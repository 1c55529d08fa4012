"""What the tests of doubt tell: somebody wrote, our answer went out, and no word came back."""

from typing import Any, Final

from holdfast.channels.contract import InDoubt, MessageReceived

IG: Final = "instagram:shop"
WA: Final = "whatsapp:shop"
TEXT: Final = "We are open"
LATE_MS: Final = 90_000


async def someone(hub: Any, channel: str, value: str = "ann") -> str:
    await hub.arrive(channel, MessageReceived(f"in-{value}", value, hub.clock.now_ms(), "Hi"))
    return str((await hub.one("SELECT id FROM conversation ORDER BY id DESC LIMIT 1"))["id"])


async def doubtful(hub: Any, channel: str = IG, *, text: str = TEXT, over: bool = False) -> str:
    hub.adapters[channel].answers = [InDoubt("no answer in time", over=over)]
    message_id = await hub.reply(await someone(hub, channel), text, route=channel)
    await hub.dispatch()
    return str(message_id)


async def behind(hub: Any, text: str = "Next") -> str:
    return str(await hub.reply((await hub.one("SELECT id FROM conversation"))["id"], text))


async def pass_time(hub: Any, seconds: float, step: float = 5) -> None:
    """Let time pass with everything going on as it would."""
    for _ in range(int(seconds / step)):
        hub.clock.move(step)
        await hub.outbox.reconciler.look()
        await hub.outbox.rescuer.rescue()
        await hub.dispatch()


async def state(hub: Any, message_id: str) -> str:
    return str((await hub.message(message_id))["state"])


async def why(hub: Any, message_id: str) -> str:
    return str((await hub.message(message_id))["state_reason"])


def sent(hub: Any, channel: str = IG) -> list[str]:
    return [each.text for each in hub.adapters[channel].sent]


async def delivery_of(hub: Any, message_id: str) -> Any:
    return (await hub.deliveries(message_id))[0]
