"""An incident of two channels at the desk: its parts, its draft, what people decide, and its post-mortem."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from tests.browser.console import Console
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo, running_demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
NOTICED_MS = 60_000
NIGHT = {**LOOKS["narrow"], "color_scheme": "dark"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def broken(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """A demo in which Instagram and WhatsApp refuse everything."""
    async with running_demo(tmp_path_factory.mktemp("broken")) as demo:
        await demo.fault("instagram", "refused")
        await demo.fault("whatsapp", "refused")
        yield demo


async def both(demo: Demo) -> dict[str, Any]:
    """The one incident, as soon as it has WhatsApp and both accounts on Instagram."""

    async def look() -> dict[str, Any] | None:
        found = [each for each in await demo.incidents() if len(each["components"]) == 3]
        return found[0] if found else None

    return await demo.until(look, 60, "one incident of both channels")


async def test_two_channels_of_one_company_are_one_incident(
    browsing: "Browsing", broken: Demo, pictures: Path
) -> None:
    incident = await both(broken)
    console = await browsing.console(broken, bypass_csp=True)
    page = await _opened(console, broken, incident)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("(both run by Meta)")
    await expect(page.get_by_test_id("parts").get_by_role("listitem")).to_have_count(3)
    await _draft_is_told(page, broken)
    await _is_renamed(page)
    assert await _looks(browsing, broken, pictures, incident) == []
    await _is_split(page, broken)


async def _opened(console: Console, demo: Demo, incident: dict[str, Any], part: str = "") -> Page:
    await console.page.goto(f"{demo.addresses['console']}#/incidents/{incident['id']}{part}")
    return console.page


async def _draft_is_told(page: Page, demo: Demo) -> None:
    draft = page.get_by_test_id("draft")
    text = draft.get_by_label("The draft's text")
    await expect(text).to_have_value(re.compile("are failing .*both run by Meta.* since"), timeout=NOTICED_MS)
    await text.fill("We know, and we answer by SMS meanwhile.")
    await draft.get_by_role("button", name="Publish").click()
    await expect(page.get_by_test_id("timeline")).to_contain_text("We know, and we answer by SMS meanwhile.")
    await expect(draft).to_have_count(0)

    async def published() -> bool:
        return "We know, and we answer by SMS meanwhile." in await demo.page()

    await demo.until(published, 10, "the draft on the status page")


async def _is_renamed(page: Page) -> None:
    await page.get_by_role("button", name="Rename, merge, split").click()
    dialog = page.get_by_role("dialog", name="Change the incident")
    await dialog.get_by_label("Name; empty lets Holdfast name it").fill("Meta is down")
    await dialog.get_by_role("button", name="Rename").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Meta is down")
    await page.keyboard.press("Escape")


async def _looks(browsing: "Browsing", demo: Demo, pictures: Path, incident: dict[str, Any]) -> list[str]:
    found = []
    for look, how in {**LOOKS, "narrow-dark": NIGHT}.items():
        console = await browsing.console(demo, bypass_csp=True, **how)
        page = await _opened(console, demo, incident)
        await expect(page.get_by_test_id("ledger")).to_be_visible()
        found += await findings(page, pictures, "incident-of-two", look)
        await _opened(console, demo, incident, "/post-mortem")
        await expect(page.get_by_test_id("counts")).to_be_visible()
        found += await findings(page, pictures, "post-mortem", look)
        await page.get_by_title("Something is wrong").click()
        await expect(page.get_by_role("dialog", name="Something is wrong")).to_be_visible()
        found += await findings(page, pictures, "trouble", look)
    return found


async def _is_split(page: Page, demo: Demo) -> None:
    await page.get_by_role("button", name="Rename, merge, split").click()
    dialog = page.get_by_role("dialog", name="Change the incident")
    await dialog.get_by_label(re.compile("whatsapp:shop")).check()
    await dialog.get_by_role("button", name="Split").click()

    async def two() -> bool:
        return len(await demo.incidents()) == 2

    await demo.until(two, 10, "two incidents")
    await expect(page.get_by_test_id("parts").get_by_role("listitem")).to_have_count(2)


async def test_the_account_is_written_and_saved(browsing: "Browsing", broken: Demo) -> None:
    incident = await broken.incident("instagram:shop", 60)
    console = await browsing.console(broken)
    page = await _opened(console, broken, incident, "/post-mortem")
    await page.get_by_label("Summary").fill("It fell over.")
    await page.get_by_label("What we will change").fill("We will <b>not</b> worry.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Save as Markdown").click()
    saved = await (await started.value).path()
    text = await asyncio.to_thread(saved.read_text, "utf-8")
    assert "It fell over." in text
    assert "## What became of every message" in text


async def test_an_agent_says_that_something_is_wrong_in_two_clicks(
    browsing: "Browsing", broken: Demo
) -> None:
    console = await browsing.console(broken)
    await console.page.get_by_title("Something is wrong").click()
    dialog = console.page.get_by_role("dialog", name="Something is wrong")
    await dialog.get_by_role("button", name="Nothing arrives").click()
    await expect(dialog.get_by_role("status")).to_contain_text("Thank you")
    told = [each for each in (await broken.api("GET", "/audit"))["items"] if each["action"] == "trouble.told"]
    assert told[0]["detail"] == "Nothing arrives"


async def test_something_is_wrong_is_said_by_keyboard(browsing: "Browsing", broken: Demo) -> None:
    page = (await browsing.console(broken)).page
    button = page.get_by_title("Something is wrong")
    await button.focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Something is wrong")
    await expect(dialog.get_by_label("Where?")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(button).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Replies vanish")
    await page.keyboard.press("Tab")
    await expect(dialog.get_by_role("button", name="Cannot send")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("status")).to_contain_text("Thank you")

    async def told() -> bool:
        entries = (await broken.api("GET", "/audit"))["items"]
        return any((each["action"], each["detail"]) == ("trouble.told", "Replies vanish") for each in entries)

    await broken.until(told, 20, "what was said by keyboard in the audit log")
