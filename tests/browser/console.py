"""The console as somebody at the desk uses it."""

import re

from playwright.async_api import Locator, Page, expect
from tests.scenarios.demo import Demo

PLACES = {
    "inbox": "Conversations",
    "people": "People",
    "search": "Search",
    "incidents": "Incidents",
    "channels": "Channels",
    "figures": "Reports",
    "public": "Status page",
    "publishing": "Page & posts",
    "safety": "Safety",
    "playbook": "Playbook",
    "settings": "Channels",
    "unreadable": "Could not read",
}


class Console:
    def __init__(self, page: Page, demo: Demo) -> None:
        self.page = page
        self.demo = demo

    async def enter(self) -> None:
        """Open the console, and sign in where nobody is signed in yet."""
        await self.page.goto(self.demo.addresses["console"])
        email = self.page.get_by_label("Email")
        await expect(email.or_(self.rows.first)).to_be_visible()
        if await email.is_visible():
            await self.sign_in(self.demo.addresses["password"])
        await expect(self.rows.first).to_be_visible()

    async def sign_in(self, password: str) -> None:
        await self.page.get_by_label("Email").fill(self.demo.addresses["email"])
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Sign in").click()

    async def go(self, place: str) -> None:
        """To one of PLACES, once its content stands."""
        await self.page.goto(f"{self.demo.addresses['console']}#/{place}")
        if place == "inbox":
            await expect(self.rows.first).to_be_visible()
        else:
            await expect(self.page.get_by_role("heading", name=PLACES[place], exact=True)).to_be_visible()
        if place == "channels":
            await expect(self.page.get_by_role("button", name="Check now").first).to_be_visible()
        if place == "publishing":
            await expect(self.page.get_by_test_id("post").first).to_be_visible()
        if place == "playbook":
            await expect(self.page.get_by_role("textbox", name="The playbook")).to_be_visible()

    async def set(self, subject: str) -> None:
        """To one subject of the settings."""
        await self.page.goto(f"{self.demo.addresses['console']}#/settings/{subject}")
        here = self.page.locator(f"nav a[href$='settings/{subject.partition('/')[0]}'][aria-current]")
        await expect(here).to_have_count(1)

    @property
    def rows(self) -> Locator:
        return self.page.get_by_test_id("conversations").get_by_role("listitem")

    def row(self, text: str) -> Locator:
        return self.rows.filter(has_text=text)

    async def open(self, text: str) -> None:
        """The conversation whose row shows ``text``, once it can be read."""
        await self.row(text).first.get_by_role("link").click()
        await expect(self.messages.first).to_be_visible()

    async def show(self, view: str) -> None:
        """A view of the inbox by its name, beside which may stand how many it holds."""
        await self.page.locator("[data-menu=view]").click()
        views = self.page.get_by_role("navigation", name="Views")
        await views.get_by_role("button", name=re.compile(rf"^{re.escape(view)}\b")).click()

    async def arrange(self, order: str) -> None:
        """``Latest first`` or ``Most urgent first``."""
        button = self.page.get_by_role("button", name=re.compile("first$"))
        if await button.inner_text() != order:
            await button.click()
            await expect(button).to_have_text(order)

    async def away_from_fields(self) -> None:
        """Keys are for the page again, not for what had the focus."""
        await self.page.evaluate("document.activeElement?.blur()")

    @property
    def messages(self) -> Locator:
        return self.page.get_by_test_id("message")

    def message(self, text: str) -> Locator:
        return self.messages.filter(has_text=text)

    @property
    def reply(self) -> Locator:
        return self.page.get_by_placeholder("Write a reply")

    async def send(self, text: str) -> Locator:
        await self.reply.fill(text)
        await self.reply.press("Control+Enter")
        return self.message(text)

    @property
    def banner(self) -> Locator:
        """What fails, wherever it is told: before the conversations, or above the page."""
        return self.page.locator("[data-testid=incident-banner]:visible, [data-testid=outage-card]:visible")

    @property
    def radar(self) -> Locator:
        return self.page.get_by_test_id("radar")
