"""A fresh hub, from nobody at all to a first message answered, in the browser alone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.browser.looks import findings
from tests.scenarios.serving import Serving, free_port, serving

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CONFIG = '[hub]\nname = "Kelp"\nport = {port}\ndata_dir = "{folder}/data"\n\n[status]\nport = {status}\n'


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(tmp_path: Path) -> AsyncIterator[Serving]:
    port = free_port()
    config = tmp_path / "holdfast.toml"
    config.write_text(CONFIG.format(port=port, folder=tmp_path, status=free_port()), "utf-8")
    async with serving(config, port) as hub:
        yield hub


async def test_a_fresh_hub_is_set_up_and_answers_its_first_message(
    fresh: Serving, browsing: "Browsing", tmp_path: Path, pictures: Path
) -> None:
    browsing.watch.forgive("422 POST /api/v1/setup$")
    page = await browsing.page(bypass_csp=True)
    await page.goto(f"{fresh.url}/console/")
    await page.get_by_label("Setup code").fill("a guess")
    await page.get_by_label("Your name").fill("Mara")
    await page.get_by_label("Email").fill("mara@kelp.example")
    await page.get_by_label("Password").fill("a long password")
    assert await findings(page, pictures, "set-up", "wide") == []
    await page.get_by_role("button", name="Set up").click()
    await expect(page.get_by_text("This is not the code")).to_be_visible()
    code = (tmp_path / "data" / "setup-code").read_text("ascii")
    assert code in (tmp_path / "hub.log").read_text("utf-8")
    await page.get_by_label("Setup code").fill(code)
    await page.get_by_role("button", name="Set up").click()

    guide = page.get_by_test_id("first-run")
    await guide.get_by_role("button", name="Use our own web chat").click()
    await expect(guide.get_by_role("link", name="Open the chat")).to_be_visible()
    assert await findings(page, pictures, "first-run", "wide") == []
    chat = await browsing.page()
    await chat.goto(f"{fresh.url}/chat/web")
    await chat.get_by_label("Your message").fill("Hello, is anybody there?")
    await chat.get_by_label("Your message").press("Enter")
    await guide.get_by_role("link", name="Open the first message").click()
    await page.get_by_placeholder("Write a reply").fill("Yes: welcome!")
    await page.get_by_placeholder("Write a reply").press("Control+Enter")
    await expect(chat.get_by_text("Yes: welcome!", exact=True)).to_be_visible()
    await expect(guide).to_contain_text("Your first message is answered")
    await guide.get_by_role("button", name="Close").click()
    await expect(guide).to_have_count(0)
    assert not (tmp_path / "data" / "setup-code").exists()
    await page.reload()
    await expect(page.get_by_placeholder("Write a reply")).to_be_visible()
    await expect(guide).to_have_count(0)
