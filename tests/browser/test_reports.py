"""What people report, by thumb, by keyboard and without a script; and a day with the shape of a real one."""

import os
import re
import signal
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo, running_demo
from tests.scenarios.serving import holdfast

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PHONE = {"viewport": {"width": 375, "height": 740}, "has_touch": True, "is_mobile": True}
TOLD_SECONDS_MAX = 20
DAY_REPORTS_MIN = 45_000
LEADING = ("Los Angeles", "Chicago", "Phoenix", "New York", "Washington")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def reported(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """A demo of its own: its hub is stopped, and its people report a whole day."""
    async with running_demo(tmp_path_factory.mktemp("reported")) as demo:

        async def known() -> bool:
            """Whether the page's process has heard of the hub's platforms."""
            async with demo.session.get(f"{demo.addresses['status']}/report/instagram") as answer:
                return answer.status == HTTPStatus.OK

        await demo.until(known, TOLD_SECONDS_MAX, "the platforms that can be reported")
        yield demo


async def tracked(demo: Demo) -> dict[str, Any]:
    """What programs are told of Instagram."""
    async with demo.session.get(f"{demo.addresses['status']}/tracker.json") as answer:
        known = await answer.json()
    found = [each for each in known["platforms"] if each["platform"] == "instagram"]
    return found[0] if found else {"total": 0}


async def opened(page: Page, demo: Demo) -> Page:
    """The form, once the page's process has heard of the hub."""

    async def ready() -> bool:
        await page.goto(f"{demo.addresses['status']}/report/instagram")
        return await page.locator("form#report").count() == 1

    await demo.until(ready, TOLD_SECONDS_MAX, "the form is there")
    return page


async def test_one_tap_reports_and_the_tracker_shows_it(browsing: "Browsing", reported: Demo) -> None:
    page = await browsing.page(timezone_id="America/Phoenix", **PHONE)
    await opened(page, reported)
    await expect(page.get_by_label("City or country")).to_have_value("Phoenix, United States")
    before = (await tracked(reported))["total"]
    await page.get_by_role("button", name="Cannot sign in").tap()
    told = page.locator("#told")
    await expect(told).to_contain_text("Your report is kept. Thank you.")
    await expect(told).to_contain_text(re.compile("Probably your connection|Most likely|Nothing unusual"))
    await expect(told.get_by_role("link", name="Open the chat")).to_be_visible()

    async def shown() -> bool:
        return bool((await tracked(reported))["total"] > before)

    await reported.until(shown, TOLD_SECONDS_MAX, "the report is on the tracker")
    await page.get_by_text("the web", exact=True).tap()
    await page.get_by_role("button", name="Add this to my report").tap()
    await expect(told).to_contain_text("Phoenix, United States is noted.")
    await told.get_by_role("link", name="What others report").tap()
    await expect(page.get_by_role("heading", name="Instagram, the last 24 hours")).to_be_visible()


async def test_it_is_done_by_keyboard_and_enter_in_the_place_reports_nothing(
    browsing: "Browsing", reported: Demo
) -> None:
    page = await opened(await browsing.page(user_agent="a keyboard"), reported)
    await page.get_by_label("City or country").fill("Mumbai")
    await page.keyboard.press("Enter")
    await expect(page.locator("#told")).to_be_hidden()
    await page.get_by_role("button", name="Cannot post").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#told")).to_contain_text("Your report is kept")


async def test_no_script_is_needed(browsing: "Browsing", reported: Demo) -> None:
    page = await opened(await browsing.page(java_script_enabled=False, user_agent="none", **PHONE), reported)
    await page.get_by_label("City or country").fill("India")
    await page.get_by_role("button", name="Feed does not load").tap()
    await expect(page.get_by_text("Your report is kept. Thank you.")).to_be_visible()
    await expect(page.get_by_label("City or country")).to_have_value("India")
    await page.get_by_text("the app", exact=True).tap()
    await page.get_by_role("button", name="Add this").tap()
    await expect(page.get_by_text("Thank you. India is noted.")).to_be_visible()
    await page.get_by_role("link", name="What others report").tap()
    await expect(page.get_by_role("heading", name="Instagram, the last 24 hours")).to_be_visible()


async def test_a_hub_that_stands_still_is_said_so(browsing: "Browsing", reported: Demo) -> None:
    browsing.watch.forgive(r"^net::ERR_\w+ POST /report$", r"POST /report$", r"AbortError|TimeoutError")
    page = await opened(await browsing.page(user_agent="patient"), reported)
    os.kill(reported.pid("hub"), signal.SIGSTOP)
    try:
        await page.get_by_role("button", name="Not receiving messages").click()
        await expect(page.locator("#told")).to_contain_text("Your report could not be taken", timeout=30_000)
        await expect(page.locator("#told")).to_contain_text("nothing was kept")

        async def silent() -> bool:
            await page.goto(f"{reported.addresses['status']}/report")
            return "A report cannot be taken now" in await page.content()

        await reported.until(silent, 60, "the page asks for no report")
    finally:
        os.kill(reported.pid("hub"), signal.SIGCONT)
    await opened(page, reported)


async def test_a_report_that_was_thanked_for_outlives_a_kill(browsing: "Browsing", reported: Demo) -> None:
    page = await opened(await browsing.page(java_script_enabled=False, user_agent="just in time"), reported)
    before = (await tracked(reported))["total"]
    await page.get_by_role("button", name="Profile does not load").click()
    await expect(page.get_by_text("Your report is kept. Thank you.")).to_be_visible()
    reported.kill_hub()
    await reported.ready()

    async def counted() -> bool:
        return bool((await tracked(reported))["total"] == before + 1)

    await reported.until(counted, TOLD_SECONDS_MAX, "the report counted once by the hub that came back")


async def play_the_day(demo: Demo) -> None:
    """Have the day on the tracker, unless another test had it played already."""
    if (await tracked(demo))["total"] > DAY_REPORTS_MIN:
        return
    replayed = await holdfast(
        *("report", "replay", "--speed", "0", "--api", demo.addresses["api"]),
        *("--token", demo.addresses["api_token"]),
    )
    assert replayed.code == 0, replayed

    async def counted() -> bool:
        return bool((await tracked(demo))["total"] > DAY_REPORTS_MIN)

    await demo.until(counted, TOLD_SECONDS_MAX, "the day on the tracker")


async def test_a_day_with_the_shape_of_a_real_one(
    browsing: "Browsing", reported: Demo, pictures: Path
) -> None:
    await play_the_day(reported)
    found = []
    for look, how in LOOKS.items():
        page = await browsing.page(bypass_csp=True, **how)
        await page.goto(f"{reported.addresses['status']}/tracker")
        await reads_right(page)
        found += await findings(page, pictures, "tracker", look)
        await opened(page, reported)
        found += await findings(page, pictures, "report", look)
    assert found == []


async def test_the_team_sees_what_people_report(browsing: "Browsing", reported: Demo, pictures: Path) -> None:
    await play_the_day(reported)
    console = await browsing.console(reported, bypass_csp=True)
    await console.go("channels")
    panel = console.page.get_by_role("region", name="What people report")
    await expect(panel.get_by_text("Most likely a problem at Instagram")).to_be_visible()
    await expect(panel.get_by_role("img", name=re.compile("reports about Instagram"))).to_be_visible()
    await expect(panel.get_by_role("link", name="The tracker")).to_have_attribute(
        "href", f"{reported.addresses['status']}/tracker"
    )
    assert await findings(console.page, pictures, "console-reports", "wide") == []


async def reads_right(page: Page) -> None:
    """The sentence, the peak, the split and the places of the day."""
    await expect(page.get_by_role("heading", level=1)).to_have_text("Most likely a problem at Instagram")
    await expect(page.locator("#peak")).to_contain_text("Peak: 12,000 reports")
    symptoms = page.locator("section", has=page.get_by_role("heading", name="What fails"))
    await expect(
        symptoms.get_by_role("listitem").filter(has_text="No connection to the server")
    ).to_contain_text("18 %")
    surfaces = page.locator("section", has=page.get_by_role("heading", name="App or web"))
    await expect(surfaces.get_by_role("listitem").filter(has_text="App")).to_contain_text("75 %")
    cities = page.get_by_role("list", name="Leading cities").get_by_role("listitem")
    for number, city in enumerate(LEADING):
        await expect(cities.nth(number)).to_contain_text(city)
    countries = page.get_by_role("list", name="Countries").get_by_role("listitem")
    await expect(countries.filter(has_text="India")).to_contain_text(re.compile(r"1,30[0-9]"))
    assert await page.locator("svg.world circle").count() > 20
