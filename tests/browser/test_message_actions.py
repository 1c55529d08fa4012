"""What agents do with one message: react, quote, change and take back, by mouse and keyboard, seen by others."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import Locator, expect
from tests.browser.looks import LOOKS, findings
from tests.browser.test_files import guest_writes
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def on_phone(shop: Demo, person: str, text: str) -> dict[str, Any]:
    return next(each for each in await shop.phone(person, "instagram") if each["text"] == text)


def menu_of(message: Locator) -> Locator:
    return message.get_by_role("button", name="What to do with this message")


async def test_a_reaction_and_a_quote_reach_the_telephone(
    browsing: "Browsing", shop: Demo, pictures: Path
) -> None:
    await shop.write("chiara", "The red bowl, please")
    console = await browsing.console(shop, bypass_csp=True)
    page = console.page
    await console.open("The red bowl, please")
    asked = console.message("The red bowl, please")
    await asked.hover()
    await menu_of(asked).click()
    found = await findings(page, pictures, "console-message-menu", "wide")
    await page.get_by_role("button", name="👍").click()
    await expect(asked.get_by_test_id("reactions").locator("[data-state=sent]")).to_contain_text("👍")

    async def reacted() -> bool:
        message = await on_phone(shop, "chiara", "The red bowl, please")
        return bool(message["reactions"] == {"business": "👍"})

    await shop.until(reacted, 30, "the reaction on the telephone")

    await console.away_from_fields()
    await asked.focus()
    await page.keyboard.press("m")
    await page.keyboard.press("ArrowDown")
    await page.get_by_role("button", name="Quote in a reply").press("Enter")
    await expect(console.reply).to_be_focused()
    await expect(page.get_by_test_id("quoting")).to_contain_text("The red bowl, please")
    found += await findings(page, pictures, "console-quoting", "wide")
    sent = await console.send("It is yours")
    await expect(sent.locator("blockquote")).to_contain_text("The red bowl, please")
    await expect(page.get_by_test_id("quoting")).to_have_count(0)

    async def quoted() -> bool:
        messages = {each["text"]: each for each in await shop.phone("chiara", "instagram")}
        answer = messages.get("It is yours")
        return answer is not None and answer["reply_to"] == messages["The red bowl, please"]["id"]

    await shop.until(quoted, 30, "the quote on the telephone")
    await sent.hover()
    await menu_of(sent).click()
    await expect(page.get_by_text("lets nobody change or take back what was sent")).to_be_visible()
    await expect(page.get_by_role("button", name="Take it back")).to_have_count(0)
    assert found == []


async def test_on_our_own_chat_words_are_changed_and_taken_back_with_their_history(
    browsing: "Browsing", shop: Demo, pictures: Path
) -> None:
    await guest_writes(shop, "Wren")
    console = await browsing.console(shop, bypass_csp=True)
    other = await browsing.console(shop)
    page = console.page
    for each in (console, other):
        await expect(each.row("this is Wren")).to_be_visible()
        await each.open("this is Wren")
    sent = await console.send("We open at nine")
    await expect(sent).to_have_attribute("data-state", "sent")
    await sent.hover()
    await menu_of(sent).click()
    await page.get_by_role("button", name="Change it").click()
    field = page.get_by_role("textbox", name="The message")
    await expect(field).to_be_focused()
    await field.fill("We open at ten")
    await field.press("Control+Enter")
    await expect(console.message("We open at ten")).to_have_count(1)
    await expect(other.message("We open at ten")).to_have_count(1)
    await other.page.get_by_role("button", name="edited").click()
    await expect(other.page.get_by_test_id("versions")).to_contain_text("We open at nine")
    await expect(other.page.get_by_test_id("versions")).to_contain_text("Changed by Mara")
    found = await findings(other.page, pictures, "console-versions", "wide")
    await other.page.keyboard.press("Escape")

    await page.set_viewport_size(LOOKS["narrow"]["viewport"])
    changed = console.message("We open at ten")
    await changed.hover()
    await menu_of(changed).click()
    found += await findings(page, pictures, "console-message-menu", "narrow")
    await page.get_by_role("button", name="Take it back").click()
    await page.get_by_role("button", name="Yes, take it back for everybody").click()
    await expect(console.message("We open at ten")).to_have_count(0)
    await expect(other.message("Taken back")).to_have_count(1)
    await expect(other.page.get_by_text("took a message back")).to_be_visible()
    assert found == []
