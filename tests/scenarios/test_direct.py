"""Members on a hub of its own, over real sockets: two devices, resuming by cursor, kills, and hostile frames."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from tests.scenarios.demo import until
from tests.scenarios.direct_town import Person, all_texts, begin_pair, configured, devices_of, settle
from tests.scenarios.serving import Serving, serving

from holdfast.client import Client, DirectError, MessageChanged, Presence, ReceiptChanged, Typing
from holdfast.client.stream import Stream

PATIENCE_SECONDS: Final = 30.0
WRITTEN: Final = 40
HELLO: Final = {"type": "hello"}


class Stage:
    """Ann with two devices and Ben with one, in a pair that both have opened."""

    def __init__(self, hub: Serving, people: list[Person], clients: list[Client], thread: str) -> None:
        self.hub = hub
        self.people = people
        self.phone, self.desk, self.ben = clients
        self.thread = thread


@asynccontextmanager
async def staged(folder: Path, **direct: Any) -> AsyncIterator[Stage]:
    config, port = await configured(folder, **direct)
    people = [each for some in await settle(config, "Ann", devices=2) for each in some]
    people += [each for some in await settle(config, "Ben") for each in some]
    async with serving(config, port) as hub, devices_of(hub, people) as clients:
        thread = await begin_pair(clients[0], clients[2], people[2].id)
        yield Stage(hub, people, clients, thread)


async def heard(stream: Stream, kind: type[Any], *, about: str = "") -> Any:
    """The next change of a kind, of a message the one with that text."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for change in stream:
            if isinstance(change, kind) and (not about or change.message.text == about):
                return change
    raise AssertionError("the stream ended")


async def _texts_up_to(client: Client, thread: str, last: str) -> list[str]:
    texts = await all_texts(client, thread)
    return texts if texts[-1] == last else []


async def _has(found: list[str], count: int) -> bool:
    return len(found) >= count


async def test_two_devices_of_one_member_see_the_same(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, stage.phone.stream() as phone, stage.desk.stream() as desk:
        async with stage.ben.stream() as ben:
            for each in (phone, desk, ben):
                await asyncio.wait_for(each.caught_up.wait(), PATIENCE_SECONDS)
            written = await phone.send(stage.thread, "From my phone")
            own = await heard(desk, MessageChanged, about="From my phone")
            theirs = await heard(ben, MessageChanged, about="From my phone")
            assert (own.message.id, own.message.state, theirs.message.state) == (written.id, "safe", None)
            await ben.read(stage.thread, theirs.message.order)
            for device in (phone, desk):
                receipt = await heard(device, ReceiptChanged)
                assert (receipt.member, receipt.read) == (stage.people[2].id, own.message.order)
            await desk.type(stage.thread)
            typing = await heard(ben, Typing)
            assert (typing.thread, typing.member, typing.name) == (stage.thread, stage.people[0].id, "Ann")
        gone = await heard(phone, Presence)
        while gone.here:
            gone = await heard(phone, Presence)
        assert gone.member == stage.people[2].id


async def test_a_device_that_comes_and_goes_misses_nothing_and_hears_nothing_twice(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        cursor = (await stage.ben.threads()).cursor
        seen: list[str] = []

        async def write(client: Client, name: str) -> None:
            async with client.stream() as stream:
                for number in range(WRITTEN):
                    await stream.send(stage.thread, f"{name}{number}")

        writing = asyncio.gather(write(stage.phone, "p"), write(stage.desk, "d"))
        async with asyncio.timeout(PATIENCE_SECONDS * 2):
            while len(seen) < WRITTEN * 2:
                async with stage.ben.stream(cursor) as stream:
                    for _ in range(7):
                        change = await anext(stream)
                        cursor = stream.cursor
                        if isinstance(change, MessageChanged) and change.message.text != "Hello":
                            seen.append(change.message.text)
                        if len(seen) == WRITTEN * 2:
                            break
        await writing
        assert sorted(seen) == sorted(f"{name}{number}" for name in "pd" for number in range(WRITTEN))
        assert [text for text in seen if text[0] == "p"] == [f"p{number}" for number in range(WRITTEN)]


async def test_a_killed_hub_loses_nothing_that_it_acknowledged_and_repeats_nothing(tmp_path: Path) -> None:
    config, port = await configured(tmp_path)
    [[ann]], [[ben]] = await settle(config, "Ann"), await settle(config, "Ben")
    acknowledged: list[str] = []
    async with (
        devices_of_url(f"http://127.0.0.1:{port}", [ann, ben]) as (one, other),
        serving(config, port) as hub,
    ):
        thread = await begin_pair(one, other, ben.id)
        stream = await one.stream().__aenter__()

        async def write() -> None:
            for number in range(WRITTEN * 5):
                await stream.send(thread, f"n{number}", client_id=f"k{number}")
                acknowledged.append(f"n{number}")

        writing = asyncio.create_task(write())
        for blow in range(1, 4):
            await until(
                lambda goal=blow * WRITTEN: _has(acknowledged, goal), PATIENCE_SECONDS, "some traffic"
            )
            hub.process.send_signal(signal.SIGKILL)
            await hub.process.wait()
            await again(hub, config)
        await asyncio.wait_for(writing, PATIENCE_SECONDS * 2)
        await stream.__aexit__(None, None, None)
        texts = await until(
            lambda: _texts_up_to(other, thread, acknowledged[-1]), PATIENCE_SECONDS, "all of it applied"
        )
        assert texts == ["Hello", *acknowledged]
        hub.process.kill()
        await hub.process.wait()


@asynccontextmanager
async def devices_of_url(url: str, people: list[Person]) -> AsyncIterator[list[Client]]:
    hub = Serving.__new__(Serving)
    hub.url = url
    async with devices_of(hub, people) as clients:
        yield clients


async def again(hub: Serving, config: Path) -> None:
    """Start a killed hub once more."""
    with (config.parent / "hub.log").open("ab") as log:
        hub.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast", "serve", "--config", str(config)), stdout=log, stderr=log
        )


async def test_a_stopping_hub_sends_its_devices_away_and_they_come_back_with_nothing_lost(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path) as stage:
        url = f"{stage.hub.url.replace('http', 'ws')}/direct/v1/stream"
        async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
            await socket.send_json({**HELLO, "token": stage.people[0].token})
            assert (await socket.receive_json())["type"] == "welcome"
            await stage.hub.stop()
            while (message := await socket.receive(timeout=PATIENCE_SECONDS)).type != aiohttp.WSMsgType.CLOSE:
                assert message.type is aiohttp.WSMsgType.TEXT
            assert message.data == 1001


async def closed_with(hub: Serving, *frames: str | bytes) -> int:
    """The code with which a connection that says this is closed."""
    url = f"{hub.url.replace('http', 'ws')}/direct/v1/stream"
    async with aiohttp.ClientSession() as http, http.ws_connect(url, max_msg_size=0) as socket:
        for frame in frames:
            if isinstance(frame, bytes):
                await socket.send_bytes(frame)
            else:
                await socket.send_str(frame)
        while True:
            message = await socket.receive(timeout=PATIENCE_SECONDS)
            if message.type is not aiohttp.WSMsgType.TEXT:
                return socket.close_code or 0


async def test_hostile_frames_end_the_connection_or_are_refused(tmp_path: Path) -> None:
    async with staged(tmp_path, streams_of_address=30) as stage:
        hub, token = stage.hub, stage.people[0].token
        hello = json.dumps({**HELLO, "token": token})
        assert await closed_with(hub, "not JSON") == 4400
        assert await closed_with(hub, "[" * 30_000) == 4400
        assert await closed_with(hub, '{"type":"send"}') == 4400
        assert await closed_with(hub, json.dumps({**HELLO, "token": "nobody"})) == 4401
        assert await closed_with(hub, hello, "not JSON") == 4400
        assert await closed_with(hub, hello, b"\0\1") == 4400
        assert await closed_with(hub, hello, "x" * 70_000) == 1009
        assert await closed_with(hub, json.dumps({**HELLO, "token": token, "cursor": "x"})) == 4400
        await check_refusals(hub, hello, stage.thread)


async def check_refusals(hub: Serving, hello: str, thread: str) -> None:
    url = f"{hub.url.replace('http', 'ws')}/direct/v1/stream"
    frames = [
        ({"type": "send", "ref": "1", "thread": thread, "id": "a", "text": ""}, "empty"),
        ({"type": "send", "ref": "2", "thread": thread, "id": "ä", "text": "x"}, "bad_id"),
        ({"type": "send", "ref": "3", "thread": "thr_no", "id": "a", "text": "x"}, "forbidden"),
        ({"type": "send", "ref": "4", "thread": thread, "id": "a", "text": 7}, "invalid"),
        ({"type": "edit", "ref": "5", "message": "mem_ben:x", "text": "x"}, "forbidden"),
        ({"type": "read", "ref": "6", "thread": thread, "upto": -1}, "invalid"),
        ({"type": "nonsense", "ref": "7"}, "invalid"),
        (
            {"type": "send", "ref": "8", "thread": thread, "id": "a", "attachments": ["med_x"]},
            "unknown_attachment",
        ),
        ({"type": "send", "ref": "9", "thread": thread, "id": "a", "text": "x" * 4001}, "too_long"),
    ]
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        await socket.send_str(hello)
        for frame, _ in frames:
            await socket.send_json(frame)
        codes: dict[str, str] = {}
        while len(codes) < len(frames):
            told = await socket.receive_json(timeout=PATIENCE_SECONDS)
            if told["type"] == "error":
                codes[told["ref"]] = told["code"]
    assert codes == {frame["ref"]: code for frame, code in frames}


async def test_one_member_has_so_many_devices_and_no_more(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        url = f"{stage.hub.url.replace('http', 'ws')}/direct/v1/stream"
        hello = json.dumps({**HELLO, "token": stage.people[0].token})
        async with aiohttp.ClientSession() as http:
            sockets = [await http.ws_connect(url) for _ in range(10)]
            for socket in sockets:
                await socket.send_str(hello)
                assert (await socket.receive_json(timeout=PATIENCE_SECONDS))["type"] == "welcome"
            assert await closed_with(stage.hub, hello) == 4429
            for socket in sockets:
                await socket.close()


async def test_who_writes_too_much_is_told_to_wait(tmp_path: Path) -> None:
    async with staged(tmp_path, messages_per_second=1) as stage:
        with pytest.raises(DirectError) as refused:
            await asyncio.gather(*(stage.phone.send(stage.thread, "Again") for _ in range(20)))
        assert (refused.value.status, refused.value.code) == (429, "too_many")
        assert refused.value.retry_after > 0
