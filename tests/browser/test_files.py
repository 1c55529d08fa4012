"""Pictures, videos, voices and files at the desk: sent to a guest of our own chat, and shown in the thread."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import FilePayload, Locator, expect
from tests.browser.console import Console
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo
from tests.unit.media import samples

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
IS_LOADED = "picture => picture.complete && picture.naturalWidth > 0"


async def guest_writes(shop: Demo, name: str) -> None:
    hub = shop.addresses["hub"]
    made = await shop.ask("POST", f"{hub}/direct/v1/guests", {"name": name})
    body = {"id": f"hello-{name.replace(' ', '-')}", "text": f"Hello, this is {name}"}
    await shop.ask("POST", f"{hub}/direct/v1/threads/business:web/messages", body, token=made["token"])


def payloads(folder: Path) -> list[FilePayload]:
    film = samples.film(folder / "film", "mp4", "libx264", "aac")
    voice = samples.film(folder / "voice", "ogg", "", "libopus")
    return [
        {"name": "shelf.jpg", "mimeType": "image/jpeg", "buffer": samples.picture(size=(1200, 900))},
        {"name": "film.mp4", "mimeType": "video/mp4", "buffer": film},
        {"name": "voice.ogg", "mimeType": "audio/ogg", "buffer": voice},
        {"name": "opening hours and prices.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 fish"},
    ]


async def attach(console: Console, files: list[FilePayload]) -> Locator:
    """The list of what goes along, once all of it has arrived."""
    await console.page.get_by_test_id("files").set_input_files(files)
    along = console.page.get_by_role("list", name="Files that go along")
    await expect(along.get_by_role("listitem")).to_have_count(len(files))
    await expect(along).not_to_contain_text("%")
    await expect(along).not_to_contain_text("checked")
    return along


@pytest.mark.parametrize("look", LOOKS)
async def test_files_go_along_and_are_shown(
    browsing: "Browsing", shop: Demo, pictures: Path, tmp_path: Path, look: str
) -> None:
    name = f"Vi {look}"
    await guest_writes(shop, name)
    console = await browsing.console(shop, bypass_csp=True, **LOOKS[look])
    await expect(console.row(f"this is {name}")).to_be_visible()
    await console.open(f"this is {name}")
    await attach(console, payloads(tmp_path))
    found = await findings(console.page, pictures, "console-attaching", look)
    await console.send("Here is the new shelf")
    sent = console.message("Here is the new shelf")
    picture = sent.get_by_role("img", name="shelf.jpg")
    await expect(picture).to_be_visible()
    assert await picture.evaluate(IS_LOADED)
    await expect(sent.locator("video")).to_be_visible()
    await expect(sent.locator("audio")).to_be_visible()
    await expect(sent.get_by_role("link", name="opening hours and prices.pdf")).to_be_visible()
    await expect(console.page.get_by_role("list", name="Files that go along")).to_have_count(0)
    found += await findings(console.page, pictures, "console-files", look)
    assert found == []


async def test_a_file_that_is_refused_says_why_and_can_be_left_out(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive(r"^422 POST /api/v1/uploads")
    await guest_writes(shop, "Noor")
    console = await browsing.console(shop)
    await console.open("this is Noor")
    await console.page.get_by_test_id("files").set_input_files(
        {"name": "broken.png", "mimeType": "image/png", "buffer": samples.picture("PNG")[:60]}
    )
    await expect(console.page.get_by_role("alert")).to_contain_text("damaged")
    await expect(console.page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await console.page.get_by_role("button", name="Leave out broken.png").click()
    await console.send("Never mind")
    await expect(console.message("Never mind")).to_be_visible()
