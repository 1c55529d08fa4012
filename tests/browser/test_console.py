"""An ordinary day at the desk: sign in, read, answer, sign out."""

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SHOWN_SECONDS = 1.0
TRIES = 3


async def test_signing_in_and_out(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive(r"^401 POST /api/v1/auth/sign-in$")
    page = await browsing.page()
    await page.goto(shop.addresses["console"])
    await page.get_by_label("Email").fill(shop.addresses["email"])
    await page.get_by_label("Password").fill("not the password")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_label("Password")).to_have_value("")

    await page.get_by_label("Password").fill(shop.addresses["password"])
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("conversations")).to_be_visible()
    await page.reload()
    await expect(page.get_by_test_id("conversations")).to_be_visible()

    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Password")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_a_message_from_a_phone_is_shown_within_a_second(browsing: "Browsing", shop: Demo) -> None:
    console = await browsing.console(shop)
    phone = await browsing.phones(shop)
    await phone.of("ann", "Instagram")
    taken = []
    for number in range(TRIES):
        text = f"Is the blue mug back? ({number})"
        began = time.monotonic()
        await phone.write(text)
        await expect(console.row(text)).to_be_visible()
        taken.append(time.monotonic() - began)
        await expect(console.row(text)).to_contain_text("Ann Lee")
    assert min(taken) < SHOWN_SECONDS, taken  # a busy machine may be late once, not each time


async def test_answering_with_the_keyboard_alone(browsing: "Browsing", shop: Demo) -> None:
    await shop.write("dev", "Do you have it in grey?")
    await shop.write("chiara", "Do you have it in white?")
    console = await browsing.console(shop)
    page = console.page
    await expect(console.row("in white")).to_be_visible()
    await expect(console.row("in grey")).to_be_visible()
    await console.arrange("Latest first")
    await expect(console.rows.first).to_contain_text("Chiara Evans")
    await console.away_from_fields()
    await page.keyboard.press("j")
    await expect(page.locator(":focus")).to_contain_text("Chiara Evans")
    await page.keyboard.press("j")
    await expect(page.locator(":focus")).to_contain_text("Dev Silva")
    await page.keyboard.press("k")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Dev Silva").first).to_be_visible()
    await expect(console.message("in grey")).to_be_visible()
    await page.keyboard.press("r")
    await expect(console.reply).to_be_focused()
    await page.keyboard.type("Yes, two are left.")
    await page.keyboard.press("Control+Enter")
    await expect(console.message("Yes, two are left.")).to_have_count(1)
    await expect(console.reply).to_have_value("")

    phone = await browsing.phones(shop)
    await phone.of("dev", "Instagram")
    await expect(phone.message("Yes, two are left.")).to_have_count(1)
    # The phone is open, so the person has seen it; the desk is told with a word.
    await expect(console.message("Yes, two are left.")).to_contain_text("Read")


async def test_keys_are_explained_and_do_nothing_in_fields(browsing: "Browsing", shop: Demo) -> None:
    console = await browsing.console(shop)
    page = console.page
    await page.keyboard.press("/")
    search = page.get_by_role("searchbox")
    await expect(search).to_be_focused()
    await page.keyboard.type("jk?r")
    await expect(search).to_have_value("jk?r")
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(console.rows.first).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("send the reply")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_choosing_the_way_of_a_reply(browsing: "Browsing", shop: Demo) -> None:
    await shop.write("kofi", "Which way will you answer?")
    console = await browsing.console(shop)
    page = console.page
    await console.open("Which way will you answer?")
    chooser = page.get_by_role("button", name=re.compile("Best way: Instagram"))
    await chooser.click()
    options = page.get_by_role("radio")
    await expect(options).to_have_count(4)  # the best way, and each of three
    await page.get_by_role("radio", name=re.compile("WhatsApp")).check()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name=re.compile("^By WhatsApp"))).to_be_visible()
    sent = await console.send("By the way you asked for.")
    await expect(sent).to_contain_text(re.compile("Sent|Delivered|Read"))

    phone = await browsing.phones(shop)
    await phone.of("kofi", "WhatsApp")
    await expect(phone.message("By the way you asked for.")).to_have_count(1)
    await phone.page.get_by_role("tab", name="Instagram").first.click()
    await expect(phone.message("Which way will you answer?")).to_be_visible()
    await expect(phone.message("By the way you asked for.")).to_have_count(0)


async def test_a_conversation_is_resolved_and_comes_back(browsing: "Browsing", shop: Demo) -> None:
    await shop.write("freya", "That was all, thanks!")
    console = await browsing.console(shop)
    page = console.page
    await console.open("That was all, thanks!")
    await page.get_by_role("button", name="Resolve", exact=True).click()
    await expect(console.row("Freya Petrova")).to_have_count(0)
    await console.show("Resolved")
    await expect(console.row("Freya Petrova")).to_be_visible()
    await console.show("Open")
    await shop.write("freya", "One more thing …")
    await expect(console.row("One more thing …")).to_be_visible()


async def test_a_list_that_is_loading_or_cannot_be_read_says_so(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive(r"^500 GET /api/v1/conversations$")
    console = await browsing.console(shop)
    page = console.page
    await page.route("**/api/v1/conversations?*", lambda route: route.fulfill(status=500, body="{}"))
    await page.reload()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await page.unroute("**/api/v1/conversations?*")
    await page.route("**/api/v1/conversations?*", lambda _: None)
    await page.reload()
    await expect(page.get_by_label("Loading conversations")).to_be_visible()
    await page.unroute_all(behavior="ignoreErrors")
