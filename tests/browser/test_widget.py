"""The chat on somebody's website: what it asks, what it keeps, and what a strict site or browser takes from it."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from tests.browser.chat import Chat, foreign_page
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
BLOCKED_STREAM = r"Content Security Policy directive: \"connect-src"
CONSENT = "You may write to my email address when this chat does not work."
SETUP: dict[str, Any] = {
    "greeting": "What can we make for you?",
    "look": {"accent": "#7a1f5c", "corner": "left", "label": "Ask us"},
    "questions": [
        {"id": "name", "kind": "name", "label": "Your name"},
        {"id": "email", "kind": "email", "label": "Email address", "required": True},
        {"id": "topic", "kind": "choice", "label": "What is it about?", "choices": ["An order", "A visit"]},
    ],
    "consent": CONSENT,
}
FRESH_SECONDS = 15.0
"""After this every widget is told of another setup."""


async def set_up(demo: Demo, setup: dict[str, Any], greeting: str) -> None:
    await demo.api("PUT", "/widgets/direct:web", setup)

    async def look() -> bool:
        address = f"{demo.addresses['hub']}/direct/v1/info?channel=web"
        return bool((await demo.ask("GET", address))["greeting"] == greeting)

    await demo.until(look, FRESH_SECONDS, "the widgets are told of another setup")


@pytest_asyncio.fixture(loop_scope="session")
async def asking(shop: Demo) -> AsyncIterator[Demo]:
    """The shop, while its widget asks before it lets anybody write."""
    await set_up(shop, SETUP, SETUP["greeting"])
    yield shop
    await set_up(shop, {"greeting": "Hello!"}, "Hello!")


async def answer(page: Page, email: str) -> None:
    await page.get_by_label("Your name").fill("Ann <b>Vries</b>")
    await page.get_by_label("Email address", exact=True).fill(email)
    await page.get_by_label("What is it about?").select_option("A visit")
    await page.get_by_label(CONSENT).check()
    await page.get_by_role("button", name="Start the chat").click()


async def test_what_was_answered_before_is_shown_to_agents(browsing: "Browsing", asking: Demo) -> None:
    browsing.watch.forgive(r"^422 PUT /direct/v1/me/answers")
    console = await browsing.console(asking)
    with foreign_page(asking.addresses["hub"]) as site:
        page = await browsing.page()
        chat = Chat(page)
        await page.goto(site)
        await page.get_by_role("button", name=re.compile("Ask us")).click()
        await page.get_by_role("button", name="Start the chat").click()
        await expect(page.get_by_text("This needs an answer.")).to_be_visible()
        await answer(page, "nonsense")
        await expect(page.get_by_text("This is not an email address.")).to_be_visible()
        await answer(page, "ann.vries@mail.example")
        await expect(page.get_by_text("we have sent a code to ann.vries@mail.example")).to_be_visible()
        await page.get_by_role("button", name="Later").click()
        await chat.write("When can I come by?")
        await expect(chat.line("When can I come by?")).to_contain_text("Safe with us")
        await console.open("When can I come by?")
        await expect(console.page.get_by_text("What is it about?")).to_be_visible()
        await expect(console.page.get_by_text("A visit", exact=True)).to_be_visible()
        await expect(console.page.get_by_text(CONSENT)).to_be_visible()


async def test_a_site_without_streams_is_answered_all_the_same(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive(BLOCKED_STREAM)
    console = await browsing.console(shop)
    with foreign_page(shop.addresses["hub"], streams=False) as site:
        page = await browsing.page()
        chat = Chat(page)
        await page.goto(site)
        await page.get_by_role("button", name=re.compile("Chat with")).click()
        await chat.write("Without a stream.")
        await console.open("Without a stream.")
        await console.send("Here we are.")
        await expect(chat.line("Here we are.")).to_be_visible()


async def test_where_nothing_may_be_kept_the_chat_lasts_as_long_as_the_page(
    browsing: "Browsing", shop: Demo
) -> None:
    console = await browsing.console(shop)
    with foreign_page(shop.addresses["hub"], sandboxed=True) as site:
        page = await browsing.page()
        chat = Chat(page)
        await page.goto(site)
        await page.get_by_role("button", name=re.compile("Chat with")).click()
        await chat.write("From a box without a shelf.")
        await console.open("From a box without a shelf.")
        await console.send("We hear you.")
        await expect(chat.line("We hear you.")).to_be_visible()
        await expect(chat.lines).to_have_count(2)


async def test_a_talk_goes_on_over_the_pages_of_a_site(browsing: "Browsing", shop: Demo) -> None:
    with foreign_page(shop.addresses["hub"]) as site:
        page = await browsing.page()
        chat = Chat(page)
        await page.goto(site)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(chat.field).to_be_focused()
        await page.keyboard.type("Written without a mouse.")
        await page.keyboard.press("Enter")
        await expect(chat.line("Written without a mouse.")).to_contain_text("Safe with us")
        await page.get_by_role("link", name="More").click()
        await expect(chat.line("Written without a mouse.")).to_be_visible()
        other = Chat(await page.context.new_page())
        await other.page.goto(site)
        await other.page.get_by_role("button", name=re.compile("Chat with")).click()
        await expect(other.line("Written without a mouse.")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(chat.field).to_be_hidden()


async def test_a_site_says_it_in_its_own_words(browsing: "Browsing", shop: Demo) -> None:
    words = (
        'data-lang="de" data-theme="dark" data-corner="left" data-word-open="Schreiben Sie {name}" '
        'data-word-send="Senden" data-word-safe="Gespeichert"'
    )
    with foreign_page(shop.addresses["hub"], attributes=words) as site:
        page = await browsing.page()
        await page.goto(site)
        await page.get_by_role("button", name="Schreiben Sie Kelp & Co").click()
        await page.get_by_label("Your message").fill("Hallo")
        await page.get_by_role("button", name="Senden").click()
        await expect(page.get_by_role("listitem")).to_contain_text("Gespeichert")
        box = await page.get_by_role("dialog").bounding_box()
        assert box is not None
        assert box["x"] == 20


@pytest.mark.parametrize("look", [*LOOKS, "small"])
async def test_how_it_looks(browsing: "Browsing", asking: Demo, pictures: Path, look: str) -> None:
    wanted = LOOKS.get(look, {"viewport": {"width": 320, "height": 560}, "color_scheme": "dark"})
    found: list[str] = []
    # The checker of accessibility is put in, which a policy for trusted scripts would not let happen.
    with foreign_page(asking.addresses["hub"]) as site:
        page = await browsing.page(**wanted, bypass_csp=True)
        await page.goto(site)
        await page.get_by_role("button", name=re.compile("Ask us")).click()
        await page.get_by_role("button", name="Start the chat").wait_for()
        found += await findings(page, pictures, "widget-asks", look)
        await page.get_by_label("Email address", exact=True).fill("ben@mail.example")
        await page.get_by_role("button", name="Start the chat").click()
        chat = Chat(page)
        await chat.write(
            "A question of some length, to see how it stands beside the others. https://kelp.example/mugs"
        )
        await expect(chat.line("A question of some length")).to_contain_text("Safe with us")
        found += await findings(page, pictures, "widget-talk", look)
    assert found == [], json.dumps(found, indent=1)


async def test_an_owner_sets_it_up_and_sees_how_it_will_be(
    browsing: "Browsing", shop: Demo, pictures: Path
) -> None:
    console = await browsing.console(shop)
    page = console.page
    await page.goto(f"{shop.addresses['console']}#/channels")
    await page.get_by_role("link", name="The chat on your website").click()
    await page.get_by_role("heading", name="The chat on your website").wait_for()
    await expect(page.get_by_text(f"{shop.addresses['hub']}/widget.js")).to_be_visible()
    await page.get_by_label("Greeting").fill("Ask us about mugs.")
    await page.get_by_role("button", name="Add a question").click()
    await page.get_by_role("textbox", name="Question 1").fill("Which mug?")
    preview = page.get_by_role("complementary", name="Preview")
    await expect(preview.get_by_text("Ask us about mugs.")).to_be_visible()
    await expect(preview.get_by_label("Which mug?")).to_be_visible()
    assert await findings(page, pictures, "widget-setup", "wide") == []
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. Widgets show it")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("textbox", name="Question 1")).to_have_value("Which mug?")
    await page.get_by_role("button", name="Remove question 1").click()
    await page.get_by_label("Greeting").fill("")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved. Widgets show it")).to_be_visible()
