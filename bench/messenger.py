"""How much the messenger weighs, and when a phone on a slow line can use it: ``python -m bench.messenger``.

The phone is Chromium's: a processor four times slower than this one, 150 ms to the hub, 1.6 megabits a second down.
Somebody can write before all of the messenger has come: what is sent until then waits, and is sent by it.
"""

import asyncio
import gzip
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, async_playwright

from bench import running
from bench.place import sink

BUILT: Final = Path(__file__).parents[1] / "src" / "holdfast" / "web" / "built" / "chat"
RUNS: Final = 5
SLOWER: Final = 4
LINE: Final = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 // 8,
    "uploadThroughput": 750_000 // 8,
}
NARROW: Final = {"width": 375, "height": 740}
WATCH: Final = """() => {
    let written = 0;
    let whole = 0;
    const look = () => {
        const field = document.querySelector("[aria-label='Your message']");
        const paint = performance.getEntriesByName('first-paint')[0];
        if (!written && field?.checkVisibility()) written = performance.now();
        if (written && !whole && !document.getElementById('opening')) whole = performance.now();
        if (!whole || !paint) return requestAnimationFrame(look);
        console.info(`seen ${paint.startTime} ${written} ${whole}`);
    };
    requestAnimationFrame(look);
}"""
"""Tells the moments from within: asking the page for them would slow it down."""
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


async def main() -> int:
    _weigh()
    browser_path = next((place for name in BROWSERS if (place := shutil.which(name))), None)
    if browser_path is None:
        sys.stderr.write("Painting needs Chromium: install the package chromium.\n")
        return 1
    with tempfile.TemporaryDirectory() as name, sink() as sink_url:
        async with running.hub(Path(name), sink_url, "") as hub, async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
            await _paint(browser, f"{hub.url}/chat/web")
            await browser.close()
    return 0


def _weigh() -> None:
    scripts = {path.name: len(gzip.compress(path.read_bytes())) for path in BUILT.glob("assets/*.js")}
    page = (BUILT / "index.html").read_text("utf-8")
    first = sum(size for name, size in scripts.items() if name in page)
    _say("script that the first page asks for, gzipped", f"{first / 1000:.1f} kB")
    _say("all script, gzipped", f"{sum(scripts.values()) / 1000:.1f} kB")


async def _paint(browser: Browser, url: str) -> None:
    for what, again in (("first visit", False), ("second visit", True)):
        seen = [await _visit(browser, url, again=again) for _ in range(RUNS)]
        for index, moment in enumerate(("first paint", "somebody can write", "all of it is there")):
            _say(f"{what}, {moment}", f"{statistics.median(each[index] for each in seen):.0f} ms")


async def _visit(browser: Browser, url: str, *, again: bool) -> tuple[float, float, float]:
    """Milliseconds until something is painted, until somebody can write, and until what is written goes out."""
    context = await browser.new_context(viewport=NARROW)
    page = await context.new_page()
    if again:
        await page.goto(url)
        await page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    await page.add_init_script(f"({WATCH})()")
    await _slow_down(await context.new_cdp_session(page))
    async with page.expect_console_message(lambda message: message.text.startswith("seen ")) as told:
        await page.goto(url, wait_until="commit")
    painted, usable, whole = ((await told.value).text.split())[1:]
    await context.close()
    return float(painted), float(usable), float(whole)


async def _slow_down(slow: Any) -> None:
    await slow.send("Network.enable")
    await slow.send("Network.emulateNetworkConditions", LINE)
    await slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def _say(what: str, value: str) -> None:
    sys.stdout.write(f"{what:<48}{value:>10}\n")


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
