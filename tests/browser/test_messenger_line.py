"""The messenger's line to the hub: without streams, with a place that the hub has forgotten, and over a crash."""

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Error, Request, Route, WebSocketRoute, expect
from tests.browser.members import BEN, Two, entered
from tests.browser.messenger import Messenger
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
STREAM = "**/direct/v1/stream"
FORGOTTEN = 4410


async def test_where_no_stream_gets_through_changes_are_asked_for(
    browsing: "Browsing", shop: Demo, two: Two
) -> None:
    browsing.watch.forgive("WebSocket")
    phone = await entered(browsing, shop, BEN, "Ben")
    asked: list[str] = []

    async def refuse(socket: WebSocketRoute) -> None:
        await socket.close()

    def note(request: Request) -> None:
        if "/direct/v1/changes" in request.url:
            asked.append(request.url)

    phone.page.on("request", note)
    await phone.page.route_web_socket(STREAM, refuse)
    await phone.thread(two.thread)
    await expect(phone.line("Are you there?").last).to_be_visible()
    await two.ann.write("By the long way")
    await expect(phone.line("By the long way")).to_have_count(1)
    await phone.write("It came")
    await expect(two.ann.line("It came")).to_have_count(1)
    await expect(phone.line("It came")).to_contain_text("Read")
    assert asked


async def test_a_place_that_the_hub_forgot_leaves_no_gap(browsing: "Browsing", shop: Demo, two: Two) -> None:
    await two.ben.page.goto("about:blank")
    await two.ann.write("While you were forgotten")
    await expect(two.ann.line("While you were forgotten")).to_contain_text("Safe with us")
    opened: list[str] = []

    async def forget(socket: WebSocketRoute) -> None:
        opened.append(socket.url)
        if len(opened) == 1:
            await socket.close(code=FORGOTTEN, reason="the cursor is forgotten; read the threads again")
        else:
            socket.connect_to_server()

    await two.ben.page.route_web_socket(STREAM, forget)
    await two.ben.thread(two.thread)
    await expect(two.ben.line("While you were forgotten")).to_have_count(1)
    await expect(two.ben.line("Are you there?").first).to_be_visible()
    await two.ann.write("And after it")
    await expect(two.ben.line("And after it")).to_have_count(1)
    assert len(opened) > 1


async def test_a_tab_that_crashes_while_sending_sends_once(
    browsing: "Browsing", shop: Demo, two: Two
) -> None:
    browsing.watch.forgive("the page crashed")
    context = two.ann.page.context
    is_taken = asyncio.Event()

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        is_taken.set()

    await context.route("**/messages", lose_the_answer)
    await two.ann.write("Taken, and never heard of")
    await is_taken.wait()
    await context.unroute("**/messages")
    with pytest.raises(Error):
        await two.ann.page.goto("chrome://crash")
    again = Messenger(await context.new_page(), shop)
    await again.thread(two.thread)
    await expect(again.line("Taken, and never heard of")).to_contain_text("Read")
    await expect(again.line("Taken, and never heard of")).to_have_count(1)
    await expect(two.ben.line("Taken, and never heard of")).to_have_count(1)
