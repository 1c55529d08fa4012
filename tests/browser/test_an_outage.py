"""An outage as everyone sees it: at the desk, on the phones, on the status page; and the hub itself away."""

import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from tests.browser.chat import Chat
from tests.browser.console import Console
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo, running_demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
NOTICED_MS = 30_000
BACK_MS = 60_000
SILENT_SECONDS = 30
AWAY = (r"^net::ERR_", r"WebSocket connection to .* failed", r"^50[234] ")
"""What a page may say while its hub is killed: the connection is gone, and it tries again."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stormy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """A demo of its own: what is broken here troubles no other test."""
    async with running_demo(tmp_path_factory.mktemp("stormy")) as demo:
        yield demo


async def test_an_outage_as_everyone_sees_it(browsing: "Browsing", stormy: Demo, pictures: Path) -> None:
    await stormy.write("jonas", "Is my parcel on its way?")
    await stormy.write("kofi", "Is the workshop full?")
    await _is_a_lead(stormy, "jonas")
    console = await browsing.console(stormy, bypass_csp=True)
    phones = await browsing.phones(stormy)
    await phones.break_by_hand("Instagram goes dark")
    await console.open("Is my parcel on its way?")
    held = await console.send("It left this morning.")
    await expect(console.banner.first).to_contain_text("Instagram", timeout=NOTICED_MS)
    await expect(console.banner.first).to_contain_text("not accepting messages")
    await expect(console.radar.get_by_role("button").first).to_contain_text("Failing")
    await expect(console.radar.get_by_role("button", name="SMS")).to_contain_text("Up")
    await expect(held).to_contain_text("Held")
    await expect(console.row("Jonas Novak")).to_contain_text("1 waiting")

    await _goes_another_way(console, phones.page, stormy)
    await _the_inbox_is_in_outage_mode(console)
    await _the_incident_is_told(console, browsing, stormy)
    assert await _looks(browsing, stormy, pictures) == []

    await phones.mend_by_hand()
    await expect(console.banner).to_have_count(0, timeout=BACK_MS)
    await console.go("inbox")
    await console.open("Jonas Novak")
    await expect(console.message("It left this morning.")).to_contain_text(re.compile("Sent|Read"))
    await phones.of("jonas", "Instagram")
    await expect(phones.message("It left this morning.")).to_have_count(1)
    await _it_is_over(console)
    await _what_it_cost_is_counted(console, pictures)
    await console.go("incidents")
    await expect(console.page.get_by_role("main").get_by_role("listitem").first).to_contain_text("Over")


async def _is_a_lead(demo: Demo, person: str) -> None:
    contact = (await demo.items("/contacts", query=await demo.name_of(person)))[0]
    lead = {"stage": "stg_offer", "value": 125_000, "currency": "EUR"}
    await demo.api("PUT", f"/contacts/{contact['id']}/lead", lead)


async def _what_it_cost_is_counted(console: Console, pictures: Path) -> None:
    """Of a lead too: what it is worth, and that it heard from us."""
    await console.page.goto(f"{console.demo.addresses['console']}#/figures")
    costs = console.page.get_by_test_id("costs")
    leads = costs.get_by_role("row", name=re.compile("of these, leads"))
    await expect(leads.get_by_role("cell").nth(2)).to_contain_text("€1,250")  # saved
    await costs.scroll_into_view_if_needed()
    await console.page.screenshot(path=pictures / "outage-costs.png")


async def _goes_another_way(console: Console, phone: Page, demo: Demo) -> None:
    """Kofi agreed to be reached by WhatsApp or SMS; what he is told says which way it went."""
    await console.open("Kofi Yilmaz")
    rerouted = await console.send("Two places are left.")
    await expect(rerouted).to_contain_text(re.compile("Sent|Delivered|Read"), timeout=NOTICED_MS)
    sent = next(each for each in await demo.thread("kofi") if each["text"] == "Two places are left.")
    assert sent["channel"] in {"whatsapp:shop", "sms:shop"}
    tag = "WA" if sent["channel"] == "whatsapp:shop" else "SMS"
    await expect(rerouted).to_contain_text(tag)
    await expect(phone.get_by_test_id("faults")).to_be_visible()


async def _the_inbox_is_in_outage_mode(console: Console) -> None:
    """What fails stands where a conversation would: whom nothing reaches, what is held, and the way to each."""
    page = console.page
    await page.get_by_test_id("outage-card").click()
    pane = page.get_by_test_id("outage")
    await expect(pane.get_by_role("heading", level=1)).to_contain_text("not accepting messages")
    await expect(pane.get_by_test_id("steps")).to_contain_text("Carries what waits another way")
    lonely = pane.get_by_test_id("unreachable").get_by_role("listitem").filter(has_text="Jonas Novak")
    await expect(lonely).to_contain_text("Nothing else is known of them.")
    await expect(lonely).to_contain_text("1 reply held")
    await expect(pane.get_by_text("Our own connection works").first).to_be_visible()
    await pane.get_by_role("button", name=re.compile("^Another way")).click()
    await expect(pane.get_by_test_id("held")).to_contain_text("Two places are left.")
    await pane.get_by_role("button", name=re.compile("^Waiting")).click()
    await pane.get_by_test_id("held").get_by_role("link").filter(has_text="It left this morning.").click()
    await expect(console.message("It left this morning.")).to_be_focused()
    await page.get_by_test_id("outage-card").click()
    await lonely.get_by_role("link", name="Ask a colleague").click()
    await expect(page.get_by_placeholder(re.compile("note", re.IGNORECASE))).to_be_visible()
    await page.keyboard.press("Escape")


async def _it_is_over(console: Console) -> None:
    """How it ended stands before the conversations until it is put away."""
    await console.go("inbox")
    card = console.page.get_by_test_id("closing-card")
    await expect(card).to_contain_text("all delivered", timeout=BACK_MS)
    await card.get_by_role("button", name="Put away").click()
    await expect(card).to_have_count(0)
    await console.page.reload()
    await expect(console.rows.first).to_be_visible()
    await expect(card).to_have_count(0)


async def _the_incident_is_told(console: Console, browsing: "Browsing", demo: Demo) -> None:
    """The incident's own page, its ledger, and a note that customers read without any script."""
    page = console.page
    incident = await demo.incident("instagram:shop")
    await page.goto(f"{demo.addresses['console']}#/incidents/{incident['id']}")
    await expect(page.get_by_role("heading", name=incident["title"])).to_be_visible()
    await expect(page.get_by_text("Our own connection works").first).to_be_visible()
    ledger = page.get_by_test_id("ledger").locator("div")
    await expect(ledger.filter(has_text="Lost")).to_contain_text("0")
    await expect(ledger.filter(has_text="Sent another way")).not_to_have_text(re.compile(r"\b0$"))
    await page.get_by_label("Add a note").fill("We pack parcels meanwhile. <b>Really.</b>")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_test_id("timeline")).to_contain_text("We pack parcels meanwhile. <b>Really.</b>")

    public = await browsing.page(java_script_enabled=False, viewport=LOOKS["narrow"]["viewport"])

    async def published() -> bool:
        return "We pack parcels meanwhile." in await demo.page()

    await demo.until(published, 10, "the note on the status page")
    await public.goto(demo.addresses["status"])
    await expect(public.get_by_role("heading", level=1)).to_contain_text("not accepting messages")
    await expect(public.get_by_text("We pack parcels meanwhile. <b>Really.</b>")).to_be_visible()
    await expect(public.get_by_role("heading", name="You can still reach us")).to_be_visible()
    await expect(public.get_by_text("+1 555 078 3881").first).to_be_visible()


async def _looks(browsing: "Browsing", demo: Demo, pictures: Path) -> list[str]:
    found = []
    for look in LOOKS:
        console = await browsing.console(demo, bypass_csp=True, **LOOKS[look])
        await expect(console.banner.first).to_be_visible()
        await console.banner.first.click()
        await expect(console.page.get_by_test_id("held")).to_be_visible()
        found += await findings(console.page, pictures, "outage-mode", look)
        await console.go("inbox")
        await console.open("Jonas Novak")
        await expect(console.message("It left this morning.")).to_contain_text("Held")
        found += await findings(console.page, pictures, "outage-thread", look)
        await console.page.goto(demo.addresses["status"])
        found += await findings(console.page, pictures, "outage-status", look)
    return found + await _looks_in_depth(browsing, demo, pictures)


async def _looks_in_depth(browsing: "Browsing", demo: Demo, pictures: Path) -> list[str]:
    """Where there is most to read, on the screen with the least room."""
    console = await browsing.console(demo, bypass_csp=True, **LOOKS["narrow"])
    await console.go("channels")
    found = await findings(console.page, pictures, "outage-channels", "narrow")
    await console.go("incidents")
    found += await findings(console.page, pictures, "outage-incidents", "narrow")
    await console.page.locator("main a").last.click()
    await expect(console.page.get_by_test_id("ledger")).to_be_visible()
    found += await findings(console.page, pictures, "outage-incident", "narrow")
    chat = Chat(console.page)
    await chat.visit(demo)
    await expect(chat.page.get_by_text("not accepting messages")).to_be_visible()
    return found + await findings(chat.page, pictures, "outage-chat", "narrow")


async def test_nothing_is_missed_while_the_hub_is_killed(
    browsing: "Browsing", stormy: Demo, pictures: Path
) -> None:
    browsing.watch.forgive(*AWAY)
    await stormy.write("emre", "Are you there?")
    console = await browsing.console(stormy)
    page = console.page
    await console.open("Are you there?")
    stormy.kill_hub()
    await console.reply.fill("Always, in the end.")
    await console.reply.press("Control+Enter")
    await stormy.write("emre", "Then I am glad.")
    await expect(console.message("Always, in the end.")).to_have_count(1)
    await page.screenshot(path=pictures / "hub-away-wide.png")
    await stormy.ready()
    await expect(console.message("Then I am glad.")).to_have_count(1, timeout=BACK_MS)
    await expect(console.message("Always, in the end.")).to_contain_text(
        re.compile("Sent|Read"), timeout=BACK_MS
    )
    await expect(console.message("Always, in the end.")).to_have_count(1)
    await stormy.write("emre", "And now live again.")
    await expect(console.message("And now live again.")).to_have_count(1)
    on_phone = [each["text"] for each in await stormy.phone("emre", "instagram")]
    assert on_phone.count("Always, in the end.") == 1


async def test_the_status_page_is_true_while_the_hub_stands_still(
    browsing: "Browsing", stormy: Demo, pictures: Path
) -> None:
    hub = stormy.pid("hub")
    os.kill(hub, signal.SIGSTOP)
    try:

        async def silent() -> bool:
            return "has not answered since" in await stormy.page()

        await stormy.until(silent, SILENT_SECONDS, "the status page saying that the hub is silent")
        page = await browsing.page(java_script_enabled=False)
        await page.goto(stormy.addresses["status"])
        await expect(page.get_by_role("heading", level=1)).to_contain_text("has not answered since")
        await expect(page.get_by_text("Working", exact=True)).to_have_count(0)
        await expect(page.get_by_text("Not known", exact=True).first).to_be_visible()
        page = await browsing.page(**LOOKS["narrow"])
        await page.goto(stormy.addresses["status"])
        assert await findings(page, pictures, "status-hub-silent", "narrow") == []
    finally:
        os.kill(hub, signal.SIGCONT)

    async def speaks() -> bool:
        return "has not answered since" not in await stormy.page()

    await stormy.until(speaks, SILENT_SECONDS, "the status page hearing the hub again")
