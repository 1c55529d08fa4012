"""The Chromium of the system, without a window."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
"""The microphone hums by itself, and nobody is asked for it."""


def path() -> str:
    found = next((place for name in NAMES if (place := shutil.which(name))), None)
    assert found, "The browser tests need Chromium: run `make test`, or install the package chromium."
    return found


@asynccontextmanager
async def launched(driver: Playwright) -> AsyncIterator[Browser]:
    browser = await driver.chromium.launch(executable_path=path(), args=list(ARGUMENTS))
    try:
        yield browser
    finally:
        await browser.close()
