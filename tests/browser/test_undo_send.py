"""After Send a reply waits for a moment, in which one press or a key takes it back into the box, files and all."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.browser.looks import LOOKS, findings
from tests.browser.test_files import attach, guest_writes
from tests.scenarios.demo import running_demo
from tests.unit.media import samples

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
UNDO_SECONDS = 20.0
"""So long that a busy machine has pressed before it is over."""


async def test_a_reply_is_taken_back_by_press_and_by_key_and_goes_out_when_it_is_not(
    browsing: "Browsing", tmp_path: Path, pictures: Path
) -> None:
    async with running_demo(tmp_path, people=2, undo_seconds=UNDO_SECONDS) as shop:
        await guest_writes(shop, "Vi")
        console = await browsing.console(shop, bypass_csp=True)
        page = console.page
        await console.open("this is Vi")
        await attach(console, [{"name": "shelf.jpg", "mimeType": "image/jpeg", "buffer": samples.picture()}])
        await console.send("Here is the shelf")
        held = page.get_by_test_id("later")
        await expect(held).to_contain_text("Here is the shelf")
        await expect(held).to_contain_text("Goes out in")
        await expect(held.get_by_role("img", name="shelf.jpg")).to_be_visible()
        await expect(console.message("Here is the shelf")).to_have_count(0)
        found = await findings(page, pictures, "console-held", "wide")
        await held.get_by_role("button", name="Take back").click()
        await expect(held).to_have_count(0)
        await expect(console.reply).to_have_value("Here is the shelf")
        await expect(console.reply).to_be_focused()
        along = page.get_by_role("list", name="Files that go along")
        await expect(along.get_by_role("listitem")).to_have_count(1)

        await console.reply.press("Control+Enter")
        await expect(held).to_contain_text("Here is the shelf")
        await console.reply.press("Control+z")
        await expect(console.reply).to_have_value("Here is the shelf")
        await expect(held).to_have_count(0)

        await console.reply.press("Control+Enter")
        await expect(held).to_contain_text("Here is the shelf")
        await console.away_from_fields()
        await page.keyboard.press("z")
        await expect(console.reply).to_have_value("Here is the shelf")

        await page.set_viewport_size(LOOKS["narrow"]["viewport"])
        await console.reply.press("Control+Enter")
        await expect(held).to_be_in_viewport()
        await page.emulate_media(color_scheme="dark")
        found += await findings(page, pictures, "console-held", "narrow-dark")
        await expect(console.message("Here is the shelf")).to_have_count(1)
        await expect(
            console.message("Here is the shelf").get_by_role("img", name="shelf.jpg")
        ).to_be_visible()
        await expect(held).to_have_count(0)
        await page.context.close()
        assert found == []
