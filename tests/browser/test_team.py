"""A team at work in the inbox: who has what, what is set aside, what is noted, what leaves later; and back again."""

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_conversation_is_taken_labelled_noted_and_resolved_by_keyboard(
    browsing: "Browsing", shop: Demo
) -> None:
    await shop.write("goran", "Is the green one waterproof?")
    console = await browsing.console(shop)
    page = console.page
    await console.open("waterproof")
    await console.away_from_fields()
    await page.keyboard.press("a")
    await expect(page.locator(":focus")).to_have_text("Take it myself")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Yours now.")).to_be_visible()
    await console.away_from_fields()
    await page.keyboard.press("l")
    await page.keyboard.type("Waterproof")
    await page.keyboard.press("Enter")
    await expect(console.row("waterproof")).to_contain_text("Waterproof")
    await page.keyboard.press("Escape")
    await console.away_from_fields()
    await page.keyboard.press("n")
    await page.keyboard.type("Ask the workshop <b>first</b>.")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_test_id("note")).to_contain_text("Ask the workshop <b>first</b>.")
    await expect(page.get_by_text("You gave it to you, added “Waterproof”")).to_be_visible()

    await console.show("Mine")
    await expect(console.rows).to_have_count(1)
    await console.away_from_fields()
    await page.keyboard.press("e")
    await expect(page.get_by_text("Resolved.", exact=True)).to_be_visible()
    await expect(console.rows).to_have_count(0)
    await page.keyboard.press("z")
    await expect(page.get_by_text("Undone.")).to_be_visible()
    await expect(console.row("waterproof")).to_be_visible()

    phone = await browsing.phones(shop)
    await phone.of("goran", "Instagram")
    await expect(phone.message("waterproof").first).to_be_visible()
    await expect(phone.message("Ask the workshop")).to_have_count(0)


async def test_several_are_chosen_and_decided_about_at_once(browsing: "Browsing", shop: Demo) -> None:
    for person in ("emre", "hana", "jonas"):
        await shop.write(person, "Do you ship to Malta?")
    console = await browsing.console(shop)
    page = console.page
    await expect(console.row("Malta")).to_have_count(3)
    for row in await console.row("Malta").all():
        await row.get_by_role("checkbox").check()
    bar = page.get_by_role("toolbar", name="The chosen conversations")
    await expect(bar).to_contain_text("3 chosen")
    await bar.get_by_role("button", name="Snooze").click()
    await page.get_by_role("button", name="Tomorrow morning").click()
    await expect(page.get_by_text("Comes back", exact=False)).to_be_visible()
    await expect(console.row("Malta")).to_have_count(0)
    await console.show("Snoozed")
    await expect(console.row("Malta")).to_have_count(3)
    await shop.write("emre", "Malta, I mean it!")
    await expect(console.row("I mean it")).to_have_count(0)
    await console.show("Open")
    await expect(console.row("I mean it")).to_be_visible()


async def test_a_reply_for_later_can_be_taken_back_and_leaves_when_it_is_not(
    browsing: "Browsing", shop: Demo
) -> None:
    await shop.write("lea", "When do you open tomorrow?")
    console = await browsing.console(shop)
    page = console.page
    await console.open("open tomorrow")
    await console.reply.fill("Good morning, at nine!")
    await page.get_by_role("button", name="Send later").click()
    await page.get_by_role("button", name="In an hour").click()
    later = page.get_by_test_id("later")
    await expect(later).to_contain_text("Good morning, at nine!")
    await expect(console.reply).to_have_value("")
    await later.get_by_role("button", name="Take back").click()
    await expect(later).to_have_count(0)
    await expect(console.reply).to_have_value("Good morning, at nine!")


async def test_canned_replies_are_found_behind_a_slash_and_filled_in(
    browsing: "Browsing", shop: Demo
) -> None:
    body = {
        "shortcut": "care",
        "title": "Washing",
        "text": "Dear {{first_name}}, wash it cold. {{agent}} of {{business}}",
    }
    await shop.api("POST", "/canned-replies", body)
    await shop.write("ines", "How do I wash it?")
    console = await browsing.console(shop)
    page = console.page
    await console.open("wash it")
    await console.reply.fill("/ca")
    await expect(page.get_by_role("option", name="/care Washing")).to_be_visible()
    await console.reply.press("Enter")
    await expect(console.reply).to_have_value("Dear Ines, wash it cold. Mara of Kelp & Co")


async def test_the_palette_finds_people_views_and_commands(browsing: "Browsing", shop: Demo) -> None:
    console = await browsing.console(shop)
    page = console.page
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox")).to_be_focused()
    await page.keyboard.type("kofi")
    await page.get_by_role("option", name="Kofi Yilmaz").get_by_role("button").click()
    await expect(page.get_by_role("heading", name="Kofi Yilmaz").first).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("unassi")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-menu=view]")).to_contain_text("Unassigned")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("qqqq")
    await expect(page.get_by_role("option")).to_have_count(1)
    await expect(page.get_by_role("option")).to_contain_text("Search for “qqqq”")
