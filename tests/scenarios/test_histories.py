"""What was said elsewhere becomes a member's: a device that is there and one that was away have it, by the client."""

import asyncio
from pathlib import Path
from typing import Final

from tests.scenarios.demo import until
from tests.scenarios.direct_town import QUICKLY, configured, devices_of, enter_by_code, settle
from tests.scenarios.serving import serving

from holdfast.client import Client, Kept
from holdfast.client.stream import Stream

PATIENCE_SECONDS: Final = 30.0
SHOP: Final = "business:web"
LONG_AGO: Final = [f"Long ago {number}" for number in range(230)]
"""More than two pages."""


async def test_every_device_has_what_a_guest_brought_along_in_order(tmp_path: Path) -> None:
    config, port = await configured(tmp_path)
    [[phone, desk]] = await settle(config, "Ann", devices=2)
    code = await enter_by_code(config, phone.id, "ann@example.org")
    async with (
        serving(config, port) as hub,
        devices_of(hub, [phone, desk]) as (open_one, away_one),
        Client(hub.url, back_off_seconds=QUICKLY) as guest,
    ):
        await guest.become_guest("Somebody")
        for text in LONG_AGO:
            await guest.send(SHOP, text)
        await open_one.send(SHOP, "Hello")
        expected = [*LONG_AGO, "Hello"]
        await until(lambda: _said(open_one, "Hello"), PATIENCE_SECONDS, "the greeting applied")
        await until(lambda: _said(guest, LONG_AGO[-1]), PATIENCE_SECONDS, "all of it applied")
        cursor = (await away_one.threads()).cursor
        here, back = Kept(open_one, SHOP), Kept(away_one, SHOP)
        for each in (here, back):
            await each.read()
            assert _texts(each) == ["Hello"]
        async with open_one.stream(cursor) as stream:
            await asyncio.wait_for(stream.caught_up.wait(), PATIENCE_SECONDS)
            assert (await guest.sign_in(*code)).member.id == phone.id
            await asyncio.wait_for(_follow(stream, here, len(expected)), PATIENCE_SECONDS)
        assert _texts(here) == expected
        for change in (await away_one.changes(cursor)).changes:
            await back.take(change)
        assert _texts(back) == expected


async def _follow(stream: Stream, kept: Kept, goal: int) -> None:
    async for change in stream:
        await kept.take(change)
        if len(kept.messages) >= goal:
            return


async def _said(client: Client, text: str) -> bool:
    return any(each.text == text for each in (await client.messages(SHOP)).messages)


def _texts(kept: Kept) -> list[str]:
    return [each.text for each in kept.messages]
