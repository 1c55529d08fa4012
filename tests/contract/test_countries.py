"""Replies that go to two countries, of which one country's networks fail: it is found, and named."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from tests.contract.virtual_hub import KEY, VirtualHub

from holdfast.outbox import NewReply
from holdfast.radar import State
from holdfast.settings import Hub as HubSettings
from holdfast.settings import Radar, Secret, Settings
from holdfast_simulators.phone_line import Writing
from holdfast_simulators.settings import Accounts, PersonSettings, TwilioAccount
from holdfast_simulators.settings import Settings as WorldSettings

SID: Final = f"AC{1:032d}"
PEOPLE_EACH: Final = 4
NUMBERS: Final = {"IN": "+9198765432{:02}", "NL": "+316123456{:02}"}
EVERY_SECONDS: Final = 10
WELL_SECONDS: Final = 120
FOUND_WITHIN_SECONDS: Final = 120
BACK_WITHIN_SECONDS: Final = 420
"""A message that has failed for a while is tried again at growing pauses."""


def people() -> dict[str, str]:
    return {
        f"{country}-{number}": form.format(number)
        for country, form in NUMBERS.items()
        for number in range(PEOPLE_EACH)
    }


class Shop(VirtualHub):
    """A shop that answers everybody in turn."""

    conversations: list[str]

    async def meet(self) -> None:
        """Everybody writes once."""
        account, phone = self.world.accounts.all("sms")[0], self.fakes.platforms["sms"].phone
        for number in people().values():
            await phone.writes(account, number, Writing(text="Are you open?"))
        await self.clock.advance(2)
        rows = await self.hub.database.read(lambda tx: tx.all("SELECT id FROM conversation ORDER BY id"))
        self.conversations = [row["id"] for row in rows]
        assert len(self.conversations) == len(NUMBERS) * PEOPLE_EACH

    async def talk(self) -> None:
        said = 0
        while True:
            for conversation in self.conversations:
                said += 1
                text = f"answer {said}"
                await self.hub.outbox.enqueue(
                    NewReply(conversation_id=conversation, text=text, author="agent:mara")
                )
                await self.clock.sleep(EVERY_SECONDS / 2)

    async def stir(self) -> None:
        """Waiting for what is due is done by the real clock, which stands still here."""
        while True:
            self.hub.outbox.dispatcher.wake()
            await self.clock.sleep(1)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    shop = Shop(tmp_path, _settings(tmp_path), _world())
    await shop.hub.prepare()
    await shop.meet()
    outbox = shop.hub.outbox
    road_out = (outbox.dispatcher.run(), outbox.reconciler.run())
    loops = (shop.hub.radar.run(), *road_out, shop.talk(), shop.stir())
    tasks = [asyncio.create_task(each) for each in loops]
    await shop.clock.advance(WELL_SECONDS)
    yield shop
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await shop.close()


def _settings(folder: Path) -> Settings:
    table: dict[str, Any] = {
        "id": "sms:shop",
        "base_url": "http://sms",
        "account_sid": SID,
        "auth_token": "secret",
        "number": "+15005550006",
    }
    hub = HubSettings(data_dir=folder, public_url="http://hub", key=Secret(KEY))
    return Settings(hub=hub, radar=Radar(control_urls=("http://uplink_a/",)), channel=(table,))


def _world() -> WorldSettings:
    account = TwilioAccount(
        account_sid=SID,
        auth_token="secret",
        number="+15005550006",
        webhook_url="http://hub/hooks/sms/shop",
    )
    known = [
        PersonSettings(id=name, name=name, addresses={"sms": number}) for name, number in people().items()
    ]
    return WorldSettings(control_token="t", accounts=Accounts(twilio=[account]), people=known)


async def test_a_country_whose_networks_fail_is_named(shop: Shop) -> None:
    seen = await shop.hub.database.read(lambda tx: tx.all("SELECT * FROM observation WHERE kind = 'send'"))
    assert {(row["region"], row["result"]) for row in seen} == {("IN", "ok"), ("NL", "ok")}
    fault = shop.fail("sms", "server_error", capability="send", country="IN")
    await shop.until(shop.is_failing, FOUND_WITHIN_SECONDS)
    [verdict] = [each for each in shop.hub.radar.all_verdicts() if each.state is State.PARTIAL]
    assert verdict.score.region == "IN"
    assert "Only what concerns India fails; elsewhere it works." in shop.incident.evidence
    shop.world.faults.end(fault.id)
    await shop.until(shop.is_well, BACK_WITHIN_SECONDS)
