"""Who lives in a run: the shop's accounts, its customers, and what the shop knows of them at the start."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from holdfast.conversations import NewAddress
from holdfast.settings import Hub as HubSettings
from holdfast.settings import Outbox, Radar, Secret, Settings
from holdfast_simulators.settings import (
    Accounts,
    InstagramAccount,
    PersonSettings,
    TwilioAccount,
    WhatsAppAccount,
)
from holdfast_simulators.settings import Settings as WorldSettings

SHOP: Final = "Kelp & Co"
HUB_URL: Final = "http://hub"
SHOP_IG: Final = "17841400000000001"
STUDIO_IG: Final = "17841400000000002"
NUMBER_ID: Final = "106540352242922"
SMS_SID: Final = "AC00000000000000000000000000000001"
SMS_NUMBER: Final = "+15005550006"
CHANNELS: Final = {
    ("instagram", SHOP_IG): "instagram:shop",
    ("instagram", STUDIO_IG): "instagram:studio",
    ("whatsapp", NUMBER_ID): "whatsapp:shop",
    ("sms", SMS_SID): "sms:shop",
}
ACCOUNT_OF: Final = {channel: place for place, channel in CHANNELS.items()}
DIRECT: Final = "direct:web"
KEY: Final = "c2ltdWxhdGlvbi1rZXktb2YtMzItYnl0ZXMtaGVyZSE="
DOUBT_EVIDENCE_SECONDS: Final = 4
LATE_ACCEPTANCE_SECONDS: Final = 10
"""No platform of a run acts on a request later than fate.SLOW_MS_MAX after it was made."""
HEARSAY: Final = "sms:shop"
SHARES: Final = {"instagram:shop": 0.8, "instagram:studio": 0.3, "whatsapp:shop": 0.5, "sms:shop": 0.5}
"""How many of the people are on each channel."""


@dataclass(frozen=True)
class Person:
    """``addresses`` by channel; ``known``: the shop knows them as one person; ``agreed``: to being reached
    there when another channel fails."""

    id: str
    name: str
    addresses: dict[str, str]
    known: bool
    agreed: frozenset[str]

    def known_addresses(self) -> list[NewAddress]:
        return [*self._proven(), *self._hearsay()]

    def _hearsay(self) -> list[NewAddress]:
        """A number that somebody noted down for them, and that is nobody's we know."""
        if HEARSAY in self.addresses:
            return []
        number = f"+3162999{self.id.removeprefix('p'):0>4}"
        return [NewAddress(channel=HEARSAY, value=number, name=self.name, proof=None, consent="failover")]

    def _proven(self) -> list[NewAddress]:
        return [
            NewAddress(
                channel=channel,
                value=value,
                name=self.name,
                proof="confirmed",
                consent="failover" if channel in self.agreed else "reply",
            )
            for channel, value in self.addresses.items()
        ]


def draw_people(seed: int, count: int) -> list[Person]:
    chance = random.Random(f"people {seed}")  # noqa: S311 - repeatable, not secret
    return [_person(number, chance) for number in range(count)]


def _person(number: int, chance: random.Random) -> Person:
    channels = [channel for channel, share in SHARES.items() if chance.random() < share]
    channels = channels or [chance.choice(list(SHARES))]
    return Person(
        id=f"p{number}",
        name=f"Person {number}",
        addresses={channel: _address(channel, number) for channel in channels},
        known=chance.random() < 0.6,
        agreed=frozenset(channel for channel in channels if chance.choice((True, False))),
    )


def _address(channel: str, number: int) -> str:
    return {
        "instagram:shop": f"9001002003004{number:02d}",
        "instagram:studio": f"9002002003004{number:02d}",
        "whatsapp:shop": f"316123456{number:02d}",
        "sms:shop": f"+316234567{number:02d}",
    }[channel]


def world_settings(
    people: list[Person], seed: int, echo_timing: Literal["after", "before", "mixed"]
) -> WorldSettings:
    hooks = f"{HUB_URL}/hooks"
    meta: dict[str, Any] = {"app_secret": "app-secret", "verify_token": "verify-me"}
    instagram = [
        InstagramAccount(
            **meta,
            id=f"27{user_id[2:]}",
            user_id=user_id,
            username=name,
            name=name,
            token=f"token-{name}",
            webhook_url=f"{hooks}/instagram/{name}",
        )
        for user_id, name in ((SHOP_IG, "shop"), (STUDIO_IG, "studio"))
    ]
    whatsapp = WhatsAppAccount(
        **meta,
        waba_id="102290129340398",
        phone_number_id=NUMBER_ID,
        display_phone_number="15550783881",
        token="token-whatsapp",
        webhook_url=f"{hooks}/whatsapp/shop",
    )
    twilio = TwilioAccount(
        account_sid=SMS_SID, auth_token="sms-secret", number=SMS_NUMBER, webhook_url=f"{hooks}/sms/shop"
    )
    return WorldSettings(
        control_token="control",
        seed=seed,
        accounts=Accounts(instagram=instagram, whatsapp=[whatsapp], twilio=[twilio]),
        people=[PersonSettings(id=p.id, name=p.name, addresses=_in_world(p)) for p in people],
        echo_timing=echo_timing,
    )


def _in_world(person: Person) -> dict[str, str]:
    keys = {
        "instagram:shop": f"instagram:{SHOP_IG}",
        "instagram:studio": f"instagram:{STUDIO_IG}",
        "whatsapp:shop": "whatsapp",
        "sms:shop": "sms",
    }
    return {keys[channel]: value for channel, value in person.addresses.items()}


def hub_settings(data_dir: Path, holds_seconds: float = 900.0) -> Settings:
    return Settings(
        hub=HubSettings(name=SHOP, data_dir=data_dir, public_url=HUB_URL, key=Secret(KEY)),
        radar=Radar(
            probe_seconds=5,
            control_seconds=5,
            history_seconds=6,
            control_urls=("http://uplink_a/", "http://uplink_b/"),
        ),
        outbox=Outbox(
            retry_seconds_max=20,
            breaker_probe_seconds_max=8,
            lease_seconds=20,
            doubt_evidence_seconds=DOUBT_EVIDENCE_SECONDS,
            doubt_recheck_seconds=6,
        ),
        channel=tuple({"id": channel, **_table(channel, holds_seconds)} for channel in (*ACCOUNT_OF, DIRECT)),
    )


def _table(channel: str, holds_seconds: float) -> dict[str, Any]:
    platform, _, name = channel.partition(":")
    if platform == "direct":
        return {"name": "Our chat", "public_link": f"{HUB_URL}/chat/web"}
    shared = {
        "base_url": f"http://{platform}",
        "timeout_seconds": 6.0,
        "probe_timeout_seconds": 6.0,
        "late_acceptance_seconds": LATE_ACCEPTANCE_SECONDS,
        "doubt_holds_seconds": holds_seconds,
    }
    match platform:
        case "sms":
            own = {
                "account_sid": SMS_SID,
                "auth_token": "sms-secret",
                "number": SMS_NUMBER,
                "sends_per_second": 20,
            }
        case "whatsapp":
            own = {"waba_id": "102290129340398", "phone_number_id": NUMBER_ID, "token": "token-whatsapp"}
        case _:
            own = {"account_id": ACCOUNT_OF[channel][1], "token": f"token-{name}"}
    meta = {} if platform == "sms" else {"app_secret": "app-secret", "verify_token": "verify-me"}
    return {**shared, **own, **meta, "public_address": f"@{name}"}
