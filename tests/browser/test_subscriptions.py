"""A visitor asks for updates, confirms, is told of maintenance, and leaves: with a browser that runs no script."""

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MAIL_SECONDS_MAX = 60
PERSON = "ines"


async def _mails(shop: Demo, words: str) -> list[dict[str, Any]]:
    return [mail for mail in await shop.phone(PERSON, "email") if words in mail["text"]]


async def _link(shop: Demo, words: str) -> str:
    async def look() -> list[dict[str, Any]]:
        return await _mails(shop, words)

    mails = await shop.until(look, MAIL_SECONDS_MAX, f"a mail that says {words!r}")
    found = re.search(r"http\S+/subscriptions/\S+", mails[-1]["text"])
    assert found, mails[-1]
    return found[0]


async def test_a_visitor_is_told_and_leaves_again(browsing: "Browsing", shop: Demo) -> None:
    address = (await shop.control("GET", f"/people/{PERSON}"))["addresses"]["email"]
    page = await browsing.page(java_script_enabled=False, viewport={"width": 375, "height": 740})
    await page.goto(f"{shop.addresses['status']}/subscribe")
    await page.get_by_label("Your email address").fill(address)
    await page.get_by_role("button", name="Send me the link").click()
    await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()

    await page.goto(await _link(shop, "open this page and press the button"))
    await page.get_by_role("button", name="Yes, tell me").click()
    await expect(page.get_by_role("heading", name="We will tell you")).to_be_visible()

    async def listed() -> list[dict[str, Any]]:
        known = await shop.items("/subscribers")
        return [each for each in known if each["address"] == address and each["state"] == "active"]

    now = (await shop.until(listed, MAIL_SECONDS_MAX, "an active subscriber"))[0]["confirmed_at"]
    await shop.api(
        "POST",
        "/maintenances",
        {
            "title": "A new telephone line",
            "text": "It takes an hour.",
            "channels": ["sms:shop"],
            "starts_at": now + 86_400_000,
            "ends_at": now + 90_000_000,
        },
    )
    leave = await _link(shop, "A new telephone line")

    async def shown() -> bool:
        return "A new telephone line" in await shop.page("/")

    await shop.until(shown, MAIL_SECONDS_MAX, "the maintenance on the status page")
    await page.goto(leave)
    await page.get_by_role("button", name="No more, please").click()
    await expect(page.get_by_role("heading", name="We write no more")).to_be_visible()
    left = await shop.items("/subscribers")
    assert address not in {each["address"] for each in left}
