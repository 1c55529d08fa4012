"""Ways in and out of the messenger: a passkey, a claim, a voice, blocking, muting, and leaving for good."""

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import Page, expect
from tests.browser.members import Two
from tests.browser.messenger import CODE, Messenger
from tests.scenarios.demo import Demo
from tests.scenarios.serving import free_port, serving

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CODE_SECONDS = 30.0
NOTE_ITS_END = "(audio) => audio.addEventListener('ended', () => (audio.dataset.heard = audio.currentTime))"
CLAIMER = "goran"
HUB = """
[hub]
name = "Small shop"
data_dir = "{data}"
port = {port}
public_url = "http://localhost:{port}"

[[channel]]
id = "direct:web"
"""
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def test_a_guest_makes_a_passkey_and_comes_back_with_it(browsing: "Browsing", tmp_path: Path) -> None:
    port = free_port()
    config = tmp_path / "holdfast.toml"
    config.write_text(HUB.format(data=tmp_path / "data", port=port), "utf-8")
    async with serving(config, port):
        page = await browsing.page()
        device = await page.context.new_cdp_session(page)
        await device.send("WebAuthn.enable")
        await device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        await page.goto(f"http://localhost:{port}/chat/web")
        await page.get_by_label("Your message").fill("Before I had a key")
        await page.get_by_label("Your message").press("Enter")
        said = page.get_by_role("log").get_by_role("listitem").filter(has_text="Before I had a key")
        await expect(said).to_contain_text("Safe with us")
        await page.goto(f"http://localhost:{port}/chat/web#/settings")
        await page.get_by_role("button", name="Add a passkey").click()
        await expect(page.get_by_text("Passkey of")).to_be_visible()
        await page.get_by_role("button", name="Sign out of this device").click()
        await page.get_by_role("button", name="Yes, sign out").click()
        await page.get_by_role("link", name="Sign in").click()
        await page.get_by_role("button", name="Use a passkey").click()
        await expect(said).to_have_count(1)
        await page.close()  # before its hub is gone


async def test_who_wrote_by_sms_claims_it_and_goes_on_here(browsing: "Browsing", shop: Demo) -> None:
    number = (await shop.control("GET", f"/people/{CLAIMER}"))["addresses"]["sms"]
    await shop.write(CLAIMER, "Is the blue one back?", "sms")
    member = Messenger(await browsing.page(), shop)
    await member.open("web")
    await member.write("Good morning")
    await expect(member.line("Good morning")).to_contain_text("Safe with us")
    await member.open("web#/settings")
    known = {each["id"] for each in await shop.phone(CLAIMER, "sms")}
    await member.page.get_by_label("Where").select_option(label="SMS")
    await member.page.get_by_label("Your number").fill(number)
    await member.page.get_by_role("button", name="Send a code there").click()

    async def look() -> str:
        texts = [each["text"] for each in await shop.phone(CLAIMER, "sms") if each["id"] not in known]
        return next((found.group(1) for text in texts if (found := CODE.search(text))), "")

    await member.page.get_by_label("The code").fill(await shop.until(look, CODE_SECONDS, "a code by SMS"))
    await member.page.get_by_role("button", name="It is mine").click()
    await expect(member.line("Is the blue one back?").last).to_contain_text("SMS")
    await member.write("I go on here")
    await expect(member.line("I go on here")).to_contain_text("Safe with us")


async def test_a_voice_message_is_recorded_and_heard(two: Two) -> None:
    await two.ann.page.get_by_label("Record a voice message").click()
    recorder = two.ann.page.get_by_role("group", name="Voice message")
    await expect(recorder.get_by_role("status")).to_contain_text("Recording")
    await recorder.get_by_label("Send the voice message").click()
    voice = two.ben.lines.filter(has=two.ben.page.get_by_label("Play the voice message")).last
    await voice.locator("audio").evaluate(NOTE_ITS_END)
    await voice.get_by_label("Play the voice message").click()
    await expect(voice.locator("audio")).to_have_attribute("data-heard", re.compile("[1-9]"))


async def test_muting_blocking_and_taking_it_back(two: Two) -> None:
    page = two.ann.page
    await page.get_by_label("About this conversation").click()
    await page.get_by_role("button", name="8 hours").click()
    await expect(page.get_by_role("button", name="Muted until")).to_be_visible()
    await expect(two.ann.conversations.get_by_role("link", name="Ben").first).to_contain_text("Muted")
    await page.get_by_role("button", name="Muted until").click()
    await expect(page.get_by_role("button", name="1 hour")).to_be_visible()
    await page.get_by_role("button", name="Block").click()
    await page.get_by_role("button", name="Yes, block").click()
    await expect(page.get_by_role("button", name="Blocked. Unblock")).to_be_visible()
    await two.ben.write("Into the void")
    await expect(two.ben.line("Into the void")).not_to_contain_text("Waiting")
    await two.ann.open("#/settings")
    blocked = page.locator(
        "section", has=page.get_by_role("heading", name=re.compile("block", re.IGNORECASE))
    )
    await blocked.get_by_role("button", name="Unblock").click()
    await two.ann.thread(two.thread)
    await two.ben.write("Back again")
    await expect(two.ann.line("Back again")).to_be_visible()
    await expect(two.ann.line("Into the void")).to_have_count(0)


async def test_everything_is_saved_as_a_file_and_the_account_deleted(
    browsing: "Browsing", shop: Demo
) -> None:
    guest = Messenger(await browsing.page(), shop)
    await guest.open("web")
    await guest.write("Remember me, for now")
    await expect(guest.line("Remember me, for now")).to_contain_text("Safe with us")
    await guest.open("web#/settings")
    async with guest.page.expect_download() as coming:
        await guest.page.get_by_role("button", name="Save everything of mine as a file").click()
    file = await (await coming.value).path()
    assert "Remember me, for now" in await asyncio.to_thread(file.read_text, "utf-8")
    await guest.page.get_by_role("button", name="Delete my account").click()
    await guest.page.get_by_role("button", name="Yes, delete").click()
    await guest.field.wait_for()
    await expect(guest.lines).to_have_count(0)
    assert await kept(guest.page) == []


async def kept(page: Page) -> Any:
    """What the browser keeps of somebody."""
    return await page.evaluate("indexedDB.databases().then((all) => [...Object.keys(localStorage)])")
