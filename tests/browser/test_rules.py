"""Rules: made, tried, and seen at work in the thread and on the phone."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_rule_is_made_tried_and_answers_a_person_once(browsing: "Browsing", shop: Demo) -> None:
    browsing.watch.forgive("422 POST /api/v1/rules$")
    label = await shop.api("POST", "/labels", {"name": "Gift wrap", "colour": "violet"})
    console = await browsing.console(shop)
    page = console.page
    await console.set("automation")
    await page.get_by_role("button", name="Make a rule").click()
    form = page.get_by_role("form", name="A new rule")
    await form.get_by_label("Name").fill("Gift wrap")
    await form.get_by_label("It has one of these words").fill("gift wrap, Geschenkpapier")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("Say what is to be done")).to_be_visible()
    await expect(form.get_by_label("It has one of these words")).to_have_value("gift wrap, Geschenkpapier")
    await form.get_by_role("group", name="Add labels").get_by_label("Gift wrap").check()
    await form.get_by_label("Answer").fill("Yes, we wrap it. ")
    await form.get_by_role("button", name="the business").click()
    await form.get_by_role("button", name="Save").click()
    rule = page.get_by_test_id("rule").filter(has_text="Gift wrap")
    await expect(rule).to_contain_text("it says one of “gift wrap”, “Geschenkpapier”")
    await expect(rule).to_contain_text("never acted yet")

    await page.get_by_label("As if somebody wrote").fill("Do you GIFT  wrap?")
    await page.get_by_role("button", name="See what would happen").click()
    await expect(page.get_by_test_id("would-do")).to_contain_text("Yes, we wrap it. Kelp & Co")

    await shop.write("hana", "Can you gift wrap the teapot?")
    await shop.write("hana", "In gift wrap with stars, I mean")

    async def answered() -> list[str]:
        return [
            each["text"] for each in await shop.phone("hana", "instagram") if "we wrap it" in each["text"]
        ]

    assert await shop.until(answered, 30, "the rule's answer on the phone") == ["Yes, we wrap it. Kelp & Co"]
    await console.go("inbox")
    await console.open("we wrap it")
    await expect(page.get_by_text("The rule “Gift wrap” added “Gift wrap”")).to_be_visible()
    await expect(page.get_by_test_id("message").filter(has_text="Yes, we wrap it.")).to_have_count(1)
    await expect(console.row("we wrap it")).to_contain_text("Gift wrap")

    await console.set("automation")
    await expect(rule).to_contain_text("acted on 2 messages")
    await rule.get_by_role("switch").click()
    await expect(page.get_by_text("“Gift wrap” is off.")).to_be_visible()
    await page.get_by_role("button", name="See what would happen").focus()
    await page.get_by_label("As if somebody wrote").fill("gift wrap")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("No rule acts on it.")).to_be_visible()
    await rule.get_by_role("button", name="Remove").click()
    await rule.get_by_role("button", name="really").click()
    await expect(page.get_by_text("“Gift wrap” is gone.")).to_be_visible()
    await shop.api("DELETE", f"/labels/{label['id']}")


@pytest.mark.parametrize("look", LOOKS)
async def test_how_it_looks(browsing: "Browsing", shop: Demo, pictures: Path, look: str) -> None:
    rules = [
        await shop.api(
            "POST",
            "/rules",
            {"name": name, "when": when, "then": {"reply": reply}, "enabled": reply != "Off"},
        )
        for name, when, reply in (
            ("When we are closed", {"hours": "closed"}, "Hello {{first_name}}, we read it soon. {{hours}}."),
            ("<b>" + "Donaudampfschiff" * 3, {"words": ["refund", "money back"], "first": True}, "Off"),
        )
    ]
    console = await browsing.console(shop, bypass_csp=True, **LOOKS[look])
    await console.set("automation")
    await expect(console.page.get_by_test_id("rule")).to_have_count(2)
    found = await findings(console.page, pictures, "rules", look)
    await console.page.get_by_role("button", name="Make a rule").click()
    found += await findings(console.page, pictures, "rules-form", look)
    for each in rules:
        await shop.api("DELETE", f"/rules/{each['id']}")
    assert found == []
