"""People in the console: merging and parting, fields, leads."""

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
ASKING = "If this fails, go on here: "
ARRIVED_SECONDS = 60.0
HOSTILE = "<img src=x onerror=\"document.title='stolen'\"> \u202etxt.exe " + "Donaudampfschiff" * 8


async def added(shop: Demo, name: str, number: str) -> str:
    """A person whom somebody added by hand; their id."""
    address = {"channel": "sms:shop", "value": number, "proof": "agent", "consent": "failover"}
    made: dict[str, Any] = await shop.api("POST", "/contacts", {"name": name, "addresses": [address]})
    return str(made["id"])


async def test_two_are_merged_after_a_look_and_parted_again(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive(r"^404 GET /api/v1/conversations/")  # the list asks once more for what is gone
    kept = await added(shop, "Wim Kade", "+31600000101")
    other = await added(shop, "W. Kade", "+31600000102")
    console = await browsing.console(shop)
    page = console.page
    await page.goto(f"{shop.addresses['console']}#/people/{kept}")
    await page.get_by_role("button", name="Merge …").click()
    dialog = page.get_by_role("dialog", name="Merge with another person")
    await dialog.get_by_label("Find them by name or address").fill("w. kade")
    await dialog.get_by_role("button", name="W. Kade").click()
    await expect(dialog.get_by_text("make sure that these are not two people")).to_be_visible()
    await dialog.get_by_role("radio", name="W. Kade").check()
    await dialog.get_by_role("button", name="Merge", exact=True).click()
    await expect(page.get_by_role("heading", name="W. Kade")).to_be_visible()
    story = page.get_by_role("region", name="What happened")
    await expect(story.get_by_text("Merged with W. Kade")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("heading", name="Wim Kade")).to_be_visible()
    await expect(story.get_by_text("Parted again from W. Kade")).to_be_visible()
    back = await shop.api("GET", f"/contacts/{other}")
    assert (back["name"], [each["value"] for each in back["addresses"]]) == ("W. Kade", ["+31600000102"])


async def test_a_lead_is_moved_by_keys_and_by_dragging(browsing: "Browsing", shop: Demo) -> None:
    person = await added(shop, "Lena Lead", "+31600000103")
    console = await browsing.console(shop)
    page = console.page
    await page.goto(f"{shop.addresses['console']}#/people/{person}")
    await page.get_by_label("Stage").select_option("New")
    await page.get_by_label("Worth").fill("1250,50")
    await page.get_by_label("Worth").press("Enter")
    await expect(page.get_by_text("Lead changed.")).to_be_visible()
    await page.goto(f"{shop.addresses['console']}#/people/leads")
    new, talking = (page.get_by_role("region", name=name, exact=True) for name in ("New", "Talking"))
    await expect(new).to_contain_text("€1,250.50")
    card = page.get_by_role("link", name="Lena Lead")
    await card.focus()
    await page.keyboard.press("ArrowRight")
    await expect(talking.get_by_role("link", name="Lena Lead")).to_be_focused()
    await expect(talking).to_contain_text("1 person · €1,250.50")
    await card.drag_to(page.get_by_role("region", name="Won", exact=True))
    await expect(page.get_by_role("region", name="Won", exact=True)).to_contain_text("1 person")
    details = await shop.api("GET", f"/contacts/{person}/details")
    assert (details["lead"]["stage"], details["lead"]["value"]) == ("stg_won", 125050)


async def test_somebody_is_exported_and_erased_after_being_told_what_goes(
    browsing: "Browsing", shop: Demo
) -> None:
    browsing.watch.forgive(r"^404 GET /api/v1/conversations/")  # the list asks once more for what is gone
    person = await added(shop, "Olga Gone", "+31600000104")
    console = await browsing.console(shop)
    page = console.page
    await page.goto(f"{shop.addresses['console']}#/people/{person}")
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Export").click()
    download = await coming.value
    with zipfile.ZipFile(await download.path()) as archive:
        assert "+31600000104" in archive.read("person.json").decode()
    await page.get_by_role("button", name="Erase …").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("1 address")).to_be_visible()
    await expect(dialog.get_by_text("That there was a conversation")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Erase for good")).to_be_disabled()
    await dialog.get_by_label("I know that this cannot be undone").check()
    await dialog.get_by_role("button", name="Erase for good").click()
    await expect(page.get_by_text("Erased for good.")).to_be_visible()
    assert (await shop.api("GET", "/contacts", query="olga"))["items"] == []


async def test_a_campaign_asks_who_has_no_other_way_and_their_phone_shows_it(
    browsing: "Browsing", shop: Demo
) -> None:
    console = await browsing.console(shop)
    page = console.page
    await shop.write("emre", "Are you there?")
    await page.goto(f"{shop.addresses['console']}#/people/reachability")
    await expect(
        page.get_by_test_id("reach-channel").filter(has_text="reachable if Instagram")
    ).to_be_visible()
    await page.get_by_label("Name, for the team").fill("Autumn")
    await page.get_by_label("What they read.").fill(f"{ASKING}{{link}}")
    # Members of the messenger, whom other tests bring, have no phone on which to look.
    await page.get_by_role("group", name="Who writes on").get_by_label("Instagram").check()
    await page.get_by_role("button", name="Save as a draft").click()
    card = page.get_by_test_id("campaign").filter(has_text="Autumn")
    await expect(card).to_contain_text("0 asked")
    await card.get_by_role("button", name="Start asking").click()
    await expect(card).to_contain_text("Done")
    asked = (await shop.items("/campaigns"))[0]["results"]["asked"]
    assert asked > 0

    async def arrived() -> list[str]:
        """Asked is queued; each goes out at the pace of its channel."""
        texts = [each["text"] for each in await shop.on_all_phones() if ASKING in each["text"]]
        return texts if len(texts) >= asked else []

    assert len(await shop.until(arrived, ARRIVED_SECONDS, "what was asked, on the phones")) == asked


@pytest.mark.parametrize("look", LOOKS)
async def test_how_it_looks(browsing: "Browsing", shop: Demo, pictures: Path, look: str) -> None:
    person = await added(shop, HOSTILE, f"+3160000020{len(look)}")
    field = await shop.api(
        "POST", "/contact-fields", {"name": f"Size {look}", "kind": "choice", "choices": ["S"]}
    )
    await shop.api("PUT", f"/contacts/{person}/fields", {"values": {field["id"]: "S"}})
    await shop.api(
        "PUT", f"/contacts/{person}/lead", {"stage": "stg_offer", "value": 99_900, "currency": "EUR"}
    )
    console = await browsing.console(shop, bypass_csp=True, **LOOKS[look])
    page, base = console.page, shop.addresses["console"]
    await console.go("people")
    await expect(page.get_by_test_id("person").first).to_be_visible()
    found = await findings(page, pictures, "people", look)
    await page.goto(f"{base}#/people/{person}")
    await expect(page.get_by_label(f"Size {look}")).to_have_value("S")
    await expect(page.get_by_test_id("moment").first).to_be_visible()
    found += await findings(page, pictures, "person", look)
    await page.get_by_role("button", name="Merge …").click()
    await page.get_by_label("Find them by name or address").fill("ann")
    await page.get_by_role("button", name="Ann Lee").click()
    await expect(page.get_by_text("Comes to it")).to_be_visible()
    found += await findings(page, pictures, "person-merge", look)
    await page.get_by_role("button", name="Cancel").click()
    await page.goto(f"{base}#/people/leads")
    await expect(page.get_by_role("region", name="Offer made")).to_contain_text("€")
    found += await findings(page, pictures, "leads", look)
    await page.goto(f"{base}#/people/reachability")
    await expect(page.get_by_test_id("reach-channel").first).to_be_visible()
    found += await findings(page, pictures, "reachability", look)
    await page.goto(f"{base}#/people/setup")
    await expect(page.get_by_test_id("field").first).to_be_visible()
    found += await findings(page, pictures, "people-setup", look)
    assert await page.title() != "stolen"
    assert found == []
