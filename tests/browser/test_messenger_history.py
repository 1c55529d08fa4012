"""What was said earlier turns up on every device of a member, in order, without a page being opened anew."""

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.browser.messenger import CODE, Messenger
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CLAIMER = "ines"
"""Somebody of the demo who has a number and a mail address."""
SHOP = "business:web"
CODE_SECONDS = 30.0
EARLIER = [f"Asked by WhatsApp {number}" for number in range(3)]
OFFLINE = r"ERR_INTERNET_DISCONNECTED"


async def device(browsing: "Browsing", shop: Demo) -> Messenger:
    one = Messenger(await browsing.page(), shop)
    await one.sign_in(CLAIMER)
    await one.thread(SHOP)
    await one.field.wait_for()
    return one


async def claim(shop: Demo, member: Messenger) -> None:
    number = (await shop.control("GET", f"/people/{CLAIMER}"))["addresses"]["whatsapp"]
    known = {each["id"] for each in await shop.phone(CLAIMER, "whatsapp")}
    await member.open("#/settings")
    await member.page.get_by_label("Where").select_option(label="WhatsApp")
    await member.page.get_by_label("Your number").fill(number)
    await member.page.get_by_label("Your number").press("Enter")

    async def look() -> str:
        texts = [each["text"] for each in await shop.phone(CLAIMER, "whatsapp") if each["id"] not in known]
        return next((found.group(1) for text in texts if (found := CODE.search(text))), "")

    await member.page.get_by_label("The code").fill(
        await shop.until(look, CODE_SECONDS, "a code by WhatsApp")
    )
    await member.page.get_by_role("button", name="It is mine").click()


async def told(member: Messenger) -> list[str]:
    """What is shown of what this test wrote."""
    return [text for text in await member.texts() if text in {*EARLIER, "Good morning"}]


async def test_what_a_claim_brings_is_shown_on_a_device_that_was_open_and_on_one_that_was_away(
    browsing: "Browsing", shop: Demo
) -> None:
    browsing.watch.forgive(OFFLINE, "WebSocket")
    for text in EARLIER:
        await shop.write(CLAIMER, text, "whatsapp")
    phone, tablet, computer = [await device(browsing, shop) for _ in range(3)]
    await computer.write("Good morning")
    for each in (phone, tablet):
        await expect(each.line("Good morning")).to_be_visible()
    await tablet.page.context.set_offline(offline=True)
    await expect(tablet.page.get_by_text("No connection.").first).to_be_visible()
    await claim(shop, computer)
    for each in (computer, phone):
        await expect(each.line(EARLIER[0])).to_contain_text("WhatsApp")
        await expect(each.line("Good morning")).to_be_visible()
        assert await told(each) == [*EARLIER, "Good morning"]
    assert await told(tablet) == ["Good morning"]
    await tablet.page.context.set_offline(offline=False)
    await expect(tablet.line(EARLIER[0])).to_contain_text("WhatsApp")
    assert await told(tablet) == [*EARLIER, "Good morning"]

    # It is kept as it is shown: without a network the same stands there again.
    await phone.page.context.set_offline(offline=True)
    await phone.open(f"#/t/{SHOP}")
    await phone.page.reload()
    await expect(phone.line("Good morning")).to_be_visible()
    assert await told(phone) == [*EARLIER, "Good morning"]
