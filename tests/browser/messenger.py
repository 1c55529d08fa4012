"""The messenger as members use it: signing in with a code from their mail, lists, threads, and the place to write."""

import re
from urllib.parse import quote

from playwright.async_api import Locator, Page, expect
from tests.scenarios.demo import Demo

CODE = re.compile(r"\b(\d{6})\b")
LETTER_SECONDS = 30.0


class Messenger:
    def __init__(self, page: Page, demo: Demo) -> None:
        self.page = page
        self._demo = demo

    async def open(self, place: str = "") -> None:
        await self.page.goto(f"{self._demo.addresses['hub']}/chat/{place}")

    async def sign_in(self, person: str, name: str = "") -> None:
        """With the code that is sent to the person's mail address; whoever is new takes their id as handle."""
        address = (await self._demo.control("GET", f"/people/{person}"))["addresses"]["email"]
        known = {each["id"] for each in await self._demo.phone(person, "email")}
        await self.open("#/start")
        await self.page.get_by_label("Your email address").fill(address)
        await self.page.get_by_role("button", name="Send me a code").click()
        await self.page.get_by_label("The code").fill(await self._code(person, known))
        await self.page.get_by_role("button", name="Sign in").click()
        await self.page.get_by_role("heading", name="Your account").or_(self.conversations).first.wait_for()
        if name:
            await self.page.get_by_label("Name", exact=True).fill(name)
            await self.page.get_by_label("Handle").fill(person)
            await self.page.get_by_role("button", name="Save", exact=True).click()
            await expect(self.page.get_by_text("Saved.")).to_be_visible()

    async def _code(self, person: str, known: set[str]) -> str:
        async def look() -> str:
            for letter in reversed(await self._demo.phone(person, "email")):
                if letter["id"] not in known and (found := CODE.search(letter["text"])):
                    return found.group(1)
            return ""

        return await self._demo.until(look, LETTER_SECONDS, f"a code in the mail of {person}")

    @property
    def conversations(self) -> Locator:
        return self.page.get_by_role("group", name="Conversations")

    async def write_to(self, handle: str) -> str:
        """Open the pair with the member of a handle; the thread's id."""
        await self.open("#/new")
        await self.page.get_by_label("Name or handle").fill(handle)
        await self.page.get_by_role("button", name="Find").click()
        await self.page.get_by_role("button", name=f"@{handle}").click()
        await self.opened()
        return self.thread_id()

    async def opened(self) -> None:
        """The conversation just begun is shown: until then a wide page shows the one before, with its field."""
        await self.page.wait_for_url(re.compile("#/t/"))
        await self.field.wait_for()

    def thread_id(self) -> str:
        return self.page.url.split("#/t/")[1].split("/")[0]

    async def thread(self, thread_id: str) -> None:
        await self.open(f"#/t/{quote(thread_id)}")

    async def accept(self) -> None:
        await self.page.get_by_role("button", name="Accept").click()
        await self.field.wait_for()

    @property
    def field(self) -> Locator:
        return self.page.get_by_label("Your message")

    async def write(self, text: str) -> None:
        await self.field.fill(text)
        await self.field.press("Enter")

    @property
    def lines(self) -> Locator:
        return self.page.get_by_role("log").get_by_role("listitem")

    def line(self, text: str) -> Locator:
        return self.lines.filter(has_text=text)

    async def act(self, text: str, action: str) -> None:
        """What the sheet of a message offers."""
        await self.line(text).focus()
        await self.line(text).press("Enter")
        await self.page.get_by_role("dialog").get_by_role("button", name=action).click()

    async def texts(self) -> list[str]:
        """What is said, without names and times, in order."""
        return await self.page.locator("[role=log] .text").all_inner_texts()
