"""The console's page Safety: reports of members, how they stand, who and what is kept out."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.async_api import expect
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
HOSTILE = "<img src=x onerror=\"document.title='stolen'\"> \u202etxt.exe " + "Donaudampfschiff" * 20


async def guest(shop: Demo, name: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=shop.addresses["hub"]) as client:
        made: dict[str, Any] = (await client.post("/direct/v1/guests", json={"name": name})).json()
    return made


async def reported(shop: Demo, name: str, text: str) -> dict[str, Any]:
    """A member of this name, of whom another has complained."""
    about, by = await guest(shop, name), await guest(shop, "Robin")
    async with httpx.AsyncClient(base_url=shop.addresses["hub"]) as client:
        answer = await client.post(
            "/direct/v1/reports",
            json={"member": about["member"]["id"], "reason": "spam", "text": text},
            headers={"authorization": f"Bearer {by['token']}"},
        )
    assert answer.status_code == 202
    return about


async def notice_of(shop: Demo, made: dict[str, Any]) -> httpx.Response:
    async with httpx.AsyncClient(base_url=shop.addresses["hub"]) as client:
        return await client.get("/direct/v1/me", headers={"authorization": f"Bearer {made['token']}"})


async def test_a_report_is_decided_and_the_member_reads_why(browsing: "Browsing", shop: Demo) -> None:
    eve = await reported(shop, "Eve Report", "She writes to everybody.")
    console = await browsing.console(shop)
    await console.go("safety")
    card = console.page.get_by_test_id("complaint").filter(has_text="Eve Report")
    await expect(card).to_contain_text("She writes to everybody.")
    await card.get_by_role("button", name="Warn, mute or ban").click()
    dialog = console.page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Decide")).to_be_disabled()
    await dialog.get_by_label("Mute: they write to us alone").check()
    await dialog.get_by_label("Why; the member reads this").fill("Please write to people whom you know.")
    await dialog.get_by_role("button", name="Decide").click()
    await expect(card).to_have_count(0)
    notice = (await notice_of(shop, eve)).json()["notice"]
    assert notice["text"] == "Please write to people whom you know."
    assert notice["muted_until"]
    await console.page.get_by_label("Show").select_option("acted")
    await expect(console.page.get_by_test_id("complaint").filter(has_text="Eve Report")).to_contain_text(
        "Muted"
    )


async def test_a_report_is_dismissed(browsing: "Browsing", shop: Demo) -> None:
    await reported(shop, "Ann Dismissed", "")
    console = await browsing.console(shop)
    await console.go("safety")
    card = console.page.get_by_test_id("complaint").filter(has_text="Ann Dismissed")
    await card.get_by_role("button", name="Dismiss").click()
    await expect(card).to_have_count(0)


async def test_a_member_is_found_banned_let_in_and_deleted(browsing: "Browsing", shop: Demo) -> None:
    made = await guest(shop, "Mallory Found")
    console = await browsing.console(shop)
    page = console.page
    await console.go("safety")
    await page.get_by_role("link", name="Members").click()
    await page.get_by_label("Find a member").fill("Mallory")
    await page.get_by_role("button", name="Find", exact=True).click()
    row = page.get_by_test_id("member")
    await expect(row).to_have_count(1)
    await row.get_by_role("button", name="Warn, mute or ban").click()
    await page.get_by_label("Ban: they are signed out and kept out").check()
    await page.get_by_label("Why; the member reads this").fill("Spam.")
    await page.get_by_role("button", name="Decide").click()
    await expect(row).to_contain_text("Banned")
    assert (await notice_of(shop, made)).status_code == 401
    await row.get_by_role("button", name="As others again").click()
    await expect(row).not_to_contain_text("Banned")
    await row.get_by_role("button", name="Delete").click()
    await row.get_by_role("button", name="Delete for good").click()
    await expect(row).to_have_count(0)


async def test_rules_are_made_and_taken_back(browsing: "Browsing", shop: Demo) -> None:
    console = await browsing.console(shop)
    page = console.page
    await console.go("safety")
    await page.get_by_role("link", name="Rules and limits").click()
    browsing.watch.forgive(r"^422 POST /api/v1/safety/rules$")
    await page.get_by_label("What").select_option("network")
    await page.get_by_label("Which").fill("0.0.0.0/0")
    await page.get_by_role("button", name="Keep out").click()
    await expect(page.get_by_role("alert")).to_contain_text("too large")
    await page.get_by_label("What").select_option("domain")
    await page.get_by_label("Which").fill("https://Bad-Shop.example/x")
    await page.get_by_label("Note for the team").fill(HOSTILE)
    await page.get_by_role("button", name="Keep out").click()
    rule = page.get_by_test_id("rule").filter(has_text="bad-shop.example")
    await expect(rule).to_have_count(1)
    await rule.get_by_role("button", name="Let in").click()
    await expect(rule).to_have_count(0)
    await page.get_by_label("Into how many threads").fill("7")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    assert "stolen" not in await page.title()


@pytest.mark.parametrize("look", LOOKS)
async def test_it_can_be_used_by_everyone(
    browsing: "Browsing", shop: Demo, pictures: Path, look: str
) -> None:
    await reported(shop, HOSTILE[:180], HOSTILE)
    console = await browsing.console(shop, **LOOKS[look])
    await console.go("safety")
    await expect(console.page.get_by_test_id("complaint").first).to_be_visible()
    found = await findings(console.page, pictures, "safety", look)
    await console.page.get_by_role("link", name="Members").click()
    await expect(console.page.get_by_test_id("member").first).to_be_visible()
    found += await findings(console.page, pictures, "safety-members", look)
    await console.page.get_by_role("link", name="Rules and limits").click()
    await expect(console.page.get_by_role("heading", name="Limits")).to_be_visible()
    found += await findings(console.page, pictures, "safety-rules", look)
    assert found == []
