"""What can be made to fail, and what is failing now."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from holdfast_simulators.background import Background
from holdfast_simulators.clock import MS_PER_SECOND, Clock

FAULTS_MAX = 200
FAULT_SECONDS_MAX = 7 * 24 * 3600
DELAY_MS_MAX = 120_000
SLOW_DELAY_MS_DEFAULT = 10_000

CAPABILITIES = ("send", "receive", "history", "sign_in", "all")

ANSWER_KINDS = frozenset(
    {
        "server_error",
        "html_error",
        "slow",
        "accept_then_timeout",
        "accept_then_reset",
        "accept_then_html",
        "accept_then_cut",
        "accept_late",
        "lose_then_timeout",
        "lose_then_reset",
        "throttle",
        "token_error",
        "permission_error",
        "false_success",
    }
)
"""Kinds that change what one API call is answered."""

WEBHOOK_KINDS = frozenset(
    {
        "webhooks_silent",
        "webhooks_delayed",
        "webhooks_duplicated",
        "webhooks_reordered",
        "webhooks_regrouped",
        "subscription_removed",
        "no_echo",
    }
)
"""Kinds that change what the platform tells us by itself."""

KINDS = {
    "instagram": ANSWER_KINDS | WEBHOOK_KINDS | {"refused"},
    "whatsapp": (ANSWER_KINDS | WEBHOOK_KINDS | {"refused"}) - {"no_echo"},
    "sms": (ANSWER_KINDS | WEBHOOK_KINDS | {"refused"})
    - {"no_echo", "webhooks_regrouped", "subscription_removed"},
    "email": frozenset(
        {
            "refused",
            "server_error",
            "greylist",
            "slow",
            "accept_then_reset",
            "accept_then_cut",
            "lose_then_reset",
            "throttle",
            "token_error",
            "bounce",
        }
    ),
    "feeds": frozenset({"refused", "server_error", "html_error", "slow"}),
    "webpush": frozenset(
        {"refused", "server_error", "html_error", "slow", "throttle", "accept_then_reset", "lose_then_reset"}
    ),
    "uplink": frozenset({"refused"}),
}
"""Which kinds make sense on which platform."""

UPLINK = "uplink"
"""The business's own line: while it is cut, every platform is out of reach."""

LATE_KINDS = frozenset({"slow", "accept_late"})
"""Kinds that are nothing without a delay."""
SEND_ONLY = frozenset({"false_success"})
WHOLE_ONLY = frozenset({"refused"})
NUMBERED = frozenset({"sms", "whatsapp"})
"""Platforms that address people by their telephone numbers."""
COUNTRY = re.compile(r"[A-Z]{2}")
NO_RATE = frozenset({"refused", "subscription_removed"})


class FaultRefused(ValueError):  # noqa: N818 - it is an answer to a person, not a crash
    """The fault that was asked for makes no sense; `field` says where."""

    def __init__(self, message: str, field_name: str) -> None:
        super().__init__(message)
        self.field = field_name


@dataclass(frozen=True, kw_only=True)
class Fault:
    platform: str
    kind: str
    capability: str = "all"
    account: str | None = None
    country: str | None = None
    """Only sends to numbers of this ISO 3166 country."""
    rate: float = 1.0
    seconds: float | None = None
    delay_ms: int = 0
    id: str = ""
    started_at_ms: int = 0

    def touches(self, capability: str, account: str | None, country: str | None = None) -> bool:
        return (
            self.capability in ("all", capability)
            and (self.account is None or self.account == account)
            and (self.country is None or self.country == country)
        )

    def ends_at_ms(self) -> int | None:
        if self.seconds is None:
            return None
        return self.started_at_ms + int(self.seconds * MS_PER_SECOND)


def check(fault: Fault) -> None:
    """Raise FaultRefused with a sentence a person can act on."""
    kinds = KINDS.get(fault.platform)
    if kinds is None:
        raise FaultRefused(f"Unknown platform. Choose one of: {', '.join(KINDS)}.", "platform")
    if fault.kind not in kinds:
        raise FaultRefused(
            f"{fault.platform} cannot fail in this way. Choose one of: {', '.join(sorted(kinds))}.", "kind"
        )
    _check_scope(fault)
    _check_numbers(fault)


def _check_scope(fault: Fault) -> None:
    if fault.capability not in CAPABILITIES:
        raise FaultRefused(f"Choose one of: {', '.join(CAPABILITIES)}.", "capability")
    if fault.kind in WHOLE_ONLY:
        _check_whole(fault)
    if fault.country is not None:
        _check_country(fault)
    if fault.kind in WEBHOOK_KINDS and fault.capability not in ("receive", "all"):
        raise FaultRefused("This kind concerns webhooks: use the capability receive or all.", "capability")
    if fault.kind in ANSWER_KINDS and fault.capability == "receive" and fault.platform != "email":
        raise FaultRefused("This kind concerns API calls: use send, history, sign_in or all.", "capability")
    if fault.kind in SEND_ONLY and fault.capability not in ("send", "all"):
        raise FaultRefused("This kind concerns sending: use the capability send or all.", "capability")


def _check_whole(fault: Fault) -> None:
    sentence = "A refused connection is the whole platform's: leave this out."
    if fault.capability != "all":
        raise FaultRefused(sentence, "capability")
    if fault.account is not None:
        raise FaultRefused(sentence, "account")


def _check_country(fault: Fault) -> None:
    if fault.platform not in NUMBERED or fault.capability != "send" or fault.kind not in ANSWER_KINDS:
        raise FaultRefused(
            "Only sends have a country: use sms or whatsapp, the capability send, and a kind that answers it.",
            "country",
        )
    if not COUNTRY.fullmatch(fault.country or ""):
        raise FaultRefused("A country is two capital letters, such as IN.", "country")


def _check_numbers(fault: Fault) -> None:
    if not 0 <= fault.rate <= 1:
        raise FaultRefused("The rate is a share of requests from 0 to 1.", "rate")
    if fault.kind in NO_RATE and fault.rate != 1:
        raise FaultRefused("This kind is either on or off: leave the rate out.", "rate")
    if fault.seconds is not None and not 0 < fault.seconds <= FAULT_SECONDS_MAX:
        raise FaultRefused(f"Seconds must be more than 0 and at most {FAULT_SECONDS_MAX}.", "seconds")
    if not 0 <= fault.delay_ms <= DELAY_MS_MAX:
        raise FaultRefused(f"The delay must be from 0 to {DELAY_MS_MAX} milliseconds.", "delay_ms")


@dataclass
class FaultBook:
    """The faults that are on. Whoever must act when one starts or ends adds itself to a list."""

    clock: Clock
    random: random.Random
    background: Background
    on_start: list[Callable[[Fault], None]] = field(default_factory=list)
    on_end: list[Callable[[Fault], None]] = field(default_factory=list)
    _active: dict[str, Fault] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def start(self, wanted: Fault) -> Fault:
        """Switch a fault on; raises FaultRefused."""
        check(wanted)
        if len(self._active) >= FAULTS_MAX:
            raise FaultRefused(f"At most {FAULTS_MAX} faults can be on at once.", "kind")
        fault = self._numbered(wanted)
        self._active[fault.id] = fault
        for told in self.on_start:
            told(fault)
        if fault.seconds is not None:
            self.background.spawn(self._end_later(fault))
        return fault

    def end(self, fault_id: str) -> Fault | None:
        """Switch a fault off; None when it is not on."""
        fault = self._active.pop(fault_id, None)
        if fault is not None:
            for told in self.on_end:
                told(fault)
        return fault

    def end_all(self, platform: str | None = None) -> list[Fault]:
        chosen = [f.id for f in self.all() if platform is None or f.platform == platform]
        return [fault for fault in map(self.end, chosen) if fault is not None]

    def all(self) -> list[Fault]:
        return list(self._active.values())

    def get(self, fault_id: str) -> Fault | None:
        return self._active.get(fault_id)

    def active(
        self,
        platform: str,
        capability: str,
        account: str | None,
        kinds: Iterable[str],
        country: str | None = None,
    ) -> list[Fault]:
        """The faults of these kinds that are on for this capability and account, oldest first."""
        wanted = frozenset(kinds)
        return [
            fault
            for fault in self._active.values()
            if fault.platform in (platform, UPLINK)
            and fault.kind in wanted
            and fault.touches(capability, account, country)
        ]

    @property
    def by_country(self) -> bool:
        """Whether it matters to which country a send goes."""
        return any(fault.country for fault in self._active.values())

    def hit(
        self,
        platform: str,
        capability: str,
        account: str | None,
        kinds: Iterable[str],
        country: str | None = None,
    ) -> Fault | None:
        """The fault that strikes this one request, its rate considered; None when it goes well."""
        for fault in self.active(platform, capability, account, kinds, country):
            if fault.rate >= 1 or self.random.random() < fault.rate:
                return fault
        return None

    def _numbered(self, wanted: Fault) -> Fault:
        delay_ms = wanted.delay_ms or (SLOW_DELAY_MS_DEFAULT if wanted.kind in LATE_KINDS else 0)
        return Fault(
            platform=wanted.platform,
            kind=wanted.kind,
            capability=wanted.capability,
            account=wanted.account,
            country=wanted.country,
            rate=wanted.rate,
            seconds=wanted.seconds,
            delay_ms=delay_ms,
            id=f"fault-{next(self._numbers)}",
            started_at_ms=self.clock.now_ms(),
        )

    async def _end_later(self, fault: Fault) -> None:
        await self.clock.sleep(fault.seconds or 0)
        self.end(fault.id)
