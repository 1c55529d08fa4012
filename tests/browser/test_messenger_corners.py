"""Every corner of the messenger as people see it, and all of it by keyboard."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.browser.looks import LOOKS, findings
from tests.browser.members import ANN, Two, entered
from tests.scenarios.demo import Demo
from tests.unit.media import samples

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
STRANGER = "hana"
OFFLINE = "ERR_INTERNET_DISCONNECTED|WebSocket"
NOBODYS = "thr_nothing"


@pytest.mark.parametrize("look", ["wide-dark", "narrow"])
async def test_every_corner_looks_right(
    browsing: "Browsing", shop: Demo, two: Two, pictures: Path, look: str
) -> None:
    browsing.watch.forgive(OFFLINE, NOBODYS)
    ann = await entered(browsing, shop, ANN, "Ann", bypass_csp=True, **LOOKS[look])
    page = ann.page
    found: list[str] = []

    async def see(name: str) -> None:
        found.extend(await findings(page, pictures, f"messenger-{name}", look))

    await ann.thread(two.thread)
    await page.locator("input[type=file]").set_input_files(
        {"name": "bay.jpg", "mimeType": "image/jpeg", "buffer": samples.picture(size=(1200, 900))}
    )
    await see("attaching")
    await ann.write("The bay this morning, and what we paid for the boat at https://example.com/boats")
    await two.ben.write("Lovely! Is that where the seals were?\nI shall be there at nine.")
    await expect(ann.line("the seals").last).to_be_visible()
    await ann.write("👍")
    await expect(ann.lines.last).to_contain_text("Read")
    await see("pair")
    await page.get_by_role("button", name="Emoji").click()
    await page.get_by_role("button", name="😀").first.wait_for()
    await see("emoji")
    await page.get_by_role("button", name="Emoji").click()
    await ann.lines.get_by_role("button", name="Picture").last.click()
    await expect(page.get_by_role("dialog", name="Pictures").get_by_role("img")).to_be_visible()
    await see("viewer")
    await page.keyboard.press("Escape")
    await page.get_by_label("About this conversation").click()
    await see("about")
    await page.get_by_role("button", name="Report").click()
    await page.get_by_role("dialog").wait_for()
    await see("complaint")
    await ann.open(f"#/t/{NOBODYS}")
    await page.get_by_text("This conversation is not here").wait_for()
    await see("missing")
    await ann.open("#/search")
    await page.get_by_role("searchbox").fill("seals")
    await expect(page.get_by_role("link", name="seals").first).to_be_visible()
    await see("found")
    await page.context.set_offline(offline=True)
    await ann.thread(two.thread)
    await ann.write("Said in a tunnel")
    await expect(page.get_by_text("What you wrote is kept here").last).to_be_visible()
    await see("offline")
    await page.context.set_offline(offline=False)
    await expect(ann.line("Said in a tunnel").last).to_contain_text("Read")
    assert found == []


async def test_a_request_of_a_stranger_looks_right(browsing: "Browsing", shop: Demo, pictures: Path) -> None:
    ann = await entered(browsing, shop, ANN, "Ann", bypass_csp=True, **LOOKS["narrow"])
    hana = await entered(browsing, shop, STRANGER, "Hana")
    await hana.write_to(ANN)
    await hana.write("Hello, I found you by the mugs")
    await ann.open("#/list")
    await ann.page.get_by_role("button", name="1 message request").click()
    await ann.page.get_by_role("link", name="Hana").click()
    await ann.page.get_by_role("button", name="Accept").wait_for()
    assert await findings(ann.page, pictures, "messenger-request", "narrow") == []
    await ann.page.get_by_role("button", name="Decline").click()
    await ann.conversations.first.wait_for()


async def test_all_that_is_said_can_be_done_by_keyboard(two: Two) -> None:
    page = two.ann.page
    keys = page.keyboard
    await expect(two.ann.field).to_be_focused()
    await keys.type("Typed, and wrng")
    await keys.press("Enter")
    await expect(two.ann.line("Typed, and wrng")).to_contain_text("Read")  # what waits is not edited yet
    await keys.press("ArrowUp")
    await expect(two.ann.field).to_have_value("Typed, and wrng")
    await keys.press("Control+a")
    await keys.type("Typed, and right")
    await keys.press("Enter")
    await expect(two.ben.line("Typed, and right")).to_contain_text("edited")

    await keys.press("Control+ArrowUp")
    await expect(two.ann.line("Typed, and right")).to_be_focused()
    await keys.press("Escape")
    await expect(two.ann.field).to_be_focused()
    await keys.press("Control+ArrowUp")
    await keys.press("r")
    await expect(two.ann.field).to_be_focused()
    await keys.type("In answer")
    await keys.press("Enter")
    await expect(two.ben.line("In answer").get_by_role("button", name="Typed, and right")).to_be_visible()
    await keys.press("Control+ArrowUp")
    await keys.press("Enter")
    await page.get_by_role("dialog").wait_for()
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(two.ben.line("In answer").get_by_role("button", name="👍 Ann")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(two.ann.line("In answer")).to_be_focused()
    await keys.press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name="Withdraw it").focus()
    await keys.press("Enter")
    await keys.press("Enter")
    await expect(two.ben.line("In answer")).to_have_count(0)
    await keys.press("Control+k")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await keys.type("Typed, and")
    await expect(page.get_by_role("link", name="Typed, and right").first).to_be_visible()
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(two.ann.line("Typed, and right")).to_be_focused()
