"""Runs the fakes on loopback: one listening socket for each platform, one for the control API."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from holdfast_simulators.clock import WallClock
from holdfast_simulators.control import build_control
from holdfast_simulators.control.context import Context
from holdfast_simulators.fakes import Fakes, build_fakes
from holdfast_simulators.faults import UPLINK, Fault
from holdfast_simulators.listener import HOST, Listener
from holdfast_simulators.mail import MailSimulator
from holdfast_simulators.mail_line import MailLine
from holdfast_simulators.phone_line import PhoneLine
from holdfast_simulators.population import populate
from holdfast_simulators.settings import Settings
from holdfast_simulators.transport import SocketTransport
from holdfast_simulators.world import World

CONTROL = "control"


@dataclass(frozen=True)
class Simulators:
    world: World
    addresses: dict[str, str]
    """control, instagram, whatsapp, sms, feeds, webpush, uplink_a, uplink_b; smtp and imap as host:port."""


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Simulators]:
    """Everything listens inside the block, and is closed behind it.

    Raises OSError when a port is taken, UnknownAddress or AddressTaken when the people do not fit.
    """
    # Chance must be repeatable here, not secret.
    chance = random.Random(settings.seed)  # noqa: S311
    world = World(settings=settings, clock=WallClock(), chance=chance)
    populate(world)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(world.close)
        transport = SocketTransport()
        stack.push_async_callback(transport.close)
        fakes = build_fakes(world, transport)
        doors = Doors(fakes)
        stack.push_async_callback(doors.close)
        await doors.open()
        phones = await _phones(world, fakes, stack)
        control = Listener(CONTROL, build_control(Context(fakes, phones, doors.settled)), settings.port)
        stack.push_async_callback(control.close)
        await control.open()
        world.addresses[CONTROL] = control.address
        yield Simulators(world, world.addresses)


async def _phones(world: World, fakes: Fakes, stack: AsyncExitStack) -> dict[str, PhoneLine]:
    phones: dict[str, PhoneLine] = {name: made.phone for name, made in fakes.platforms.items()}
    account = world.settings.accounts.mail
    if account is not None:
        mail = MailSimulator(world=world, settings=account, clock=world.clock)
        await mail.start()
        stack.push_async_callback(mail.stop)
        world.addresses["smtp"] = f"{HOST}:{mail.smtp_port}"
        world.addresses["imap"] = f"{HOST}:{mail.imap_port}"
        phones["email"] = MailLine(world, mail)
    return phones


class Doors:
    """The platforms' listeners, closed and opened as the faults of kind "refused" want it."""

    def __init__(self, fakes: Fakes) -> None:
        self._world = fakes.world
        ports = fakes.world.settings.ports
        self._listeners = [Listener(name, app, getattr(ports, name)) for name, app in fakes.apps.items()]

    async def open(self) -> None:
        for listener in self._listeners:
            await listener.open()
            self._world.addresses[listener.name] = listener.address
        self._world.faults.on_start.append(self._fault_started)
        self._world.faults.on_end.append(self._fault_ended)

    async def close(self) -> None:
        for listener in self._listeners:
            await listener.close()

    async def settled(self) -> None:
        """Opens what may be open again; returns when the sockets are as the faults want them."""
        for listener in self._listeners:
            if self._is_refusing(listener):
                listener.refuse()
            else:
                await listener.open()
                self._refuse_what_must()

    def _fault_started(self, fault: Fault) -> None:
        if fault.kind == "refused":
            self._refuse_what_must()

    def _fault_ended(self, fault: Fault) -> None:
        if fault.kind == "refused":
            self._world.background.spawn(self.settled())

    def _refuse_what_must(self) -> None:
        for listener in self._listeners:
            if self._is_refusing(listener):
                listener.refuse()

    def _is_refusing(self, listener: Listener) -> bool:
        platform = UPLINK if listener.name.startswith(UPLINK) else listener.name
        return bool(self._world.faults.active(platform, "all", None, ("refused",)))
