"""Two people answer one customer: the second is told before anything is sent, and loses no word."""

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_answer_that_crosses_another_waits_for_a_word(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive(r"^409 POST /api/v1/conversations/\S+/messages$")
    await shop.write("dev", "Is the blue one left?")
    console = await browsing.console(shop)
    page = console.page
    await console.open("Is the blue one left?")
    await console.reply.fill("No, it is sold out")
    await shop.reply("dev", "Yes, the last one")
    await expect(console.message("Yes, the last one")).to_be_visible()
    await console.reply.press("Control+Enter")
    warning = page.get_by_role("alert").filter(has_text="Not sent")
    await expect(warning).to_contain_text("Yes, the last one")
    await expect(console.reply).to_have_value("No, it is sold out")
    await expect(console.message("No, it is sold out")).to_have_count(0)
    await warning.get_by_role("button", name="Look").click()
    await expect(console.message("Yes, the last one")).to_be_in_viewport()
    await expect(console.reply).to_have_value("No, it is sold out")

    await shop.reply("dev", "Shall I put it aside?")
    await expect(console.message("Shall I put it aside?")).to_be_visible()
    await console.reply.press("Control+Enter")
    await expect(warning).to_contain_text("Shall I put it aside?")
    await warning.get_by_role("button", name="Send anyway").click()
    await expect(console.message("No, it is sold out")).to_have_count(1)
    await expect(warning).to_have_count(0)
    await expect(console.reply).to_have_value("")
