"""Maintenance and subscribers at the desk: announced, changed and called off, listed and forgotten."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ALL_LOOKS: dict[str, dict[str, Any]] = {**LOOKS, "narrow-dark": {**LOOKS["narrow"], "color_scheme": "dark"}}
ANA, BEN = "ana@example.org", "ben@example.org"
SHOWN_SECONDS_MAX = 10


@pytest_asyncio.fixture(loop_scope="session")
async def announced(shop: Demo) -> AsyncIterator[Demo]:
    """A demo with two subscribers of whom one has not confirmed, all as it was afterwards."""
    for address, confirmed in ((ANA, True), (BEN, False)):
        body = {"kind": "email", "address": address, "channels": ["sms:shop"], "confirmed": confirmed}
        await shop.api("POST", "/subscribers", body)
    yield shop
    for each in await shop.items("/subscribers"):
        await shop.api("DELETE", f"/subscribers/{each['id']}")
    for work in await shop.items("/maintenances"):
        if work["state"] == "scheduled":
            await shop.api("POST", f"/maintenances/{work['id']}/cancel")


async def opened(browsing: "Browsing", demo: Demo, part: str, **look: Any) -> Page:
    console = await browsing.console(demo, **look)
    await console.page.goto(f"{demo.addresses['console']}#/public/{part}")
    await expect(console.page.get_by_role("heading", name="Status page", exact=True)).to_be_visible()
    return console.page


def works(page: Page) -> Locator:
    return page.get_by_test_id("maintenance")


def field(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


async def test_work_is_announced_changed_and_called_off_by_keyboard(
    browsing: "Browsing", announced: Demo
) -> None:
    browsing.watch.forgive("422 PATCH /api/v1/maintenances/")
    page = await opened(browsing, announced, "maintenance", timezone_id="UTC")
    keys = page.keyboard
    await page.get_by_role("button", name="Announce maintenance").focus()
    await keys.press("Enter")
    await expect(page.get_by_label("Title")).to_be_focused()
    await keys.type("A new telephone exchange")
    await keys.press("Tab")
    await keys.type("Calls <b>wait</b>.")
    await page.get_by_role("checkbox", name="SMS").focus()
    await keys.press("Space")
    await page.get_by_role("button", name="Announce", exact=True).press("Enter")
    await expect(page.get_by_text("It is announced, and subscribers are told.")).to_be_visible()
    [work] = [each for each in await announced.items("/maintenances") if each["state"] == "scheduled"]
    assert (work["title"], work["text"], work["channels"]) == (
        "A new telephone exchange",
        "Calls <b>wait</b>.",
        ["sms:shop"],
    )
    card = works(page).filter(has_text="A new telephone exchange")
    await expect(card).to_contain_text("To come")
    await expect(card).to_contain_text("Calls <b>wait</b>.")
    await _is_changed(page, announced, work)
    await page.get_by_role("button", name="Call off A new telephone exchange").press("Enter")
    await page.get_by_role("button", name="Call it off").press("Enter")
    await expect(card).to_contain_text("Called off")
    await expect(card.get_by_role("button")).to_have_count(0)


async def _is_changed(page: Page, demo: Demo, work: dict[str, Any]) -> None:
    """What makes no sense is said at once, and what is typed stays."""
    starts = datetime.fromtimestamp(work["starts_at"] / 1000, UTC)
    await page.get_by_role("button", name="Change A new telephone exchange").press("Enter")
    form = page.get_by_role("form", name="Change maintenance")
    await form.get_by_label("Ends").fill(field(starts - timedelta(hours=2)))
    await form.get_by_role("button", name="Save and tell subscribers").click()
    await expect(form.get_by_role("alert")).to_have_text("The end must be after the start.")
    await expect(form.get_by_label("Ends")).to_have_attribute("aria-invalid", "true")
    await form.get_by_label("Ends").fill(field(starts + timedelta(hours=3)))
    await expect(form.get_by_text("it takes 3 h")).to_be_visible()
    await form.get_by_role("button", name="Save and tell subscribers").click()
    await expect(form).to_have_count(0)
    await expect(works(page).filter(has_text=work["title"])).to_contain_text("(3 h)")

    async def told() -> bool:
        shown = await demo.api("GET", "/maintenances")
        return bool(shown["items"][0]["ends_at"] == work["starts_at"] + 3 * 3_600_000)

    await demo.until(told, SHOWN_SECONDS_MAX, "the changed end")


async def test_what_others_announce_appears_by_itself(browsing: "Browsing", announced: Demo) -> None:
    page = await opened(browsing, announced, "maintenance")
    now = int(datetime.now(UTC).timestamp() * 1000)
    span = {"starts_at": now + 7_200_000, "ends_at": now + 9_000_000}
    made = await announced.api("POST", "/maintenances", {"title": "Announced elsewhere", **span})
    await expect(works(page).filter(has_text="Announced elsewhere")).to_contain_text("All channels")
    await announced.api("POST", f"/maintenances/{made['id']}/cancel")
    await expect(works(page).filter(has_text="Announced elsewhere")).to_contain_text("Called off")


async def test_subscribers_are_counted_found_and_forgotten(browsing: "Browsing", announced: Demo) -> None:
    page = await opened(browsing, announced, "subscribers")
    counts = page.get_by_role("table").get_by_role("row").filter(has_text="Email")
    await expect(counts.get_by_role("cell")).to_have_text(["1", "1", "0"])
    await expect(page.get_by_test_id("subscriber")).to_have_count(2)
    await page.get_by_label("State", exact=True).select_option("Not confirmed yet")
    await expect(page.get_by_test_id("subscriber")).to_have_count(1)
    await expect(page.get_by_test_id("subscriber")).to_contain_text(BEN)
    await page.get_by_role("button", name=f"Forget {BEN}").press("Enter")
    await page.get_by_role("button", name="Forget this address").press("Enter")
    await expect(page.get_by_text(f"{BEN} is forgotten.")).to_be_visible()
    await page.get_by_label("State", exact=True).select_option("All")
    await expect(page.get_by_test_id("subscriber")).to_have_count(1)
    assert [each["address"] for each in await announced.items("/subscribers")] == [ANA]


@pytest.mark.parametrize("look", ALL_LOOKS)
async def test_how_they_look(browsing: "Browsing", announced: Demo, pictures: Path, look: str) -> None:
    now = int(datetime.now(UTC).timestamp() * 1000)
    for title, starts in (("A new mail server", now - 60_000), ("A new telephone line", now + 86_400_000)):
        text = "Mail waits meanwhile; nothing is lost.\nhttps://example.org/plan"
        span = {"starts_at": starts, "ends_at": starts + 5_400_000}
        await announced.api(
            "POST", "/maintenances", {"title": title, "text": text, "channels": ["email:shop"], **span}
        )
    page = await opened(browsing, announced, "maintenance", bypass_csp=True, **ALL_LOOKS[look])
    await expect(works(page).first).to_be_visible()
    found = await findings(page, pictures, "maintenance", look)
    await page.get_by_role("button", name="Announce maintenance").click()
    found += await findings(page, pictures, "maintenance-form", look)
    page = await opened(browsing, announced, "subscribers", bypass_csp=True, **ALL_LOOKS[look])
    await expect(page.get_by_test_id("subscriber").first).to_be_visible()
    found += await findings(page, pictures, "subscribers", look)
    for work in await announced.items("/maintenances"):
        if work["state"] == "in_progress":
            await announced.api("POST", f"/maintenances/{work['id']}/end")
    assert found == []
