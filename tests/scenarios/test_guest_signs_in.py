"""A guest signs in to an account that is there, in the middle of writing and with a kill: what was taken in is kept."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.scenarios.demo import until
from tests.scenarios.direct_town import QUICKLY, begin_pair, configured, devices_of, enter_by_code, settle
from tests.scenarios.serving import Serving, serving
from tests.scenarios.test_direct import again, all_texts

from holdfast.client import Client, DirectError
from holdfast.client.stream import Stream

PATIENCE_SECONDS: Final = 30.0
BEFORE: Final = 30
AFTER: Final = 10
SHOP: Final = "business:web"


class Writer:
    """A device that writes one message after the other, each once, and goes on as whoever its person becomes."""

    def __init__(self, client: Client, thread: str) -> None:
        self.client = client
        self.thread = thread
        self.acknowledged: list[str] = []

    async def write(self, goal: int) -> None:
        """Write until so many are acknowledged, to the thread and to the business in turn."""
        while len(self.acknowledged) < goal:
            number = len(self.acknowledged)
            place = self.thread if number % 3 else SHOP
            with suppress(DirectError):
                await self.client.send(place, f"n{number}", client_id=f"k{number}")
                self.acknowledged.append(f"n{number}")

    def of(self, place: str) -> list[str]:
        return [text for number, text in enumerate(self.acknowledged) if (place == SHOP) == (number % 3 == 0)]


async def test_what_a_guest_was_told_is_safe_is_the_accounts_over_a_kill(tmp_path: Path) -> None:
    config, port = await configured(tmp_path)
    [[ann]], [[ben]] = await settle(config, "Ann"), await settle(config, "Ben")
    code = await enter_by_code(config, ann.id, "ann@example.org")
    async with (
        serving(config, port) as hub,
        devices_of(hub, [ann, ben]) as (hers, bens),
        Client(hub.url, back_off_seconds=QUICKLY) as guest,
    ):
        me = (await guest.become_guest("Somebody")).member
        writer = Writer(guest, await begin_pair(bens, guest, me.id))
        tab = await guest.stream().__aenter__()
        await writer.write(BEFORE)
        writing = asyncio.create_task(writer.write(BEFORE + AFTER))
        assert (await guest.sign_in(*code)).member.id == ann.id
        await kill(hub, config)
        await asyncio.wait_for(writing, PATIENCE_SECONDS * 2)
        assert await is_told_to_sign_in(tab)
        for reader, place in ((bens, writer.thread), (hers, writer.thread), (hers, SHOP)):
            expected = writer.of(place)
            texts = await until(
                lambda reader=reader, place=place, last=expected[-1]: _upto(reader, place, last),
                PATIENCE_SECONDS,
                "all of it applied",
            )
            assert [text for text in texts if text != "Hello"] == expected
        page = await hers.messages(writer.thread, limit=100)
        assert {each.author for each in page.messages if each.text != "Hello"} == {ann.id}
        hub.process.kill()
        await hub.process.wait()


async def kill(hub: Serving, config: Path) -> None:
    hub.process.send_signal(signal.SIGKILL)
    await hub.process.wait()
    await again(hub, config)


async def is_told_to_sign_in(stream: Stream) -> bool:
    """Whether the guest's other tab ends with its session."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for _ in stream:
                pass
    except DirectError as error:
        return error.code == "unauthorized"
    finally:
        await stream.__aexit__(None, None, None)
    return False


async def _upto(client: Client, place: str, last: str) -> list[str]:
    texts = await all_texts(client, place)
    return texts if texts and texts[-1] == last else []
