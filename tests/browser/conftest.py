"""One Chromium and one demo for all these tests; every test gets pages of its own, which must not complain."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, StorageState, async_playwright, expect
from tests.browser.chromium import launched
from tests.browser.console import Console
from tests.browser.members import Two, talking
from tests.browser.phones import Phones
from tests.browser.watching import Watch
from tests.scenarios.demo import Demo, running_demo

WAIT_MS = 40_000
"""How long a page may take on a busy machine; what is there sooner is taken sooner."""
expect.set_options(timeout=WAIT_MS)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as driver, launched(driver) as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    async with running_demo(tmp_path_factory.mktemp("shop")) as demo:
        yield demo


@pytest.fixture(scope="session")
def signed_in() -> dict[str, StorageState]:
    """What a browser keeps after signing in: of a hub's console by its address, of the messenger by the person."""
    return {}


class Browsing:
    """Opens pages; ``watch`` hears them all."""

    def __init__(self, browser: Browser, states: dict[str, StorageState]) -> None:
        self.watch = Watch()
        self._browser = browser
        self._states = states
        self._contexts: list[BrowserContext] = []

    async def page(self, **look: Any) -> Page:
        """A page of a new visitor; ``look`` is what a browser context takes."""
        size = {"width": 1280, "height": 800}
        context = await self._browser.new_context(**{"viewport": size, "locale": "en-GB", **look})
        context.set_default_timeout(WAIT_MS)
        self.watch.listen(context)
        self._contexts.append(context)
        return await context.new_page()

    async def console(self, demo: Demo, **look: Any) -> Console:
        """The console, signed in: for real the first time, with the same cookie from then on."""
        hub = demo.addresses["hub"]
        console = Console(await self.page(storage_state=self._states.get(hub), **look), demo)
        await console.enter()
        self._states[hub] = await console.page.context.storage_state()
        return console

    def kept_of(self, person: str) -> StorageState | None:
        """What the browser of a member kept after signing in to the messenger."""
        return self._states.get(person)

    def keep_of(self, person: str, state: StorageState) -> None:
        self._states[person] = state

    async def phones(self, demo: Demo, **look: Any) -> Phones:
        return Phones(await self.page(**look), demo)

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browsing(chromium: Browser, signed_in: dict[str, StorageState]) -> AsyncIterator[Browsing]:
    opened = Browsing(chromium, signed_in)
    yield opened
    await opened.close()
    assert opened.watch.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def two(browsing: Browsing, shop: Demo) -> Two:
    return await talking(browsing, shop)


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where what was seen is kept for people to look at; no part of the repository."""
    folder = Path(__file__).parents[2] / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder
