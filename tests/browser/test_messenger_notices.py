"""Notices of a member's device, from the settings to the click: the push service is our simulator, the rest is real.

Chromium's own push service cannot be reached here, so what would ask it asks ours; what the hub seals for the browser
is opened there, and handed to the page's service worker as Chromium hands over what was pushed.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, CDPSession, Locator, Page, Response, Route, expect
from tests.browser.members import Two
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SECONDS = 30.0
ASK_OURS = """
    PushManager.prototype.subscribe = async function ({ userVisibleOnly, applicationServerKey }) {
        if (!userVisibleOnly) throw new DOMException('A notice is shown for each push.', 'NotAllowedError');
        const made = await askPushService(applicationServerKey);
        return { toJSON: () => made, unsubscribe: async () => true };
    };
    PushManager.prototype.getSubscription = async () => null;
"""
AN_HOUR_AROUND_NOW = """() => [-1, 1].map((by) => {
    const at = new Date(Date.now() + by * 3600000);
    return [at.getHours(), at.getMinutes()].map((each) => String(each).padStart(2, '0')).join(':');
})"""
SHOWN = """navigator.serviceWorker.ready.then((registration) => registration.getNotifications())
    .then((notices) => notices.map((each) => `${each.title}: ${each.body}`))"""
CLICK = """async () => {
    const [notification] = await registration.getNotifications();
    const event = new NotificationEvent('notificationclick', { notification });
    // Only a hand brings a window to the front, and only its click can be waited for.
    event.waitUntil = (work) => work.catch(() => {});
    dispatchEvent(event);
    return (await registration.getNotifications()).length;
}"""


class Device:
    """A member's browser with an address at our push service."""

    def __init__(self, two: Two, shop: Demo) -> None:
        self.member = two.ann
        self.page = two.ann.page
        self.context: BrowserContext = self.page.context
        self._shop = shop
        self.asked: list[dict[str, Any]] = []

    @property
    def section(self) -> Locator:
        return self.page.locator(
            "section", has=self.page.get_by_role("heading", name="Notices on this device")
        )

    async def ask(self, key: str) -> Any:
        address = f"{self._shop.addresses['webpush']}/browsers"
        self.asked.append(await self._shop.ask("POST", address, {"key": key}))
        return self.asked[-1]["subscription"]

    async def settings(self) -> None:
        await self.member.open("#/settings")
        await expect(self.section.get_by_role("button").first).to_be_enabled()

    async def pushed(self) -> list[str]:
        """What reached the push service for this browser, as the browser alone can read it."""
        address = f"{self._shop.addresses['webpush']}/browsers/{self.asked[-1]['id']}"
        return [each["text"] for each in (await self._shop.ask("GET", address))["shown"]]

    async def told(self, count: int) -> list[dict[str, Any]]:
        async def look() -> list[str]:
            found = await self.pushed()
            return found if len(found) >= count else []

        return [json.loads(each) for each in await self._shop.until(look, SECONDS, f"{count} notices")]

    async def away(self) -> Page:
        """No page of ours is open any more; another one, of nobody, is."""
        other = await self.context.new_page()
        await self.page.close()
        return other

    async def back(self, place: str) -> None:
        self.page = self.member.page = await self.context.new_page()
        await self.member.open(place)


@pytest_asyncio.fixture(loop_scope="session")
async def device(two: Two, shop: Demo) -> AsyncIterator[Device]:
    made = Device(two, shop)
    await made.context.grant_permissions(["notifications"])
    await made.context.expose_function("askPushService", made.ask)
    await made.context.add_init_script(ASK_OURS)
    await made.page.reload()
    await made.settings()
    await made.section.get_by_role("button", name="Turn notices on").click()
    await expect(made.section.get_by_role("button", name="Turn notices off")).to_be_visible()
    yield made
    await made.back("#/settings")
    await made.section.get_by_role("button", name="Turn notices off").click()
    await expect(made.section.get_by_role("button", name="Turn notices on")).to_be_visible()


async def worker_of(page: Page) -> tuple[CDPSession, str]:
    """The registration of the messenger's service worker."""
    workers = await page.context.new_cdp_session(page)
    seen: asyncio.Queue[str] = asyncio.Queue()

    def note(told: dict[str, Any]) -> None:
        for each in told["registrations"]:
            seen.put_nowait(each["registrationId"])

    workers.on("ServiceWorker.workerRegistrationUpdated", note)
    await workers.send("ServiceWorker.enable")
    return workers, await asyncio.wait_for(seen.get(), SECONDS)


async def test_a_closed_page_is_told_and_the_notice_leads_to_the_conversation(
    device: Device, two: Two, shop: Demo
) -> None:
    other = await device.away()
    await two.ben.write("Are you about?")
    [notice] = await device.told(1)
    assert (notice["title"], notice["body"], notice["tag"]) == ("Ben", "Are you about?", two.thread)
    workers, registration = await worker_of(other)
    push = {
        "origin": shop.addresses["hub"],
        "registrationId": registration,
        "data": (await device.pushed())[-1],
    }
    await workers.send("ServiceWorker.deliverPushMessage", push)
    [worker] = device.context.service_workers
    await device.back("#/settings")
    await device.page.wait_for_function(f"{SHOWN}.then((shown) => shown.join() === 'Ben: Are you about?')")
    assert await worker.evaluate(CLICK) == 0
    await expect(two.ann.line("Are you about?").last).to_be_visible()
    assert two.ann.thread_id() == two.thread


async def test_quiet_hours_hold_it_back_and_their_end_tells_it_once(device: Device, two: Two) -> None:
    section = device.section
    begin, end = await device.page.evaluate(AN_HOUR_AROUND_NOW)

    def has_both(answer: Response) -> bool:
        if not answer.url.endswith("/direct/v1/push"):
            return False
        quiet = json.loads(answer.request.post_data or "{}").get("quiet") or {}
        return (quiet.get("from"), quiet.get("until")) == (begin, end)

    typed = asyncio.Event()

    async def after_that(route: Route) -> None:
        await typed.wait()
        await route.continue_()

    # While the first change is on its way the others are made: none takes back what the one before it said.
    await device.page.route("**/direct/v1/push", after_that)
    async with device.page.expect_response(has_both):
        await section.get_by_role("checkbox", name="Quiet hours").check()
        await section.get_by_label("Quiet from").fill(begin)
        await section.get_by_label("Quiet until").fill(end)
        typed.set()
    await device.page.unroute("**/direct/v1/push")
    await device.settings()
    await expect(section.get_by_label("Quiet from")).to_have_value(begin)
    await expect(section.get_by_label("Quiet until")).to_have_value(end)
    await device.away()
    await two.ben.write("In the middle of the night")
    await expect(two.ben.line("In the middle of the night")).to_contain_text("Safe with us")
    await device.back("#/settings")
    async with device.page.expect_response("**/direct/v1/push"):
        await device.section.get_by_role("checkbox", name="Quiet hours").uncheck()
    await device.away()
    await two.ben.write("In the morning")
    notices = await device.told(1)
    assert [each["body"] for each in notices][-1] == "In the morning"
    assert "In the middle of the night" not in [each["body"] for each in notices[:-1]]


async def test_a_muted_conversation_wakes_nobody(device: Device, two: Two) -> None:
    page = device.page
    await two.ann.thread(two.thread)
    await page.get_by_label("About this conversation").click()
    await page.get_by_role("button", name="8 hours").click()
    await expect(page.get_by_role("button", name="Muted until")).to_be_visible()
    await device.away()
    await two.ben.write("Not for now")
    await expect(two.ben.line("Not for now")).to_contain_text("Safe with us")
    await device.back(f"#/about/{two.thread}")
    await device.page.get_by_role("button", name="Muted until").click()
    await expect(device.page.get_by_role("button", name="1 hour")).to_be_visible()
    await device.away()
    await two.ben.write("For now")
    notices = await device.told(1)
    assert [each["body"] for each in notices] == ["For now"]


async def test_a_push_service_that_is_not_there_is_said_in_words(browsing: "Browsing", two: Two) -> None:
    """By Chromium itself, which has none for a window that leaves no trace."""
    browsing.watch.forgive("Push API in incognito")
    page = two.ann.page
    await page.context.grant_permissions(["notifications"])
    await two.ann.open("#/settings")
    await page.get_by_role("button", name="Turn notices on").click()
    await expect(page.get_by_text("The push service of this browser cannot be reached now.")).to_be_visible()
    await expect(page.get_by_role("button", name="Turn notices on")).to_be_enabled()
