"""Two accounts of a shop on the simulated platforms, in virtual time, and not one customer: outages are found."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from tests.contract.virtual_hub import KEY, VirtualHub

from holdfast.radar import Cause, Kind
from holdfast.radar.round_trips import TripState, latest
from holdfast.settings import Hub as HubSettings
from holdfast.settings import Radar, Secret, Settings
from holdfast_simulators.settings import (
    Accounts,
    InstagramAccount,
    PastMessage,
    PersonSettings,
    TwilioAccount,
    WhatsAppAccount,
)
from holdfast_simulators.settings import Settings as WorldSettings

EVERY_SECONDS: Final = 60
FOUND_WITHIN_SECONDS: Final = 150
MISSED_WITHIN_SECONDS: Final = 200
"""A text message may take 30 seconds before it is missed."""
BACK_WITHIN_SECONDS: Final = 150
QUIET_SECONDS: Final = 600
PLATFORMS: Final = ("instagram", "whatsapp", "sms")
IG: Final = {"shop": "17841400000000001", "backup": "17841400000000002"}
WA: Final = {"shop": "106540352242922", "backup": "106540352242923"}
WA_NUMBER: Final = {"shop": "15550783881", "backup": "15550783882"}
SID: Final = {"shop": f"AC{1:032d}", "backup": f"AC{2:032d}"}
NUMBER: Final = {"shop": "+15005550006", "backup": "+15005550007"}
OTHER: Final = {"shop": "backup", "backup": "shop"}
SEEN_AS: Final = {"shop": "900100200300401", "backup": "900100200300402"}
"""Under which id each of the two Instagram accounts writes to the other."""


def _hook(platform: str, name: str) -> str:
    return f"http://hub/hooks/{platform}/{name}"


def _world() -> WorldSettings:
    """Each account is a person to the other; one has written to the other once."""
    instagram = [
        InstagramAccount(
            id=IG[name],
            user_id=IG[name],
            username=name,
            name=name,
            token=f"token-{name}",
            app_id="app",
            app_secret="secret",
            verify_token="verify",
            webhook_url=_hook("instagram", name),
        )
        for name in OTHER
    ]
    whatsapp = [
        WhatsAppAccount(
            waba_id=f"waba-{name}",
            phone_number_id=WA[name],
            display_phone_number=WA_NUMBER[name],
            token=f"token-{name}",
            app_secret="secret",
            verify_token="verify",
            webhook_url=_hook("whatsapp", name),
        )
        for name in OTHER
    ]
    twilio = [
        TwilioAccount(
            account_sid=SID[name], auth_token="secret", number=NUMBER[name], webhook_url=_hook("sms", name)
        )
        for name in OTHER
    ]
    people = [
        *(_face(f"ig-{name}", name, f"instagram:{IG[OTHER[name]]}", SEEN_AS[name]) for name in OTHER),
        *(_face(f"wa-{name}", WA[name], f"whatsapp:{WA[OTHER[name]]}", WA_NUMBER[name]) for name in OTHER),
        *(_face(f"sms-{name}", SID[name], f"sms:{SID[OTHER[name]]}", NUMBER[name]) for name in OTHER),
    ]
    accounts = Accounts(instagram=instagram, whatsapp=whatsapp, twilio=twilio)
    return WorldSettings(control_token="t", accounts=accounts, people=people)


def _face(person: str, account: str, place: str, address: str) -> PersonSettings:
    platform, _, other = place.partition(":")
    wrote = PastMessage(platform=platform, account=other, direction="out", text="Hi", minutes_ago=90)  # type: ignore[arg-type]
    return PersonSettings(
        id=person, name=person, addresses={place: address}, account=account, history=[wrote]
    )


def _settings(platform: str, folder: Path) -> Settings:
    shared = {"base_url": f"http://{platform}", "round_trip_seconds": EVERY_SECONDS}
    meta = {"token": "token", "app_secret": "secret", "verify_token": "verify"}

    def table(name: str) -> dict[str, Any]:
        own: dict[str, dict[str, Any]] = {
            "instagram": {
                **meta,
                "account_id": IG[name],
                "token": f"token-{name}",
                "round_trip_address": SEEN_AS[OTHER[name]],
            },
            "whatsapp": {
                **meta,
                "phone_number_id": WA[name],
                "waba_id": f"waba-{name}",
                "token": f"token-{name}",
                "round_trip_address": WA_NUMBER[OTHER[name]],
            },
            "sms": {"account_sid": SID[name], "auth_token": "secret", "number": NUMBER[name]},
        }
        partner = {"round_trip_with": f"{platform}:{OTHER[name]}"}
        return {"id": f"{platform}:{name}", **shared, **own[platform], **partner}

    hub = HubSettings(name="Kelp & Co", data_dir=folder, public_url="http://hub", key=Secret(KEY))
    controls = ("http://uplink_a/", "http://uplink_b/")
    return Settings(hub=hub, radar=Radar(control_urls=controls), channel=tuple(table(name) for name in OTHER))


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Callable[[str], Awaitable[VirtualHub]]]:
    made: list[VirtualHub] = []
    tasks: list[asyncio.Task[None]] = []

    async def build(platform: str) -> VirtualHub:
        two = VirtualHub(tmp_path, _settings(platform, tmp_path), _world())
        made.append(two)
        await two.hub.prepare()
        running = (two.hub.radar.run(), two.hub.round_trips.run(), two.hub.history.run())
        tasks.extend(asyncio.create_task(each) for each in running)
        await two.clock.advance(QUIET_SECONDS)
        return two

    yield build
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    for two in made:
        await two.close()


Make = Callable[[str], Awaitable[VirtualHub]]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_while_all_is_well_nobody_notices(make: Make, platform: str) -> None:
    two = await make(platform)
    for name in OTHER:
        trips = await two.hub.database.read(latest, f"{platform}:{name}", 100)
        assert len(trips) == pytest.approx(QUIET_SECONDS / EVERY_SECONDS, abs=1)
        assert {trip.state for trip in trips[1:]} == {TripState.ARRIVED}
    states = {verdict.capability.value: verdict.state.value for verdict in two.hub.radar.all_verdicts()}
    assert (states["send"], states["receive"]) == ("up", "up")
    tables = ("contact", "conversation", "message", "parked_event", "unread_envelope", "incident")
    assert {table: await two.count(table) for table in tables} == dict.fromkeys(tables, 0)
    kinds = await two.hub.database.read(lambda tx: tx.all("SELECT DISTINCT kind FROM observation"))
    assert Kind.GAP.value not in {row["kind"] for row in kinds}


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_sends_that_fail_while_signing_in_works(make: Make, platform: str) -> None:
    two = await make(platform)
    fault = two.fail(platform, "server_error", capability="send")
    await two.until(two.is_failing, FOUND_WITHIN_SECONDS)
    assert [each.value for each in two.incident.capabilities] == ["send"]
    assert two.incident.cause is Cause.PLATFORM
    assert any("between our own accounts failed" in line for line in two.incident.evidence)
    two.world.faults.end(fault.id)
    await two.until(two.is_well, BACK_WITHIN_SECONDS)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_webhooks_that_are_silent(make: Make, platform: str) -> None:
    two = await make(platform)
    fault = two.fail(platform, "webhooks_silent")
    await two.until(two.is_failing, FOUND_WITHIN_SECONDS)
    assert [each.value for each in two.incident.capabilities] == ["receive"]
    assert two.incident.cause is Cause.PLATFORM
    two.world.faults.end(fault.id)
    await two.until(two.is_well, BACK_WITHIN_SECONDS)


async def test_one_account_that_cannot_send_is_told_from_its_platform(make: Make) -> None:
    two = await make("instagram")
    two.fail("instagram", "server_error", capability="send", account=IG["shop"])
    await two.until(two.is_failing, FOUND_WITHIN_SECONDS)
    assert (two.incident.channel, two.incident.cause) == ("instagram:shop", Cause.ACCOUNT)


async def test_what_is_taken_and_never_delivered(make: Make) -> None:
    """Sending seems to work; only the other account knows that nothing comes."""
    two = await make("sms")
    two.fail("sms", "false_success")
    await two.until(two.is_failing, MISSED_WITHIN_SECONDS)
    assert "receive" in [each.value for each in two.incident.capabilities]
