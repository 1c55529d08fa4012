"""Which of the faults that are on strikes the mail provider now."""

from collections.abc import Iterable

from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.faults import Fault
from holdfast_simulators.request_log import LoggedRequest
from holdfast_simulators.world import World

PLATFORM = "email"

SUBMITTING = ("send",)
READING = ("receive", "history")
SIGNING_IN = "sign_in"


class Weather:
    """The world's faults as one mail account feels them."""

    def __init__(self, *, world: World, account: str) -> None:
        self._world = world
        self._account = account

    def strike(self, capabilities: Iterable[str], kinds: Iterable[str]) -> Fault | None:
        """The fault that hits this one request, its rate considered; drawn once per fault."""
        return next((f for f in self._active(capabilities, kinds) if f.rate >= 1 or self._draws(f)), None)

    def strike_only(self, capability: str, kinds: Iterable[str]) -> Fault | None:
        """As `strike`, for faults of this one capability; those of "all" show elsewhere."""
        own = (f for f in self._active((capability,), kinds) if f.capability == capability)
        return next((f for f in own if f.rate >= 1 or self._draws(f)), None)

    def certain(self, capabilities: Iterable[str], kinds: Iterable[str]) -> Fault | None:
        """A fault that hits every request."""
        return next((f for f in self._active(capabilities, kinds) if f.rate >= 1), None)

    def coin(self) -> bool:
        """Choose between two ways in which providers fail."""
        return bool(self._world.random.getrandbits(1))

    async def wait(self, fault: Fault) -> None:
        """Wait as long as the fault delays an answer."""
        await self._world.clock.sleep(fault.delay_ms / MS_PER_SECOND)

    def log(
        self, *, method: str, path: str, status: int | None, effect: bool, fault: Fault | None = None
    ) -> None:
        self._world.log_request(
            LoggedRequest(
                at_ms=self._world.clock.now_ms(),
                platform=PLATFORM,
                method=method,
                path=path,
                status=status,
                effect=effect,
                fault=fault.id if fault else None,
                account=self._account,
            )
        )

    def _active(self, capabilities: Iterable[str], kinds: Iterable[str]) -> list[Fault]:
        wanted = frozenset(kinds)
        found = {
            fault.id: fault
            for capability in capabilities
            for fault in self._world.faults.active(PLATFORM, capability, self._account, wanted)
        }
        return list(found.values())

    def _draws(self, fault: Fault) -> bool:
        return self._world.random.random() < fault.rate
