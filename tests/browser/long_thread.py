"""A hub of its own with a conversation of thousands of messages, made before the hub runs; more arrive by webhook."""

import hashlib
import hmac
import json
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final

import aiohttp
from bench import running
from bench.place import ACCOUNT, CHANNEL, SECRET, sink, write_config
from playwright.async_api import Locator, Page, StorageState, expect

from holdfast.app.services import access
from holdfast.cli.configuration import load
from holdfast.cli.store import opened
from holdfast.inbox import Role
from holdfast.sample import Plan, make_store

SAID: Final = 3_000
EMAIL: Final = "long@example.org"
MINUTE_MS: Final = 60_000
WORDS: Final = "is it still there, and in which sizes? "
STEPPED: Final = """async ([by, times]) => {
    const log = document.querySelector('[role=log]');
    const view = log.getBoundingClientRect();
    const isSeen = (box) => box.top > view.top && box.bottom < view.bottom;
    // People scroll between frames, never while one is made.
    const { port1, port2 } = new MessageChannel();
    const between = (go) => { port1.onmessage = go; port2.postMessage(0); };
    const turn = () => new Promise((go) => requestAnimationFrame(() => between(go)));
    let worst = 0;
    for (let step = 0; step < times; step += 1) {
        const seen = [...log.querySelectorAll('li[data-key]')].map((row) => [row, row.getBoundingClientRect()])
            .filter(([, box]) => isSeen(box));
        const top = log.scrollTop;
        log.scrollTop += by;
        const moved = log.scrollTop - top;
        await turn();
        await turn();
        for (const [row, box] of seen) {
            const now = row.getBoundingClientRect();
            if (row.isConnected && isSeen(now)) worst = Math.max(worst, Math.abs(now.top + moved - box.top));
        }
        if (log.querySelector('[data-id="msg_long00000"]') && log.scrollTop === 0) break;
    }
    return worst;
}"""
"""Scrolls in steps; how many pixels a row that stays on the screen moved at most beside what was scrolled."""
MIDDLE: Final = """() => {
    const log = document.querySelector('[role=log]').getBoundingClientRect();
    const rows = [...document.querySelectorAll('[data-testid=message]')];
    return rows.find((row) => row.getBoundingClientRect().bottom > (log.top + log.bottom) / 2).dataset.id;
}"""


class LongThread:
    def __init__(self, url: str, password: str, conversation: str, person: str) -> None:
        self.url = url
        self.conversation = conversation
        self.kept: StorageState | None = None
        self._password = password
        self._person = person
        self._written = 0

    async def enter(self, page: Page, at: str = "") -> "Log":
        """The console with this conversation open, at one of its messages where ``at`` names one."""
        await page.goto(f"{self.url}/console/#/inbox/{self.conversation}{at and '/' + at}")
        email = page.get_by_label("Email")
        log = Log(page)
        await expect(email.or_(log.messages.first)).to_be_visible()
        if await email.is_visible():
            await email.fill(EMAIL)
            await page.get_by_label("Password").fill(self._password)
            await page.get_by_role("button", name="Sign in").click()
            await expect(log.messages.first).to_be_visible()
            self.kept = await page.context.storage_state()
        await expect(log.messages.first).to_be_visible()
        return log

    async def write(self, text: str, at: int | None = None) -> None:
        """The person says something more; ``at``: by the platform's clock."""
        self._written += 1
        now = at or time.time_ns() // 1_000_000
        said = {
            "sender": {"id": self._person},
            "recipient": {"id": ACCOUNT},
            "timestamp": now,
            "message": {"mid": f"long.{self._written}", "text": text},
        }
        entry = {"id": ACCOUNT, "time": now, "messaging": [said]}
        body = json.dumps({"object": "instagram", "entry": [entry]}).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"x-hub-signature-256": signature}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(f"{self.url}/hooks/instagram/shop", data=body) as answer,
        ):
            answer.raise_for_status()


class Log:
    """What was said, as the page shows it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.get_by_role("log")
        self.messages = page.get_by_test_id("message")

    def message(self, text: str) -> Locator:
        return self.messages.filter(has_text=text)

    async def scroll(self, by: int, times: int) -> float:
        worst: float = await self.page.evaluate(STEPPED, [by, times])
        return worst

    async def middle(self) -> Locator:
        """A message in the middle of what is seen."""
        return self.page.locator(f"[data-id={await self.page.evaluate(MIDDLE)}]")

    async def top_of(self, message: Locator) -> float:
        box = await message.bounding_box()
        assert box is not None
        return box["y"]

    async def focused(self) -> str | None:
        """The message that has the focus."""
        found: str | None = await self.page.evaluate("document.activeElement?.dataset.id ?? null")
        return found


def name_of(number: int) -> str:
    return f"msg_long{number:05}"


@asynccontextmanager
async def long_thread(folder: Path) -> AsyncIterator[LongThread]:
    until = time.time_ns() // 1_000_000
    await make_store(folder, Plan(messages=60, contacts=20, until=until), lambda *_: None, replace=False)
    with sink() as platform:
        password = secrets.token_urlsafe(16)
        config = write_config(folder, port=1, sink_url=platform, database="")
        async with opened(load(config)) as hub:
            await access(hub).put_agent(email=EMAIL, name="Lin", password=password, role=Role.OWNER)
        conversation, person = _lengthened(folder)
        async with running.hub(folder, platform, "") as there:
            yield LongThread(there.url, password, conversation, person)


def _lengthened(folder: Path) -> tuple[str, str]:
    """Somebody with whom SAID messages were exchanged: the conversation, and their address."""
    now = time.time_ns() // 1_000_000
    with closing(sqlite3.connect(folder / "hub.db")) as store, store:
        found: Any = store.execute(
            "SELECT v.id, a.value FROM conversation v JOIN address a ON a.contact_id = v.contact_id "
            "WHERE a.channel = ? LIMIT 1",
            (CHANNEL,),
        ).fetchone()
        conversation, person = str(found[0]), str(found[1])
        store.execute("DELETE FROM message WHERE conversation_id = ?", (conversation,))
        store.executemany(
            "INSERT INTO message (id, conversation_id, direction, author, channel, text, at, stored_at, source, "
            "state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    name_of(number),
                    conversation,
                    *(("out", "agent:nobody") if number % 5 == 4 else ("in", "contact")),
                    CHANNEL,
                    f"Number {number}: " + WORDS * (1 + number % 7),
                    now - (SAID - number) * MINUTE_MS,
                    now - (SAID - number) * MINUTE_MS,
                    *(("api", "sent") if number % 5 == 4 else ("webhook", "received")),
                )
                for number in range(SAID)
            ],
        )
        store.execute(
            "UPDATE conversation SET last_at = ?, status = 'open', unread = 0 WHERE id = ?",
            (now, conversation),
        )
    return conversation, person
