"""Makes docs/console.png, the picture in the README: the console while Instagram is down.

Run it with `make picture`. What is seen is real: people write, the platform fails, the shop's answer goes by SMS.
"""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, ViewportSize, async_playwright, expect
from tests.browser.chromium import launched
from tests.browser.console import Console
from tests.scenarios.demo import Demo, running_demo, until

PICTURE = Path(__file__).parents[2] / "docs" / "console.png"
SIZE = ViewportSize(width=1280, height=800)
CARRIED_MS = 60_000
BACKGROUND = (
    ("hana", "The parcel arrived, and nothing is broken. Thank you!"),
    ("dev", "Could you engrave a name on the jug?"),
    ("chiara", "Do you have the plates in grey as well?"),
    ("jonas", "When does the parcel to Ghent leave?"),
)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running_demo(Path(folder)) as demo,
            async_playwright() as driver,
            launched(driver) as browser,
        ):
            await _all_read(demo)
            await _story(demo, browser)


async def _all_read(demo: Demo) -> None:
    for conversation in await demo.items("/conversations"):
        await demo.api("POST", f"/conversations/{conversation['id']}/read")


async def _story(demo: Demo, browser: Browser) -> None:
    for person, text in BACKGROUND:
        await demo.write(person, text)
    await demo.write("ann", "Hello again! Are there two of the sea-green mugs left?")
    page = await browser.new_page(viewport=SIZE, locale="en-GB", timezone_id="Europe/Amsterdam")
    console = Console(page, demo)
    await console.enter()
    await console.open("Are there two of the sea-green mugs left?")
    await page.mouse.move(640, 790)
    sent = await console.send("Hello Ann! Yes, exactly two. Shall I keep them for you?")
    await expect(sent).to_contain_text("Sent")
    await demo.control("POST", "/people/ann/seen", {"platform": "instagram"})
    await expect(sent).to_contain_text("Read")
    await demo.write("ann", "Yes please! Can I fetch them on Saturday?")
    await expect(console.message("Can I fetch them")).to_be_visible()
    await _while_instagram_is_down(demo, console)
    await page.screenshot(path=PICTURE)


async def _while_instagram_is_down(demo: Demo, console: Console) -> None:
    await demo.fault("instagram", "refused")
    carried = await console.send("Of course. We are open from ten to four, and they wait at the counter.")
    await demo.reply("jonas", "Tomorrow morning.")
    await expect(console.banner.first).to_be_visible(timeout=CARRIED_MS)
    await expect(carried).to_contain_text("Delivered", timeout=CARRIED_MS)
    await demo.write("ann", "Instagram is down, but this works. See you on Saturday!", platform="sms")
    await expect(console.message("See you on Saturday!")).to_be_visible()

    async def is_counted() -> bool:
        return any(each["ledger"]["rerouted"] for each in await demo.incidents())

    await until(is_counted, 10, "the ledger counting what went another way")
    await expect(console.banner.filter(has_text="1 sent another way")).to_be_visible()
    await expect(console.row("Ann Lee").get_by_text("unread")).to_have_count(0)


if __name__ == "__main__":
    asyncio.run(main())
