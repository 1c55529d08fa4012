"""Whatever people call themselves, their groups and their files, and whatever a widget asks, is nothing but text."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect
from tests.browser.chat import foreign_page
from tests.browser.members import Two
from tests.browser.test_widget import set_up
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MARKUP = "<img src=x onerror=document.title='stolen'>"
"""It runs where it is taken for markup, and stays within the shortest limit."""
BACKWARDS = "\u202eexe.gpj"
"""Read from right to left it would be a picture."""
TOKEN = "() => JSON.parse(localStorage.getItem('holdfast.direct')).token"
TAKEN_IN = """() => {
    const within = (root) => [...root.querySelectorAll('*')]
        .flatMap((each) => [each, ...(each.shadowRoot ? within(each.shadowRoot) : [])]);
    const live = '[onerror], [src="x"], a[href^="javascript"]';
    return within(document).filter((each) => each.matches(live)).map((each) => each.outerHTML);
}"""


async def call(shop: Demo, token: str, method: str, path: str, body: Any = None) -> Any:
    return await shop.ask(method, f"{shop.addresses['hub']}/direct/v1{path}", body, token=token)


async def is_text(page: Page) -> None:
    assert await page.evaluate(TAKEN_IN) == []
    assert "stolen" not in await page.title()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_names_titles_captions_and_files_are_text(two: Two, shop: Demo) -> None:
    token = await two.ann.page.evaluate(TOKEN)
    thread = await call(shop, token, "GET", f"/threads/{two.thread}")
    me = (await call(shop, token, "GET", "/me"))["id"]
    ben = next(each["id"] for each in thread["members"] if each["id"] != me)
    await call(shop, token, "PATCH", "/me", {"name": f"{MARKUP} Ann", "about": MARKUP * 3})
    made = {"kind": "group", "title": f"{MARKUP} group", "members": [ben]}
    group = (await call(shop, token, "POST", "/threads", made))["id"]
    try:
        name = quote(f"{MARKUP}{BACKWARDS}.txt", safe="")
        address = f"{shop.addresses['hub']}/direct/v1/uploads?name={name}"
        headers = {"Authorization": f"Bearer {token}"}
        async with shop.session.post(address, data=b"words", headers=headers) as answer:
            assert answer.status == 201
            upload = await answer.json()
        said = {
            "id": "hostile-1",
            "text": f"{MARKUP} javascript:alert(1) caption",
            "attachments": [upload["id"]],
        }
        kept = await call(shop, token, "POST", f"/threads/{group}/messages", said)
        await call(
            shop, token, "PUT", f"/messages/{quote(kept['id'], safe='')}/reaction", {"emoji": "<b>!</b>"}
        )
        answered = {"id": "hostile-2", "text": "In answer", "reply_to": kept["id"]}
        await call(shop, token, "POST", f"/threads/{group}/messages", answered)

        page = two.ben.page
        await two.ben.thread(group)
        await expect(two.ben.line("In answer")).to_be_visible()
        await expect(two.ben.line("caption").first).to_contain_text("<img src=x")
        assert "\u202e" not in upload["name"]
        await is_text(page)
        await two.ben.act("In answer", "Reply")
        await is_text(page)
        await page.get_by_label("About this conversation").click()
        await expect(page.get_by_role("heading", name="About this conversation")).to_be_visible()
        await expect(page.get_by_text("Ann").first).to_be_visible()
        await is_text(page)
        await two.ben.open("#/search")
        await page.get_by_role("searchbox").fill("javascript:alert")
        await expect(page.get_by_role("link", name="caption").first).to_be_visible()
        await is_text(page)
        await two.ben.open("#/new")
        await expect(page.get_by_role("main").get_by_role("button", name="Ann").first).to_be_visible()
        await is_text(page)
    finally:
        await call(shop, token, "PATCH", "/me", {"name": "Ann", "about": ""})
        await call(shop, token, "DELETE", f"/threads/{group}/members/{me}")


async def test_what_a_widget_is_told_to_ask_is_text(browsing: "Browsing", shop: Demo) -> None:
    setup: dict[str, Any] = {
        "greeting": f"{MARKUP} greeting",
        "look": {"label": f"{MARKUP[:20]} ask"},
        "questions": [
            {"id": "one", "kind": "text", "label": f"{MARKUP} one"},
            {"id": "two", "kind": "choice", "label": "Two", "choices": [MARKUP[:40], "</option><script>"]},
        ],
        "consent": f"{MARKUP} consent",
    }
    await set_up(shop, setup, setup["greeting"])
    try:
        with foreign_page(shop.addresses["hub"]) as site:
            page = await browsing.page()
            await page.goto(site)
            await page.get_by_role("button", name=re.compile("ask")).click()
            await expect(page.get_by_text(f"{MARKUP} greeting")).to_be_visible()
            await expect(page.get_by_text(f"{MARKUP} one")).to_be_visible()
            await expect(page.get_by_text(f"{MARKUP} consent")).to_be_visible()
            await is_text(page)
    finally:
        await set_up(shop, {"greeting": "Hello!"}, "Hello!")
