"""Words go where the reader sees them go: while a conversation is being opened, and when the hub answers late."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, Route, expect
from tests.browser.members import BEN, Two

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

BEGUN = "Half a sentence, and the other"


class Held:
    """Calls of the hub that are not let through before ``let_go``; each says what it asks for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._gates: list[asyncio.Event] = []

    async def hold(self, route: Route) -> None:
        if route.request.method == "GET":
            await route.continue_()
            return
        gate = asyncio.Event()
        self.asked.append(route.request.post_data or "")
        self._gates.append(gate)
        await gate.wait()
        await route.continue_()

    def let_go(self, number: int = -1) -> None:
        for gate in self._gates if number < 0 else self._gates[number : number + 1]:
            gate.set()


@asynccontextmanager
async def held(page: Page, path: str) -> AsyncIterator[Held]:
    holding = Held()
    await page.route(path, holding.hold)
    try:
        yield holding
    finally:
        holding.let_go()
        await page.unroute(path)


async def test_while_a_conversation_is_opened_there_is_no_other_to_write_into(two: Two) -> None:
    page = two.ann.page
    await two.ann.thread("business:web")
    await two.ann.field.fill("Nothing that is meant for you")
    await page.get_by_label("New conversation").click()
    await expect(two.ann.field).to_have_count(0)
    async with held(page, "**/direct/v1/threads") as calls:
        await page.get_by_label("Name or handle").fill(BEN)
        await page.get_by_role("main").get_by_role("button", name=f"@{BEN}").click()
        await expect(page.get_by_text("Opening the conversation with Ben")).to_be_visible()
        await page.keyboard.type("Too early")
        await expect(two.ann.field).to_have_count(0)
        calls.let_go()
        await expect(page.get_by_role("main").get_by_role("heading", name="Ben")).to_be_visible()
    await expect(two.ann.field).to_be_focused()
    await expect(two.ann.field).to_have_value("")
    await two.ann.thread("business:web")
    await expect(two.ann.field).to_have_value("Nothing that is meant for you")
    await two.ann.field.fill("")


async def test_of_two_that_are_begun_the_last_is_shown_and_stays(two: Two) -> None:
    page = two.ann.page
    await two.ann.open("#/new")
    async with held(page, "**/direct/v1/threads") as calls:
        await page.get_by_role("main").get_by_role("button", name="Ben").click()
        await expect(page.get_by_text("Opening the conversation with Ben")).to_be_visible()
        await page.get_by_role("button", name="New group").click()
        await page.get_by_label("Name of the group").fill("Thought better of it")
        await page.get_by_role("main").get_by_role("button", name="Ben").click()
        await page.get_by_role("button", name="Make the group").click()
        await expect(page.get_by_text("Opening the conversation with Thought better")).to_be_visible()
        async with page.expect_response("**/direct/v1/threads"):
            calls.let_go(1)
        title = page.get_by_role("main").get_by_role("heading", name="Thought better of it")
        await expect(title).to_be_visible()
        await two.ann.field.press_sequentially(BEGUN[:10])
        async with page.expect_response("**/direct/v1/threads"):
            calls.let_go(0)
        await page.keyboard.type(BEGUN[10:])
    await expect(two.ann.field).to_have_value(BEGUN)
    await expect(title).to_be_visible()
    assert len(calls.asked) == 2


async def test_who_goes_elsewhere_while_it_is_opened_stays_there_with_what_they_write(two: Two) -> None:
    page = two.ann.page
    await two.ann.open("#/new")
    async with held(page, "**/direct/v1/threads") as calls:
        await page.get_by_label("Name or handle").fill(BEN)
        await page.get_by_role("main").get_by_role("button", name=f"@{BEN}").click()
        await two.ann.conversations.get_by_role("link", name="Kelp & Co").click()
        await two.ann.field.fill("")
        await two.ann.field.press_sequentially(BEGUN[:10])
        async with page.expect_response("**/direct/v1/threads"):
            calls.let_go()
        await page.keyboard.type(BEGUN[10:])
    await expect(two.ann.field).to_have_value(BEGUN)
    await expect(page.get_by_role("main").get_by_role("heading", name="Kelp & Co")).to_be_visible()
    await two.ann.field.fill("")


async def test_leaving_a_group_takes_nobody_away_from_where_they_went_meanwhile(two: Two) -> None:
    page = two.ann.page
    await two.ann.open("#/new")
    await page.get_by_role("button", name="New group").click()
    await page.get_by_label("Name of the group").fill("Soon left")
    await page.get_by_role("main").get_by_role("button", name="Ben").click()
    await page.get_by_role("button", name="Make the group").click()
    await expect(page.get_by_role("main").get_by_role("heading", name="Soon left")).to_be_visible()
    await page.get_by_label("About this conversation").click()
    await page.get_by_role("button", name="Leave the group").click()
    async with held(page, "**/direct/v1/threads/*/members/*") as calls:
        await page.get_by_role("button", name="Yes, leave").click()
        await two.ann.conversations.get_by_role("link", name="Kelp & Co").click()
        await two.ann.field.fill("")
        await two.ann.field.press_sequentially(BEGUN[:10])
        async with page.expect_response("**/direct/v1/threads/*/members/*"):
            calls.let_go()
        await page.keyboard.type(BEGUN[10:])
    await expect(two.ann.field).to_have_value(BEGUN)
    assert two.ann.thread_id() == "business%3Aweb"
    await expect(two.ann.conversations.get_by_role("link", name="Kelp & Co")).to_be_visible()
    await two.ann.field.fill("")
