"""How quick the console is with 100,000 conversations, in Chromium: ``python -m bench.console``.

Moments are told from within the page, by its own clock and as painted, for asking it from outside would slow it down.
With ``--folder`` the store is kept there for another time.
"""

import argparse
import asyncio
import gzip
import hashlib
import hmac
import re
import secrets
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import aiohttp
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bench import running
from bench.growth import make_missing
from bench.growth_served import webhook
from bench.place import CHANNEL, SECRET, sink, write_config
from holdfast.app.services import access
from holdfast.cli.configuration import load
from holdfast.cli.store import opened
from holdfast.inbox import Role

BUILT: Final = Path(__file__).parents[1] / "src" / "holdfast" / "web" / "built" / "console"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
CONVERSATIONS: Final = 100_000
MESSAGES: Final = 300_000
LONG_THREAD: Final = 10_000
EMAIL: Final = "bench@example.org"
WIDE: Final = {"width": 1280, "height": 800}
VISITS: Final = 7
CLICKS: Final = 25
POINTED: Final = 15
POINTED_SECONDS: Final = 0.25
ARRIVALS: Final = 25
SCROLLED_SECONDS: Final = 5
SMOOTH_MS: Final = 1000 / 60 * 1.5
"""A frame that took longer than this was not one of sixty a second."""

INTERACTIVE: Final = """() => {
    const look = () => {
        if (document.querySelector("[data-testid=conversations] a")) return console.info(`seen ${performance.now()}`);
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
CLICK: Final = """(index) => new Promise((seen) => {
    const row = document.querySelectorAll("[data-testid=conversations] a")[index];
    const id = decodeURIComponent(row.hash.split('/').at(-1));
    const before = performance.now();
    row.click();
    const look = () => {
        const here = location.hash.includes(encodeURIComponent(id));
        const old = document.querySelector("[data-testid=messages]")?.dataset.benched === 'old';
        const shown = document.querySelectorAll("[data-testid=message]").length > 0;
        if (here && shown && !old) return requestAnimationFrame(() => seen(performance.now() - before));
        requestAnimationFrame(look);
    };
    const list = document.querySelector("[data-testid=messages]");
    if (list) list.dataset.benched = 'old';
    requestAnimationFrame(look);
})"""
ARRIVAL: Final = """(before) => new Promise((seen) => {
    const look = () => {
        const shown = document.querySelectorAll("[data-testid=message]");
        const last = shown[shown.length - 1];
        if (last.dataset.id !== before) return requestAnimationFrame(() => seen([Date.now(), last.dataset.id]));
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})"""
READ_BACK: Final = """() => new Promise((done) => {
    const log = document.querySelector("[role=log]");
    const before = performance.now();
    const look = () => {
        const rows = Number(log.querySelector("[aria-setsize]")?.ariaSetSize ?? -1);
        if (rows > 0) return done([performance.now() - before, rows]);
        log.scrollTop = 0;
        requestAnimationFrame(look);
    };
    look();
})"""
SCROLL: Final = """([selector, ms]) => new Promise((done) => {
    const log = document.querySelector(selector);
    const frames = [];
    const began = performance.now();
    let last = began;
    log.scrollTop = log.scrollHeight;
    const step = (now) => {
        frames.push(now - last);
        last = now;
        log.scrollTop -= 40;
        if (log.scrollTop <= 0) log.scrollTop = log.scrollHeight;
        if (now - began < ms) requestAnimationFrame(step);
        else done(frames.slice(2));
    };
    requestAnimationFrame(step);
})"""
NOTHING: Final = """<!doctype html>
<div id="log" style="height: 90vh; overflow: auto"><div style="height: 800000px"></div></div>"""
"""What scrolls as often as this browser paints on this machine."""


async def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--folder", type=Path, help="Keep the store here.")
    asked.add_argument("--conversations", type=int, default=CONVERSATIONS)
    options = asked.parse_args()
    inbox, everything = weigh()
    _say("script of the inbox, gzipped (150 kB)", f"{inbox / 1000:.1f} kB")
    _say("all script, gzipped", f"{everything / 1000:.1f} kB")
    browser_path = next((place for name in BROWSERS if (place := shutil.which(name))), None)
    if browser_path is None:
        sys.stderr.write("Painting needs Chromium: install the package chromium.\n")
        return 1
    with tempfile.TemporaryDirectory() as name, sink() as sink_url:
        folder = options.folder or Path(name)
        await make_missing(folder, options.conversations * MESSAGES // CONVERSATIONS, options.conversations)
        long, person = _lengthen(folder)
        password = await _agent(folder, sink_url)
        async with running.hub(folder, sink_url, "") as hub, async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
            await _measure(browser, hub.url, password, long, person)
            await browser.close()
    return 0


def weigh() -> tuple[int, int]:
    """Bytes of script, gzipped: what the inbox asks for before anything else, and all there is."""
    scripts = {path.name: len(gzip.compress(path.read_bytes(), 6)) for path in BUILT.glob("assets/*.js")}
    page = (BUILT / "index.html").read_text("utf-8")
    first = {name for name in scripts if name in page}
    for _ in scripts:  # what those import before they run, and so on
        texts = "".join((BUILT / "assets" / name).read_text("utf-8") for name in first)
        imported = re.findall(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""", texts)
        first |= {name for name in imported if name in scripts}
    return sum(scripts[name] for name in first), sum(scripts.values())


def _lengthen(folder: Path) -> tuple[str, str]:
    """(the conversation of somebody who has said LONG_THREAD things, their address); the latest of all."""
    now = time.time_ns() // 1_000_000
    with closing(sqlite3.connect(folder / "hub.db")) as store, store:
        row = store.execute(
            "SELECT v.id, a.value FROM conversation v JOIN address a ON a.contact_id = v.contact_id "
            "WHERE a.channel = ? AND v.status = 'open' ORDER BY v.last_at DESC LIMIT 1",
            (CHANNEL,),
        ).fetchone()
        conversation, person = str(row[0]), str(row[1])
        [[there]] = store.execute("SELECT COUNT(*) FROM message WHERE conversation_id = ?", (conversation,))
        store.executemany(
            "INSERT OR IGNORE INTO message (id, conversation_id, direction, author, channel, text, at, stored_at, "
            "source, state) VALUES (?, ?, 'in', 'contact', ?, ?, ?, ?, 'webhook', 'received')",
            [
                (
                    f"msg_bench{number:07}",
                    conversation,
                    CHANNEL,
                    f"Message {number}: " + "is it still there, and in which sizes? " * (1 + number % 3),
                    now - (LONG_THREAD - number) * 60_000,
                    now - (LONG_THREAD - number) * 60_000,
                )
                for number in range(max(0, LONG_THREAD - int(there)))
            ],
        )
        store.execute("UPDATE conversation SET last_at = ? WHERE id = ?", (now, conversation))
    return conversation, person


async def _agent(folder: Path, sink_url: str) -> str:
    """Somebody who may sign in; their password."""
    password = secrets.token_urlsafe(16)
    config = write_config(folder, port=1, sink_url=sink_url, database="")
    async with opened(load(config)) as hub:
        await access(hub).put_agent(email=EMAIL, name="Bench", password=password, role=Role.OWNER)
    return password


async def _measure(browser: Browser, url: str, password: str, long: str, person: str) -> None:
    context = await browser.new_context(viewport=WIDE)
    page = await context.new_page()
    await page.goto(f"{url}/console/")
    await page.get_by_label("Email").fill(EMAIL)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_test_id("conversations").wait_for()
    state = await context.storage_state()
    first = [await _visit(browser, url, state) for _ in range(VISITS)]
    _told("inbox interactive, first visit (1,000 ms)", first)
    again = [await _visited(context, url) for _ in range(VISITS)]
    _told("inbox interactive, later visits (1,000 ms)", again)
    _told("thread from click, never seen (100 ms)", [await _click(page, number) for number in range(CLICKS)])
    _told(
        "thread from click, seen lately (100 ms)",
        [await _click(page, CLICKS - 8 + each % 8) for each in range(CLICKS)],
    )
    pointed = [await _click(page, CLICKS + each, points=True) for each in range(POINTED)]
    _told("thread from click, pointed at (100 ms)", pointed)
    await page.goto(f"{url}/console/#/inbox/{long}")
    await page.get_by_test_id("message").first.wait_for()
    await page.get_by_role("log").press("End")
    _told("new message on screen after it is stored (150 ms)", await _arrivals(page, url, person))
    await _scroll(page)
    await context.close()


async def _click(page: Page, number: int, *, points: bool = False) -> float:
    """Milliseconds until the thread of a row is there; ``points``: as people do, who see where they click."""
    if points:
        row = page.get_by_test_id("conversations").get_by_role("link").nth(number)
        await row.hover()
        await asyncio.sleep(POINTED_SECONDS)
    taken: float = await page.evaluate(CLICK, number)
    return taken


async def _visit(browser: Browser, url: str, state: Any) -> float:
    """Milliseconds until there are conversations to choose, with nothing kept from before."""
    context = await browser.new_context(viewport=WIDE, storage_state=state)
    try:
        return await _visited(context, url)
    finally:
        await context.close()


async def _visited(context: BrowserContext, url: str) -> float:
    page = await context.new_page()
    await page.add_init_script(f"({INTERACTIVE})()")
    async with page.expect_console_message(lambda message: message.text.startswith("seen ")) as told:
        await page.goto(f"{url}/console/", wait_until="commit")
    seen = float((await told.value).text.split()[1])
    await page.close()
    return seen


async def _arrivals(page: Page, url: str, person: str) -> list[float]:
    """Milliseconds from a message's commit time, as the hub says it, to its painting."""
    taken = []
    async with aiohttp.ClientSession() as session:
        for number in range(ARRIVALS):
            before = await page.get_by_test_id("message").last.get_attribute("data-id")
            waiting = asyncio.ensure_future(page.evaluate(ARRIVAL, before))
            await asyncio.sleep(0.3)
            body = webhook(person, f"bench{time.time_ns()}{number}")
            signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            headers = {"x-hub-signature-256": signature}
            async with session.post(f"{url}/hooks/instagram/shop", data=body, headers=headers) as answer:
                answer.raise_for_status()
            painted, message = await waiting
            stored = await page.evaluate(
                "async (id) => (await (await fetch(`/api/v1/messages/${id}`)).json()).stored_at", message
            )
            taken.append(painted - stored)
    return taken


async def _scroll(page: Page) -> None:
    took, rows = await page.evaluate(READ_BACK)
    _say(f"scrolling up to the first of {rows:,} rows", f"{took / 1000:.1f} s")
    frames = await page.evaluate(SCROLL, ["[role=log]", SCROLLED_SECONDS * 1000])
    empty = await page.context.new_page()
    await empty.set_content(NOTHING)
    floor = await empty.evaluate(SCROLL, ["#log", SCROLLED_SECONDS * 1000])
    await empty.close()
    for what, taken in (("that thread (60)", frames), ("an empty page", floor)):
        smooth = sum(frame <= SMOOTH_MS for frame in taken) / len(taken)
        more = f"{smooth:.1%} in time, the longest {max(taken):.0f} ms"
        _say(f"frames a second scrolling {what}", f"{len(taken) / (sum(taken) / 1000):.1f}", more)


def _told(
    what: str, taken: Sequence[float], middle: Callable[[Sequence[float]], float] = statistics.median
) -> None:
    ninety = sorted(taken)[max(0, -(-len(taken) * 9 // 10) - 1)]
    _say(what, f"{middle(taken):.0f} ms", f"90 % {ninety:.0f} ms")


def _say(what: str, value: str, more: str = "") -> None:
    sys.stdout.write(f"{what:<54}{value:>10}  {more}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
