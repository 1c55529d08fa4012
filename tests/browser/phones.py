"""The phones of the simulated people, and the page on which their platforms are broken."""

from playwright.async_api import Locator, Page, expect
from tests.scenarios.demo import Demo


class Phones:
    def __init__(self, page: Page, demo: Demo) -> None:
        self.page = page
        self.demo = demo

    async def of(self, person: str, platform: str) -> None:
        """Take the person's phone and open one app on it."""
        said = self.demo.addresses
        await self.page.goto(f"{said['simulators']}/phones/{person}?token={said['control_token']}")
        tab = self.page.get_by_role("tab", name=platform)
        await tab.first.click()
        await expect(tab.first).to_have_attribute("aria-selected", "true")

    async def write(self, text: str) -> None:
        field = self.page.get_by_placeholder("Message")
        await field.fill(text)
        await field.press("Enter")

    def message(self, text: str) -> Locator:
        return self.page.get_by_test_id("phone-message").filter(has_text=text)

    async def break_by_hand(self, preset: str) -> None:
        await self.page.goto(self.demo.addresses["faults"])
        await self.page.get_by_role("button", name=f"Start {preset}").click()
        await expect(self.page.get_by_test_id("faults")).to_be_visible()

    async def mend_by_hand(self) -> None:
        await self.page.goto(self.demo.addresses["faults"])
        faults = self.page.get_by_test_id("faults").get_by_role("listitem")
        await expect(faults.first).to_be_visible()
        for _ in range(await faults.count()):
            left = await faults.count()
            await faults.first.get_by_role("button").click()
            await expect(faults).to_have_count(left - 1)
