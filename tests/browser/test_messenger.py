"""Members write to one another in real browsers: offline, over killed tabs, in two tabs and on two devices."""

import asyncio
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Route, expect
from tests.browser.looks import LOOKS, findings
from tests.browser.members import ANN, Two, entered
from tests.browser.messenger import Messenger
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GUEST = "hana"
"""Somebody of the demo who has a mail address."""
OFFLINE = r"ERR_INTERNET_DISCONNECTED"
AWAY = r"ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|WebSocket"
HOSTILE = "<img src=x onerror=\"document.title='stolen'\"><script>document.title='stolen'</script> javascript:alert(1)"
NARROW = {"width": 320, "height": 640}


async def test_two_members_talk(two: Two) -> None:
    ann, ben = two.ann, two.ben
    await ben.write("I am. What a morning!")
    await expect(ann.line("What a morning!")).to_be_visible()
    await expect(ben.line("What a morning!")).to_contain_text("Read")
    await ann.act("What a morning!", "❤️")
    await expect(ben.line("What a morning!").get_by_role("button", name="❤️ Ann")).to_be_visible()
    await ann.act("What a morning!", "Reply")
    await ann.write("It is.")
    await expect(ben.line("It is.").get_by_role("button", name="What a morning!")).to_be_visible()
    await ann.field.press("ArrowUp")
    await ann.write("It is indeed.")
    await expect(ben.line("It is indeed.")).to_contain_text("edited")
    await ben.field.press_sequentially("I")
    await expect(ann.page.get_by_text("is writing …").first).to_be_visible()
    await ann.act("It is indeed.", "Withdraw it")
    await ann.page.get_by_role("button", name="Yes, withdraw it").click()
    await expect(ben.line("This message was withdrawn")).to_be_visible()
    await expect(ben.line("It is indeed.")).to_have_count(0)


async def test_what_is_written_offline_goes_out_once_and_in_order_though_the_tab_is_killed(
    browsing: "Browsing", two: Two, shop: Demo
) -> None:
    browsing.watch.forgive(OFFLINE, "WebSocket")
    context = two.ann.page.context
    await context.set_offline(offline=True)
    texts = [f"From the tunnel {number}" for number in range(5)]
    for text in texts:
        await two.ann.write(text)
    await expect(two.ann.line(texts[-1])).to_contain_text("Waiting")
    await expect(two.ann.page.get_by_text("What you wrote is kept here").last).to_be_visible()
    await two.ann.page.close()

    # Without a network the page itself opens, with what it keeps.
    again = Messenger(await context.new_page(), shop)
    await again.thread(two.thread)
    await expect(again.line("Are you there?").first).to_be_visible()
    await expect(again.line(texts[-1])).to_contain_text("Waiting")

    await context.set_offline(offline=False)
    await expect(two.ben.line(texts[-1])).to_be_visible()
    assert [text for text in await two.ben.texts() if text.startswith("From the tunnel")] == texts
    await expect(again.line(texts[-1])).to_contain_text("Read")
    assert [text for text in await again.texts() if text.startswith("From the tunnel")] == texts


async def test_two_tabs_share_one_line_and_the_second_takes_over(two: Two, shop: Demo) -> None:
    first = two.ann
    second = Messenger(await first.page.context.new_page(), shop)
    await second.thread(two.thread)
    await second.write("From the second tab")
    await expect(two.ben.line("From the second tab")).to_have_count(1)
    await expect(first.line("From the second tab")).to_have_count(1)
    await expect(second.line("From the second tab")).to_have_count(1)
    held = await second.page.evaluate(
        "navigator.locks.query().then(({ held, pending }) => [held.length, pending.length])"
    )
    assert held == [1, 1]
    await first.page.close()
    await two.ben.write("To whichever is left")
    await expect(second.line("To whichever is left")).to_be_visible()
    await second.write("It is I")
    await expect(two.ben.line("It is I")).to_have_count(1)


async def test_two_devices_of_one_member_show_the_same(browsing: "Browsing", two: Two, shop: Demo) -> None:
    phone = Messenger(await browsing.page(viewport=NARROW), shop)
    await phone.sign_in(ANN)
    await phone.thread(two.thread)
    await expect(phone.line("Are you there?").first).to_be_visible()
    await two.ann.write("From the computer")
    await expect(phone.line("From the computer")).to_have_count(1)
    await phone.write("From the phone")
    await expect(two.ann.line("From the phone")).to_have_count(1)
    await expect(two.ben.line("From the phone")).to_have_count(1)
    await two.ann.field.fill("Begun here")
    await phone.open("#/list")
    await two.ann.open("#/list")
    await expect(phone.page.get_by_text("Draft: Begun here")).to_be_visible()


async def test_a_hub_that_is_killed_loses_nothing_and_says_nothing_twice(
    browsing: "Browsing", two: Two, shop: Demo
) -> None:
    browsing.watch.forgive(AWAY, r"^50[0-9] ", OFFLINE)
    before = shop.kill_hub()
    texts = [f"While it was down {number}" for number in range(3)]
    for text in texts:
        await two.ann.write(text)
    await shop.another("hub", before)
    await shop.ready()
    await expect(two.ben.line(texts[-1])).to_be_visible(timeout=60_000)
    assert [text for text in await two.ben.texts() if text.startswith("While it was down")] == texts
    await expect(two.ann.line(texts[-1])).to_contain_text("Read")


async def test_pictures_and_files(two: Two) -> None:
    await two.ann.page.locator("input[type=file]").set_input_files(
        [
            {"name": "bay.png", "mimeType": "image/png", "buffer": _picture()},
            {"name": "prices.txt", "mimeType": "text/plain", "buffer": b"Blue: 12\n" * 400},
        ]
    )
    await two.ann.write("The bay, and what it costs")
    line = two.ben.line("The bay, and what it costs")
    await expect(line.get_by_role("button", name="Picture")).to_be_visible()
    await expect(line.get_by_role("link", name="prices.txt")).to_be_visible()
    await line.get_by_role("button", name="Picture").click()
    viewer = two.ben.page.get_by_role("dialog", name="Pictures")
    await expect(viewer.get_by_role("img")).to_be_visible()
    width = await viewer.get_by_role("img").evaluate(
        "(picture) => picture.decode().then(() => picture.naturalWidth)"
    )
    assert width == PICTURE_PX
    await two.ben.page.keyboard.press("Escape")
    await expect(viewer).to_be_hidden()


async def test_what_people_write_is_text(two: Two) -> None:
    await two.ann.write(HOSTILE)
    await two.ann.write("x" * 3_000)
    await expect(two.ben.line("<img src=x")).to_have_count(1)
    await expect(two.ben.line("x" * 3_000)).to_be_visible()
    for member in (two.ann, two.ben):
        assert await member.line("<img src=x").locator("img, script").count() == 0
        assert "stolen" not in await member.page.title()
        assert await member.page.get_by_role("log").locator("a[href^=javascript]").count() == 0
        assert await member.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_groups(two: Two) -> None:
    page = two.ann.page
    await two.ann.open("#/new")
    await page.get_by_role("button", name="New group").click()
    await page.get_by_label("Name of the group").fill("Swimming on Sundays")
    await page.get_by_role("main").get_by_role("button", name="Ben").click()
    await page.get_by_role("button", name="Make the group").click()
    await expect(page.get_by_role("main").get_by_role("heading", name="Swimming on Sundays")).to_be_visible()
    await two.ann.write("Shall we?")
    await two.ben.open("#/list")
    await two.ben.conversations.get_by_role("link", name="Swimming on Sundays").click()
    await expect(two.ben.line("Shall we?")).to_be_visible()
    await page.get_by_label("About this conversation").click()
    await page.get_by_role("button", name="Rename").click()
    await page.get_by_label("Name of the group").fill("Swimming at dawn")
    await page.get_by_role("button", name="Save").click()
    await expect(two.ben.page.get_by_role("heading", name="Swimming at dawn").first).to_be_visible()
    await two.ben.page.get_by_label("About this conversation").click()
    await two.ben.page.get_by_role("button", name="Leave the group").click()
    await two.ben.page.get_by_role("button", name="Yes, leave").click()
    await two.ben.open("#/list")
    await page.get_by_label("Back to the conversation").click()
    await expect(two.ann.lines.filter(has_text="left")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
async def test_the_messenger_looks_right(browsing: "Browsing", shop: Demo, pictures: Path, look: str) -> None:
    ann = Messenger(await browsing.page(bypass_csp=True, **LOOKS[look]), shop)
    await ann.open()
    await ann.page.get_by_label("Your email address").wait_for()
    found = await findings(ann.page, pictures, "messenger-welcome", look)
    ann = await entered(browsing, shop, ANN, "Ann", bypass_csp=True, **LOOKS[look])
    for place in ("list", "new", "search", "settings"):
        await ann.open(f"#/{place}")
        await ann.page.locator("header.bar:visible").first.wait_for()
        found += await findings(ann.page, pictures, f"messenger-{place}", look)
    await ann.open("#/t/business:web")
    await ann.write("Do you post to Ghent?")
    await expect(ann.line("Do you post to Ghent?").last).to_contain_text("Safe with us")
    found += await findings(ann.page, pictures, "messenger-thread", look)
    await ann.lines.last.focus()
    await ann.lines.last.press("Enter")
    await ann.page.get_by_role("dialog").wait_for()
    found += await findings(ann.page, pictures, "messenger-actions", look)
    assert found == []


PICTURE_PX = 24


def _picture() -> bytes:
    """A small square of one colour, as PNG."""
    rows = b"".join(b"\0" + b"\x20\x80\x70" * PICTURE_PX for _ in range(PICTURE_PX))

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", PICTURE_PX, PICTURE_PX, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    )


async def test_a_guest_who_adds_an_address_keeps_what_was_said(browsing: "Browsing", shop: Demo) -> None:
    guest = Messenger(await browsing.page(viewport=NARROW), shop)
    await guest.open("web")
    await guest.write("Before I had an account")
    await expect(guest.line("Before I had an account")).to_contain_text("Safe with us")
    await guest.open("web#/settings")
    await guest.page.get_by_role("link", name="Add my email address").click()
    await guest.sign_in(GUEST, "Hana")
    await guest.open("#/t/business:web")
    await expect(guest.line("Before I had an account")).to_have_count(1)
    await guest.write("And now that I have one")
    await expect(guest.line("And now that I have one")).to_contain_text("Safe with us")


async def test_a_private_link_is_followed_once_and_leaves_the_address_bar(
    browsing: "Browsing", shop: Demo
) -> None:
    visitor = Messenger(await browsing.page(), shop)
    await visitor.open("web?c=not-good-any-more")
    await visitor.write("Hello again")
    await expect(visitor.line("Hello again")).to_contain_text("Safe with us")
    assert "c=" not in visitor.page.url


async def test_what_is_written_before_the_script_has_come_is_kept_and_sent_once(
    browsing: "Browsing", shop: Demo
) -> None:
    visitor = Messenger(await browsing.page(viewport=NARROW), shop)
    context = visitor.page.context
    is_here = asyncio.Event()

    async def later(route: Route) -> None:
        await is_here.wait()
        await route.continue_()

    await context.route("**/chat/assets/index-*.js", later)
    await visitor.page.goto(f"{shop.addresses['hub']}/chat/web", wait_until="commit")
    await visitor.write("Written at once")
    opening = visitor.page.locator("#opening")
    await expect(opening.get_by_text("Written at once")).to_be_visible()
    await expect(opening.get_by_role("status")).to_contain_text("Waiting")
    await visitor.page.close()

    again = Messenger(await context.new_page(), shop)
    await again.page.goto(f"{shop.addresses['hub']}/chat/web", wait_until="commit")
    await again.write("And a second time")
    await again.field.press_sequentially("half a sen")
    await again.field.press("ArrowLeft")
    is_here.set()
    await expect(again.line("And a second time")).to_contain_text("Safe with us")
    assert await again.texts() == ["Written at once", "And a second time"]
    await again.page.keyboard.type("X")
    await expect(again.field).to_have_value("half a seXn")
