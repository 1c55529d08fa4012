"""A visitor of the shop's own chat: on its page, on somebody's site, without a connection, and back again."""

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.browser.chat import Chat, foreign_page
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
OFFLINE = r"net::ERR_INTERNET_DISCONNECTED"
CLOSED_LOOKS_EVERY_MS = 30_000
NARROW = {"width": 375, "height": 740}


async def test_a_visitor_is_answered_on_the_chat_page(browsing: "Browsing", shop: Demo) -> None:
    console = await browsing.console(shop)
    chat = Chat(await browsing.page())
    await chat.visit(shop)
    await chat.write("Are you open on Sunday?")
    await expect(chat.line("Are you open on Sunday?")).to_contain_text("Safe with us")
    await console.open("Are you open on Sunday?")
    await console.send("From ten to four.")
    await expect(chat.line("From ten to four.")).to_have_count(1)
    await expect(console.message("From ten to four.")).to_contain_text("Read")

    await chat.page.reload()
    await expect(chat.lines).to_have_count(2)
    await expect(chat.line("From ten to four.")).to_be_visible()


async def test_what_is_written_offline_goes_out_once_and_in_order(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive(OFFLINE)
    chat = Chat(await browsing.page())
    await chat.visit(shop)
    await chat.write("Written with a connection.")
    await expect(chat.line("Written with a connection.")).to_contain_text("Safe with us")
    await chat.page.context.set_offline(True)
    await chat.write("First without one.")
    await chat.write("Second without one.")
    await expect(chat.line("Second without one.")).to_contain_text("Waiting")
    await expect(chat.page.get_by_text("What you wrote is kept here")).to_be_visible()
    await chat.page.context.set_offline(False)
    await expect(chat.line("First without one.")).to_contain_text("Safe with us")
    await expect(chat.line("Second without one.")).to_contain_text("Safe with us")
    await expect(chat.page.get_by_text("What you wrote is kept here")).to_be_hidden()

    console = await browsing.console(shop)
    await console.open("Second without one.")
    await expect(console.messages).to_have_count(3)
    for index, text in enumerate(("Written with a", "First without", "Second without")):
        await expect(console.messages.nth(index)).to_contain_text(text)


async def test_what_was_written_offline_outlives_the_page(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive(OFFLINE)
    chat = Chat(await browsing.page())
    await chat.visit(shop)
    await chat.page.context.set_offline(True)
    await chat.write("Closed before it was sent.")
    await expect(chat.line("Closed before it was sent.")).to_contain_text("Waiting")
    context = chat.page.context
    await chat.page.close()
    await context.set_offline(False)
    chat = Chat(await context.new_page())
    await chat.visit(shop)
    await expect(chat.line("Closed before it was sent.")).to_contain_text("Safe with us")
    await expect(chat.lines).to_have_count(1)


async def test_the_widget_works_on_a_site_with_a_strict_policy(browsing: "Browsing", shop: Demo) -> None:
    console = await browsing.console(shop)
    with foreign_page(shop.addresses["hub"]) as site:
        page = await browsing.page()
        await page.clock.install()
        chat = Chat(page)
        await page.goto(site)
        await page.get_by_role("button", name="Chat with Kelp & Co").click()
        await expect(chat.field).to_be_focused()
        await chat.write("Written on another site.")
        await expect(chat.line("Written on another site.")).to_contain_text("Safe with us")
        await console.open("Written on another site.")
        await console.send("Answered from the desk.")
        await expect(chat.line("Answered from the desk.")).to_be_visible()

        await page.keyboard.press("Escape")
        await expect(chat.field).to_be_hidden()
        await console.send("Answered while it was closed.")
        await expect(console.message("Answered while it was closed.")).to_contain_text("Sent")
        await page.clock.fast_forward(CLOSED_LOOKS_EVERY_MS)
        await expect(page.get_by_role("button", name="1 new")).to_be_visible()
        await page.reload()
        await page.get_by_role("button", name=re.compile("Chat with Kelp")).click()
        await expect(chat.lines).to_have_count(3)
        assert await page.evaluate("getComputedStyle(document.body).margin") == "8px", "the site is not bent"


async def test_the_widget_fills_a_narrow_screen(browsing: "Browsing", shop: Demo) -> None:
    with foreign_page(shop.addresses["hub"]) as site:
        page = await browsing.page(viewport=NARROW)
        await page.goto(site)
        await page.get_by_role("button", name=re.compile("Chat with")).click()
        box = await page.get_by_role("dialog").bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (NARROW["width"], NARROW["height"])
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.get_by_role("button", name="Close the chat").click()
        await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_hostile_visitors_are_read_as_text(browsing: "Browsing", shop: Demo) -> None:
    text = "<img src=x onerror=\"document.title='stolen'\">"
    chat = Chat(await browsing.page(viewport=NARROW))
    await chat.visit(shop)
    await chat.write(text)
    await chat.write("x" * 2_000)
    await expect(chat.line(text)).to_have_count(1)
    assert await chat.page.locator("img[src=x]").count() == 0
    assert await chat.page.title() == "Kelp & Co"
    assert await chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
