"""What strikes a run, each blow at its time: the platforms, the hub's processes, its machine's clock."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final
from urllib.parse import parse_qsl

from holdfast.storage import StoreUnavailableError
from holdfast_simulators import World
from holdfast_simulators.faults import Fault
from holdfast_simulators.meta.signing import signed_headers
from holdfast_simulators.twilio.signing import SIGNATURE_HEADER, signature

from .blow import ClockJump, Kill, Misfortune, Poison, Stall
from .hub_process import HubProcess, Machine
from .lives import KilledError
from .network import Network
from .stumbles import Stumble, StumbledError, stumble
from .town import HUB_URL

PATIENCE_SECONDS: Final = 20.0
"""How long a blow waits for its moment."""
POISON_SECONDS: Final = 10.0
POISONS_AT_ONCE: Final = 4

WriteOn = Callable[[str], Coroutine[Any, Any, None]]


def all_blows(
    machine: Machine, world: World, network: Network, write_on: WriteOn
) -> list[Coroutine[Any, Any, None]]:
    """``write_on`` lets somebody write on a channel."""
    fate, nodes = machine.fate, machine.nodes
    return [
        *(_befall(world, misfortune) for misfortune in fate.misfortunes),
        *(
            _strike(node, network, sorted(_of(number, fate.kills, fate.stalls), key=lambda blow: blow.at))
            for number, node in enumerate(nodes)
        ),
        *(_turn_clock(machine, jump) for jump in fate.clock_jumps),
        *(_poison(network, poison, write_on) for poison in fate.poisons),
        *(_stumble(nodes[0], network, each) for each in fate.stumbles),
    ]


def _of(number: int, kills: tuple[Kill, ...], stalls: tuple[Stall, ...]) -> list[Kill | Stall]:
    blows: list[Kill | Stall] = [*kills, *stalls]
    return [blow for blow in blows if blow.node == number]


async def _befall(world: World, misfortune: Misfortune) -> None:
    await asyncio.sleep(misfortune.at)
    fault = Fault(
        platform=misfortune.platform,
        kind=misfortune.kind,
        capability=misfortune.capability,
        account=misfortune.account,
        rate=misfortune.rate,
        delay_ms=misfortune.delay_ms,
        seconds=misfortune.seconds,
    )
    world.faults.start(fault)


async def _strike(node: HubProcess, network: Network, blows: list[Kill | Stall]) -> None:
    """One blow after the other on one process."""
    loop = asyncio.get_running_loop()
    for blow in blows:
        await asyncio.sleep(max(0.0, blow.at - loop.time()))
        if blow.after:
            await _soon(network.moments.next(blow.after))
        for _ in range(blow.turns):
            await asyncio.sleep(0)
        if isinstance(blow, Kill):
            await asyncio.sleep(blow.delay)
            await _kill(node, blow)
        else:
            await node.stand_still(blow.seconds)


async def _kill(node: HubProcess, kill: Kill) -> None:
    await node.kill(power=kill.power)
    await asyncio.sleep(kill.away_seconds)
    starting = asyncio.create_task(node.start())
    if kill.again_after is not None:
        await asyncio.sleep(kill.again_after)
        await node.kill(power=kill.power)
    await starting
    if not node.up.is_set():
        await node.start()


async def _soon(moment: Coroutine[Any, Any, None]) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(moment, PATIENCE_SECONDS)


async def _turn_clock(machine: Machine, jump: ClockJump) -> None:
    await asyncio.sleep(jump.at)
    machine.clock.off_ms = round(jump.off_seconds * 1000)
    await asyncio.sleep(jump.seconds)
    machine.clock.off_ms = 0


async def _stumble(node: HubProcess, network: Network, blow: Stumble) -> None:
    await asyncio.sleep(blow.at)
    await _soon(network.moments.next("commit"))
    with suppress(KilledError, StoreUnavailableError, StumbledError):
        await node.ask(node.hub.database.write(stumble, blow.number))


async def _poison(network: Network, poison: Poison, write_on: WriteOn) -> None:
    """Several at once, and honest messages among them, so that they are read together."""
    await asyncio.sleep(poison.at)
    async with asyncio.TaskGroup() as group:
        for _ in range(POISONS_AT_ONCE):
            group.create_task(_send(network, poison))
            group.create_task(write_on(f"{poison.platform}:shop"))


async def _send(network: Network, poison: Poison) -> None:
    url = f"{HUB_URL}/hooks/{poison.platform}/shop"
    body = poison.body.encode()
    await network.ask_hub(
        "POST", url, body=body, headers=_signed(poison, url, body), timeout_seconds=POISON_SECONDS
    )


def _signed(poison: Poison, url: str, body: bytes) -> dict[str, str]:
    if poison.platform != "sms":
        return signed_headers("app-secret", body)
    fields = dict(parse_qsl(poison.body, keep_blank_values=True))
    return {
        "content-type": "application/x-www-form-urlencoded",
        SIGNATURE_HEADER: signature("sms-secret", url, fields),
    }
