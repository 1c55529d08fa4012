"""The console in German, mirrored, and in a language with longer words."""

import re
from typing import TYPE_CHECKING, Final

import pytest
from playwright.async_api import Page, expect
from tests.browser.console import Console
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDE: Final = {"width": 1280, "height": 800}
NARROW: Final = {"width": 375, "height": 740}
PLACES: Final = (
    *(
        "incidents",
        "channels",
        "public",
        "public/subscribers",
        "publishing",
        "publishing/profile",
        "safety/rules",
    ),
    *("people", "people/leads", "people/setup", "settings/channels", "settings/people", "settings/teams"),
    *("settings/canned", "settings/account", "playbook", "unreadable"),
)

IS_READ: Final = """() => document.querySelector('main h1')
    && ![...document.querySelectorAll('.notice .title')].some((one) => one.textContent.includes('…'))"""

AMISS: Final = """() => {
  const isSeen = (one) => {
    const look = getComputedStyle(one);
    const isShown = look.visibility !== 'hidden' && look.clipPath === 'none' && look.opacity !== '0';
    return one.getClientRects().length > 0 && isShown && !one.closest('.heard');
  };
  const isFrame = (one) => one === document.body || ['MAIN', 'HTML'].includes(one.tagName);
  const frameOf = (one) => {
    let up = one.parentElement;
    while (up && (isFrame(up) || getComputedStyle(up).overflowX === 'visible')) up = up.parentElement;
    return up;
  };
  const name = (one) => `${one.tagName} "${one.textContent.trim().slice(0, 40)}"`;
  const found = [document.documentElement, document.querySelector('main')]
    .filter((one) => one.scrollWidth > one.clientWidth)
    .map((one) => `${one.tagName} scrolls sideways: ${one.scrollWidth} > ${one.clientWidth}`);
  const told = [...document.querySelectorAll('h1, h2, h3, p, label, dt, dd, th, td, legend')].filter(isSeen);
  const touched = [...document.querySelectorAll('button, a, input, select, textarea')].filter(isSeen);
  for (const one of [...told, ...touched]) {
    const { left, right } = one.getBoundingClientRect();
    const isBeyond = right > innerWidth + 1 || left < -1;
    if (isBeyond && !frameOf(one)) found.push(`${name(one)} reaches from ${left} to ${right}`);
    if (one.tagName === 'BUTTON' && one.scrollWidth > one.clientWidth + 2) found.push(`${name(one)} spills its words`);
  }
  touched.forEach((one, index) => {
    const box = one.getBoundingClientRect();
    for (const other of touched.slice(index + 1)) {
      const isApart = one.contains(other) || other.contains(one) || one.closest('.choose') || other.closest('.choose');
      if (isApart || frameOf(one) !== frameOf(other) || one.closest('main') !== other.closest('main')) continue;
      const its = other.getBoundingClientRect();
      const wide = Math.min(box.right, its.right) - Math.max(box.left, its.left);
      const high = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
      if (wide > 3 && high > 3) found.push(`${name(one)} and ${name(other)} overlap`);
    }
  });
  return [...new Set(found)];
}"""
"""What reaches beyond the window or its button, or lies over something else that is pressed."""


async def speaking(browsing: "Browsing", shop: Demo, language: str, size: dict[str, int]) -> Console:
    console = await browsing.console(shop, viewport=size)
    await console.page.evaluate("(code) => localStorage.setItem('holdfast.language', code)", language)
    await console.page.reload()
    await expect(console.rows.first).to_be_visible()
    return console


async def amiss(page: Page, where: str) -> list[str]:
    return [f"{where}: {each}" for each in await page.evaluate(AMISS)]


async def test_a_message_is_answered_labelled_and_resolved_in_german(
    browsing: "Browsing", shop: Demo
) -> None:
    await shop.write("ines", "Gibt es die Schale auch in Blau?")
    await browsing.console(shop)  # signs in, in English
    console = await browsing.console(shop, locale="de-DE")
    page = console.page
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.get_by_role("link", name="Posteingang")).to_be_visible()
    await console.open("Schale auch in Blau")

    reply = page.get_by_placeholder("Antwort schreiben")
    await reply.fill("Ja, ab Freitag wieder.")
    await page.get_by_role("button", name="Menü").click()
    await page.get_by_label("Sprache").select_option("en")
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    await expect(page.get_by_placeholder("Write a reply")).to_have_value("Ja, ab Freitag wieder.")
    await page.get_by_label("Language").select_option("de")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Senden", exact=True).click()
    sent = console.messages.filter(has_text="ab Freitag")
    await expect(sent).to_contain_text(re.compile("Gesendet|Zugestellt|Gelesen"))
    await expect(reply).to_have_value("")

    await page.get_by_role("button", name="Label", exact=True).click()
    await page.get_by_placeholder("Label suchen oder anlegen").fill("Farbwunsch")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Label „Farbwunsch“ vergeben.")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Erledigen", exact=True).click()
    await expect(page.get_by_text("Erledigt.", exact=True)).to_be_visible()
    await expect(page.get_by_text("Sie: Label „Farbwunsch“ vergeben")).to_have_count(0)
    await expect(page.get_by_text(re.compile("^Sie: .*„Farbwunsch“ vergeben"))).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["ar-XB", "en-XA"], ids=["mirrored", "longer"])
async def test_nothing_overlaps_or_overflows(
    browsing: "Browsing", shop: Demo, language: str, size: dict[str, int]
) -> None:
    console = await speaking(browsing, shop, language, size)
    page = console.page
    is_mirrored = language == "ar-XB"
    await expect(page.locator("html")).to_have_attribute("dir", "rtl" if is_mirrored else "ltr")
    found = await amiss(page, "inbox")
    await console.rows.first.get_by_role("link").click()
    await expect(console.messages.first).to_be_visible()
    if is_mirrored and size == WIDE:
        lists, thread = page.get_by_test_id("conversations"), page.get_by_test_id("messages")
        of_lists, of_thread = await lists.bounding_box(), await thread.bounding_box()
        assert of_lists is not None
        assert of_thread is not None
        assert of_lists["x"] > of_thread["x"], "the list stands where reading begins"
    found += await amiss(page, "thread")
    for place in PLACES:
        await page.goto(f"{shop.addresses['console']}#/{place}")
        await page.wait_for_function(IS_READ)
        found += await amiss(page, place)
    assert found == []
