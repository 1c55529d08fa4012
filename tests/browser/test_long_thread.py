"""A conversation of thousands of messages: only what is near the screen is in the page, and nothing jumps."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.browser.long_thread import MINUTE_MS, SAID, LongThread, long_thread, name_of
from tests.browser.looks import LOOKS, findings

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
IN_PAGE_MAX = 80
STILL_PX = 2
MIRRORED = "localStorage.setItem('holdfast.language', 'ar-XB')"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LongThread]:
    async with long_thread(tmp_path_factory.mktemp("long")) as there:
        yield there


async def test_it_is_read_up_to_its_first_message_and_nothing_jumps(
    browsing: "Browsing", hub: LongThread
) -> None:
    log = await hub.enter(await browsing.page(storage_state=hub.kept))
    await expect(log.message(f"Number {SAID - 1}:")).to_be_in_viewport()
    assert await log.messages.count() < IN_PAGE_MAX
    assert await log.scroll(-140, 300) <= STILL_PX
    assert await log.scroll(-3_000, 400) <= STILL_PX
    first = log.page.locator("li", has=log.message("Number 0:"))
    await expect(first).to_be_in_viewport()
    assert int(await first.get_attribute("aria-setsize") or 0) > SAID
    assert int(await first.get_attribute("aria-posinset") or 0) == 2, "after the line of its day"
    assert await log.messages.count() < IN_PAGE_MAX
    await log.page.get_by_role("button", name="To the newest").click()
    await expect(log.message(f"Number {SAID - 1}:")).to_be_in_viewport()


async def test_who_reads_the_end_goes_with_it_and_who_reads_above_is_told(
    browsing: "Browsing", hub: LongThread
) -> None:
    page = await browsing.page(storage_state=hub.kept)
    log = await hub.enter(page)
    await hub.write("The first of today")
    await expect(log.message("The first of today")).to_be_in_viewport()
    await log.scroll(-70, 30)
    above = await log.middle()
    before = await log.top_of(above)
    await hub.write("The second of today")
    told = page.get_by_role("button", name="1 new message")
    await expect(told).to_be_visible()
    await hub.write("Older than what is seen", at=time.time_ns() // 1_000_000 - (SAID // 2) * MINUTE_MS)
    await hub.write("The third of today")
    await expect(page.get_by_role("button", name="3 new messages")).to_be_visible()
    assert abs(await log.top_of(above) - before) <= STILL_PX
    await page.get_by_role("button", name="3 new messages").click()
    await expect(log.message("The third of today")).to_be_in_viewport()
    await expect(page.get_by_test_id("new-line")).to_be_in_viewport()
    await expect(page.get_by_role("button", name="new message")).to_have_count(0)
    assert await log.message("The second of today").count() == 1


async def test_what_was_not_read_begins_at_a_line(browsing: "Browsing", hub: LongThread) -> None:
    page = await browsing.page(storage_state=hub.kept)
    log = await hub.enter(page)
    await page.goto(f"{hub.url}/console/#/inbox")
    await expect(log.box).to_have_count(0)
    for number in range(14):
        await hub.write(f"Unread {number}. " + "Please tell me soon. " * 8)
    row = page.get_by_test_id("conversations").locator(f"[href$='{hub.conversation}']")
    await expect(row).to_contain_text("14")
    await row.click()
    await expect(page.get_by_test_id("new-line")).to_be_in_viewport()
    await expect(log.message("Unread 0.")).to_be_in_viewport()
    await page.get_by_role("button", name="To the newest").click()
    await expect(log.message("Unread 13.")).to_be_in_viewport()


async def test_pointing_at_one_reads_it_ahead_and_leaves_it_unread(
    browsing: "Browsing", hub: LongThread
) -> None:
    page = await browsing.page(storage_state=hub.kept)
    log = await hub.enter(page)
    row = page.get_by_test_id("conversations").locator(f"[href$='{hub.conversation}']")
    await page.goto(f"{hub.url}/console/#/inbox")
    await expect(log.box).to_have_count(0)
    await hub.write("Seen by nobody yet")
    await expect(row.locator(".badge")).to_contain_text("1")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    async with page.expect_response(lambda answer: answer.url.endswith("messages?limit=60")):
        await row.hover()
    await expect(row.locator(".badge")).to_be_visible()
    assert not [url for url in asked if url.endswith("/read")]
    asked.clear()
    await row.click()
    await expect(log.message("Seen by nobody yet")).to_be_in_viewport()
    await expect(row.locator(".badge")).to_have_count(0)
    assert not [url for url in asked if url.endswith("messages?limit=60")], "it was here already"


async def test_one_of_long_ago_is_opened_and_keys_go_on_from_it(
    browsing: "Browsing", hub: LongThread
) -> None:
    page = await browsing.page(storage_state=hub.kept)
    log = await hub.enter(page, at=name_of(400))
    await expect(log.message("Number 400:")).to_be_in_viewport()
    await expect(log.message("Number 400:")).to_be_focused()
    for key, number in (("ArrowUp", 399), ("ArrowUp", 398), ("ArrowDown", 399)):
        await page.keyboard.press(key)
        await expect(log.message(f"Number {number}:")).to_be_focused()
    for _ in range(20):  # so far without waiting for more to be read
        await page.keyboard.press("ArrowDown")
    await expect(log.message("Number 419:")).to_be_focused()
    await expect(log.message("Number 419:")).to_be_in_viewport()
    assert await log.scroll(900, 15) <= STILL_PX
    assert await log.focused() == name_of(419), "what has the focus stays in the page"
    await page.keyboard.press("End")
    await expect(log.message("Number 2999:").or_(log.messages.last).first).to_be_visible()
    await page.goto(f"{hub.url}/console/#/inbox/{hub.conversation}/{name_of(1500)}")
    await expect(log.message("Number 1500:")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_placeholder("Write a reply")).to_be_focused()


@pytest.mark.parametrize("look", [*LOOKS, "mirrored"])
async def test_it_looks_right(browsing: "Browsing", hub: LongThread, pictures: Path, look: str) -> None:
    if hub.kept is None:
        await hub.enter(await browsing.page())
    page = await browsing.page(**LOOKS.get(look, LOOKS["wide"]), storage_state=hub.kept)
    if look == "mirrored":
        await page.add_init_script(MIRRORED)
    log = await hub.enter(page)
    await log.scroll(-200, 12)
    assert await findings(page, pictures, "long-thread", look) == []
