"""The console's other places, and texts that mean harm."""

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitaen" * 12
HOSTILE = (
    "<img src=x onerror=\"document.title='stolen'\"> <script>document.title='stolen'</script>",
    "javascript:document.title='stolen' and {{ 7 * 7 }} ${7*7} </textarea></style><svg onload=alert(1)>",
    "\u202eبريد إلكتروني \u202e txt.exe مرحبا",
    LONG_WORD,
    "word " * 160,
)
MAIL_CHARACTERS = 10_000
NARROW = {"width": 375, "height": 740}


async def test_the_strip_says_how_each_channel_is(browsing: "Browsing", shop: Demo) -> None:
    console = await browsing.console(shop)
    page = console.page
    channels = (await shop.api("GET", "/channels"))["items"]
    chips = console.radar.get_by_role("button")
    await expect(chips).to_have_count(len(channels))
    for index in range(len(channels)):
        await expect(chips.nth(index)).to_contain_text(
            re.compile("Up|Suspected|failing|Not known", re.IGNORECASE)
        )
    await chips.filter(has_text="WhatsApp").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Sending")
    await page.get_by_role("dialog").get_by_role("link", name="All channels").click()
    await expect(page.get_by_role("heading", name="Channels", exact=True)).to_be_visible()


async def test_a_channel_is_checked_on_request(browsing: "Browsing", shop: Demo) -> None:
    console = await browsing.console(shop)
    await console.go("channels")
    card = console.page.locator("li.card").filter(has_text="WhatsApp").first
    await card.get_by_role("button", name="Check now").click()
    await expect(card.locator(".results li").filter(has_text="Sign-in")).to_be_visible()


async def test_an_arrival_nobody_can_read_is_shown(browsing: "Browsing", shop: Demo) -> None:
    console = await browsing.console(shop)
    page = console.page
    await console.go("unreadable")
    raw = {"platform": "instagram", "body": '{"object": "instagram", <b>broken', "signature": "good"}
    assert await shop.control("POST", "/webhooks/raw", raw) == {"status": 200}
    await expect(page.get_by_text('{"object": "instagram", <b>broken')).to_be_visible()
    forged = {"platform": "whatsapp", "body": "{}", "signature": "bad"}
    assert await shop.control("POST", "/webhooks/raw", forged) == {"status": 401}

    async def counted() -> bool:
        return any(row["channel"] == "whatsapp:shop" for row in (await shop.api("GET", "/refused"))["items"])

    await shop.until(counted, 10, "the forged webhook counted")
    await page.reload()
    await expect(page.get_by_role("row").filter(has_text="whatsapp:shop")).to_be_visible()


async def test_the_playbook_is_changed_and_a_mistake_is_named(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive(r"^422 PUT /api/v1/playbook$")
    console = await browsing.console(shop)
    page = console.page
    await console.go("playbook")
    field = page.get_by_role("textbox", name="The playbook")
    before = await field.input_value()
    await field.fill(before.replace("after_seconds = 10", "after_seconds = soon"))
    await page.get_by_role("button", name="Save").click()
    line = 1 + before[: before.index("after_seconds")].count("\n")
    await expect(page.get_by_role("alert")).to_contain_text(re.compile(rf"line {line}\b", re.IGNORECASE))
    await field.fill(before.replace("after_seconds = 10", "after_seconds = 12"))
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. It holds")).to_be_visible()
    await page.reload()
    await expect(field).to_have_value(re.compile("after_seconds = 12"))
    await field.fill(before)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. It holds")).to_be_visible()


async def test_hostile_texts_stay_texts(browsing: "Browsing", shop: Demo) -> None:
    for text in HOSTILE:
        await shop.write("bilal", text)
    console = await browsing.console(shop, viewport=NARROW)
    page = console.page
    phone = await browsing.phones(shop, viewport=NARROW)
    await phone.of("bilal", "Instagram")
    await console.open("Bilal Suzuki")
    for text in HOSTILE:
        start = text.strip()[:60]
        await expect(console.message(start)).to_have_count(1)
        await expect(phone.message(start)).to_have_count(1)
    for one in (page, phone.page):
        assert await one.locator("img[src=x], svg[onload]").count() == 0
        assert "stolen" not in await one.title()
        assert await one.locator('a[href^="javascript"]').count() == 0
        assert await one.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_very_long_mail_can_be_read(browsing: "Browsing", shop: Demo) -> None:
    text = ("A line of a very long mail. " * (MAIL_CHARACTERS // 28)) + "The end of it."
    await shop.write("ines", text, platform="email")
    console = await browsing.console(shop, viewport=NARROW)
    await expect(console.row("Ines Zhang")).to_contain_text("A line of a very long mail")
    await console.open("Ines Zhang")
    await expect(console.message("The end of it.")).to_be_visible()
    assert await console.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
