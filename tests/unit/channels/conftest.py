"""Adapters without a network, and the payload files of the wire."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from holdfast.channels import PLATFORMS, decode_channel_settings
from holdfast.channels.contract import InboundEvent
from holdfast.kernel import SystemClock
from holdfast.storage import Envelope

WIRE = Path(__file__).parents[2] / "wire"
RECEIVED_AT = 1_790_300_000_000

TABLES: dict[str, dict[str, Any]] = {
    "instagram": {
        "account_id": "17841400000000001",
        "token": "token",
        "app_secret": "fixture-app-secret",
        "verify_token": "verify",
    },
    "whatsapp": {
        "phone_number_id": "106540352242922",
        "waba_id": "102290129340398",
        "token": "token",
        "app_secret": "secret",
        "verify_token": "verify",
    },
    "sms": {"account_sid": "AC1", "auth_token": "fixture-auth-token", "number": "+15005550006"},
    "email": {
        "address": "help@example.org",
        "name": "The Shop",
        "smtp_host": "mail.example.org",
        "imap_host": "mail.example.org",
        "imap_user": "help",
        "imap_password": "secret",
        "authserv_id": "mx.example.org",
    },
    "direct": {},
}


class NoNetwork:
    async def request(self, request: Any) -> Any:
        raise AssertionError("no unit test speaks to a network")

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def make_adapter() -> Callable[..., Any]:
    def make(platform: str, **more: Any) -> Any:
        settings = decode_channel_settings(platform, TABLES[platform] | more)
        return PLATFORMS[platform].make(
            f"{platform}:shop", settings, transport=NoNetwork(), clock=SystemClock()
        )

    return make


@pytest.fixture
def parse(make_adapter: Callable[..., Any]) -> Callable[..., Sequence[InboundEvent]]:
    def read(
        platform: str, body: bytes, source: str = "webhook", headers: dict[str, str] | None = None
    ) -> Sequence[InboundEvent]:
        envelope = Envelope(1, f"{platform}:shop", source, RECEIVED_AT, body, headers or {})
        events: Sequence[InboundEvent] = make_adapter(platform).parse(envelope)
        return events

    return read


@pytest.fixture
def wire() -> Callable[[str, str], bytes]:
    def load(platform: str, name: str) -> bytes:
        return (WIRE / platform / name).read_bytes()

    return load


@pytest.fixture
def tables() -> dict[str, dict[str, Any]]:
    return TABLES
