"""A post from the desk to the public page and into a follower's mailbox; the visitor's browser runs no script."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SECONDS_MAX = 60
FOLLOWER = "nia"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da63f8ffff3f0005fe02fe"
    "a735819d0000000049454e44ae426082"
)


async def _mail(shop: Demo, words: str) -> str:
    async def look() -> list[dict[str, Any]]:
        return [mail for mail in await shop.phone(FOLLOWER, "email") if words in mail["text"]]

    return str((await shop.until(look, SECONDS_MAX, f"a mail that says {words!r}"))[-1]["text"])


async def test_a_post_reaches_the_page_and_who_follows(browsing: "Browsing", shop: Demo) -> None:
    status = shop.addresses["status"]
    visitor = await browsing.page(java_script_enabled=False, viewport={"width": 375, "height": 740})
    await visitor.goto(f"{status}/profile")
    await expect(visitor.get_by_role("link", name="Write to us", exact=True)).to_be_visible()
    person = await shop.control("POST", "/people", {"name": "Nia", "id": FOLLOWER})
    await visitor.get_by_label("Your email address").fill(person["addresses"]["email"])
    await visitor.get_by_role("button", name="Send me new posts").click()
    await expect(visitor.get_by_role("heading", name="Thank you")).to_be_visible()
    question = await _mail(shop, "posts something new")
    found = re.search(r"http\S+/subscriptions/\S+", question)
    assert found
    await visitor.goto(found[0])
    await visitor.get_by_role("button", name="Yes, tell me").click()
    await expect(visitor.get_by_role("heading", name="We will tell you")).to_be_visible()

    console = await browsing.console(shop)
    await console.go("publishing")
    page = console.page
    await page.get_by_role("button", name="Write a post").click()
    await page.get_by_label("Title").fill("Open on Sunday")
    await page.get_by_label("Words").fill("From ten to four.")
    await page.get_by_label("Add pictures or a video").set_input_files(
        {"name": "mug.png", "mimeType": "image/png", "buffer": PNG}
    )
    await page.get_by_label("What it shows").fill("A green mug")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("It is on the page.")).to_be_visible()
    await expect(page.get_by_test_id("post").filter(has_text="Open on Sunday")).to_be_visible()

    assert f"{status}/posts/open-on-sunday" in await _mail(shop, "From ten to four.")
    await visitor.goto(f"{status}/posts/open-on-sunday")
    await expect(visitor.get_by_role("heading", name="Open on Sunday")).to_be_visible()
    await expect(visitor.get_by_role("img", name="A green mug")).to_be_visible()


async def test_what_the_shop_publishes_elsewhere_comes_and_can_be_hidden(
    browsing: "Browsing", shop: Demo
) -> None:
    phones = await browsing.phones(shop)
    page = phones.page
    await page.goto(shop.addresses["phones"])
    await page.get_by_role("link", name="Posts", exact=True).click()
    await page.get_by_label("What the post says").fill("Straight from the kiln")
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_text("Published on Instagram.")).to_be_visible()

    console = await browsing.console(shop)
    await console.go("publishing")
    visitor = await browsing.page()
    await visitor.goto(f"{shop.addresses['status']}/posts")
    await expect(visitor.get_by_text("Saturday we dye with indigo")).to_be_visible()
    row = console.page.get_by_test_id("post").filter(has_text="Straight from the kiln")
    await expect(row).to_contain_text("from Instagram")
    await row.get_by_role("button", name="Hide").click()
    await expect(row).to_contain_text("Hidden")


async def test_hours_are_told_in_the_console_and_mistakes_beside_them(
    browsing: "Browsing", shop: Demo
) -> None:
    browsing.watch.forgive(r"^422 PUT /api/v1/profile$", "status of 422")
    console = await browsing.console(shop)
    page = console.page
    await page.goto(f"{shop.addresses['console']}#/publishing/profile")
    await (
        page.get_by_label("Sunday opens")
        .or_(page.get_by_role("button", name="Add hours on Sunday"))
        .first.wait_for()
    )
    await page.get_by_role("button", name="Add hours on Sunday").click()
    await page.get_by_label("Time zone").fill("Europe/Atlantis")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert").filter(has_text="no time zone Europe/Atlantis")).to_be_visible()
    await page.get_by_label("Time zone").fill("Europe/Amsterdam")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. The page shows it in a moment.")).to_be_visible()
    profile = (await shop.api("GET", "/profile"))["profile"]
    assert profile["hours"]["week"][6] == [{"opens": "09:00", "closes": "18:00"}]


@pytest.mark.parametrize("look", LOOKS)
async def test_the_public_page(browsing: "Browsing", shop: Demo, pictures: Path, look: str) -> None:
    page = await browsing.page(bypass_csp=True, **LOOKS[look])
    found = []
    for name, path in (
        ("profile", "/profile"),
        ("posts", "/posts"),
        ("post", "/posts/beach-clean-up-at-the-pier"),
    ):
        await page.goto(shop.addresses["status"] + path)
        found += await findings(page, pictures, name, look)
    console = await browsing.console(shop, bypass_csp=True, **LOOKS[look])
    await console.go("publishing")
    await console.page.get_by_role("button", name="Write a post").click()
    await expect(console.page.get_by_label("Title")).to_be_focused()
    found += await findings(console.page, pictures, "console-post", look)
    await console.page.goto(f"{shop.addresses['console']}#/publishing/profile")
    await expect(console.page.get_by_label("In a few words")).to_be_visible()
    found += await findings(console.page, pictures, "console-profile", look)
    assert found == []
