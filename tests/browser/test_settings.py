"""The console's settings: people, teams, canned replies, one's own password; and drafts on two devices."""

from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.async_api import Locator, Page, Response, expect
from tests.browser.looks import LOOKS, findings
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_somebody_is_let_in_and_signs_in_with_the_password_that_was_shown(
    browsing: "Browsing", shop: Demo
) -> None:
    browsing.watch.forgive("409 POST /api/v1/agents$", "401 .* /api/v1/")
    console = await browsing.console(shop)
    page = console.page
    await console.set("people")
    await page.get_by_label("Name").fill("Noor")
    await page.get_by_label("Email").fill(shop.addresses["email"])
    await page.get_by_role("button", name="Let in").click()
    await expect(page.get_by_text("may sign in already")).to_be_visible()
    await expect(page.get_by_label("Name")).to_have_value("Noor")
    await page.get_by_label("Email").fill("noor@kelp.example")
    await page.get_by_role("button", name="Let in").click()
    password = await page.get_by_test_id("shown-once").locator("code").inner_text()
    person = page.get_by_test_id("person").filter(has_text="noor@kelp.example")
    await expect(person).to_contain_text("Agent")

    noor = await browsing.page()
    await noor.goto(shop.addresses["console"])
    await noor.get_by_label("Email").fill("noor@kelp.example")
    await noor.get_by_label("Password").fill(password)
    await noor.get_by_role("button", name="Sign in").click()
    await expect(noor.get_by_test_id("conversations")).to_be_visible()
    await noor.goto(f"{shop.addresses['console']}#/settings/people")
    await expect(noor.get_by_text("Only an owner changes")).to_be_visible()

    await person.get_by_role("button", name="Change Noor").click()
    await page.get_by_label("Capacity").fill("7")
    await page.get_by_role("button", name="Save").click()
    await expect(person).to_contain_text("of 7")
    await person.get_by_role("button", name="Remove Noor").click()
    await person.get_by_role("button", name="Remove Noor, really").click()
    await expect(person).to_have_count(0)
    await noor.reload()
    await expect(noor.get_by_role("button", name="Sign in")).to_be_visible()


async def test_teams_labels_and_canned_replies_are_made_and_kept_on_a_refusal(
    browsing: "Browsing", shop: Demo
) -> None:
    browsing.watch.forgive("409 POST /api/v1/teams$", "422 POST /api/v1/canned-replies$")
    console = await browsing.console(shop)
    page = console.page
    await console.set("teams")
    await page.get_by_role("button", name="Make a team").click()
    await page.get_by_role("textbox", name="Name").fill("Post")
    await page.get_by_role("checkbox", name="Email").check()
    await page.get_by_role("checkbox", name="Mara").check()
    await page.get_by_role("radio", name="By load").check()
    await page.get_by_role("button", name="Save").click()
    team = page.get_by_test_id("team").filter(has_text="Post")
    await expect(team).to_contain_text("By load")
    await page.get_by_role("button", name="Make a team").click()
    await expect(page.get_by_role("checkbox", name="Email")).to_be_disabled()
    await page.get_by_role("textbox", name="Name").fill("Post")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("There is a team “Post” already")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Name")).to_have_value("Post")
    await page.get_by_role("button", name="Leave as it was").click()
    await team.get_by_role("button", name="Dissolve Post").click()
    await team.get_by_role("button", name="Dissolve Post, really").click()
    await expect(team).to_have_count(0)

    await console.set("canned")
    await page.get_by_role("button", name="Write one").click()
    await page.get_by_label("Shortcut").fill("two words")
    await page.get_by_label("Text").fill("Hello ")
    await page.get_by_role("button", name="their first name").click()
    await expect(page.get_by_text("Hello Ann", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("one word of letters")).to_be_visible()
    await page.get_by_label("Shortcut").fill("greet")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_test_id("canned").filter(has_text="/greet")).to_contain_text("never used yet")


def _kept(answer: Response) -> bool:
    return answer.request.method == "PUT" and answer.url.endswith("/draft") and answer.ok


async def test_a_draft_follows_to_another_device_and_is_never_written_over(
    browsing: "Browsing", shop: Demo
) -> None:
    browsing.watch.forgive("409 PUT .*/draft$")
    await shop.write("freya", "Do the lids fit the jars?")
    desk = await browsing.console(shop)
    await desk.open("Do the lids fit")
    async with desk.page.expect_response(_kept):
        await desk.reply.fill("Dear Freya, ")
    phone = await browsing.console(shop)
    await phone.open("Do the lids fit")
    await expect(phone.reply).to_have_value("Dear Freya, ")
    async with phone.page.expect_response(_kept):
        await phone.reply.fill("Dear Freya, from the train")
    await desk.reply.fill("Dear Freya, at the desk")
    other = desk.page.get_by_test_id("other-draft")
    await expect(other).to_contain_text("from the train")
    await expect(desk.reply).to_have_value("Dear Freya, at the desk")
    await other.get_by_role("button", name="Go on with that").click()
    await expect(desk.reply).to_have_value("Dear Freya, from the train")
    await desk.reply.fill("")


async def _connect(page: Page, spare: dict[str, str], secret: str) -> None:
    """Connect the account that the shop has and the hub does not know, with this secret."""
    await page.get_by_role("link", name="Instagram", exact=True).click()
    await page.get_by_label("Account id").fill(spare["account_id"])
    await page.get_by_label("Access token").fill(spare["token"])
    await page.get_by_label("App secret").fill(secret)
    await page.get_by_label("Short name").fill("market")
    await page.get_by_text("More settings").click()
    await page.get_by_label("Address of the platform").fill("graph.instagram.example")
    await page.get_by_role("button", name="Save and check").click()
    await expect(page.get_by_text("base_url: this has the wrong form")).to_be_visible()
    await expect(page.get_by_label("Access token")).to_have_value(spare["token"])
    await page.get_by_label("Address of the platform").fill(spare["base_url"])
    await page.get_by_role("button", name="Save and check").click()


async def _tell_meta(account: Locator, hook: str, token: str) -> None:
    await account.get_by_label("Callback address").fill(hook)
    await account.get_by_label("Verify token").fill(token)
    await account.get_by_role("button", name="Verify and save").click()


async def test_a_channel_is_connected_with_a_wrong_secret_and_mended(
    browsing: "Browsing", shop: Demo, pictures: Path
) -> None:
    spare = shop.addresses["spare"]
    browsing.watch.forgive("422 POST /api/v1/channels$")
    console = await browsing.console(shop)
    page = console.page
    await console.set("channels")
    await _connect(page, spare, "copied-from-the-wrong-app")
    live = page.get_by_test_id("live-check")
    await expect(live).to_contain_text("Signed in as kelpmarket")
    await expect(live).to_contain_text("The webhooks are subscribed")
    await expect(live).to_contain_text("has not asked for the verify token yet")
    codes = page.locator("section code")
    hook, token = await codes.nth(0).inner_text(), await codes.nth(1).inner_text()

    developers = await browsing.page()
    await developers.goto(shop.addresses["developers"])
    account = developers.get_by_test_id("developer-account").filter(has_text="kelpmarket")
    await _tell_meta(account, hook, "not this one")
    await expect(account).to_contain_text("The address answered 403")
    await expect(live).to_contain_text("verify token that is not the one which stands here")
    await _tell_meta(account, hook, token)
    await expect(account).to_contain_text("Verified and saved")
    await account.get_by_role("button", name="Send a test").click()
    await expect(account).to_contain_text("The address answered 401")

    await expect(live).to_contain_text("The signature of Meta's call does not match")
    await expect(live).to_contain_text("Not working yet")
    assert await findings(page, pictures, "settings-wrong-secret", "wide") == []
    await live.get_by_label("App secret, the right one").fill(spare["app_secret"])
    await live.get_by_role("button", name="Save and look again").click()
    await expect(live).to_contain_text("No call of Meta came since this was changed")
    await account.get_by_role("button", name="Send a test").click()
    await expect(account).to_contain_text("The address answered 200")
    await expect(live).to_contain_text("its signature is right")
    await expect(live).to_contain_text("Everything works")
    assert await findings(page, pictures, "settings-mended", "wide") == []
    await page.reload()
    await expect(live).to_contain_text("Everything works")
    for secret in (token, spare["app_secret"], spare["token"]):
        assert secret not in await page.content()
    await page.get_by_role("button", name="Disconnect instagram:market").click()
    await page.get_by_role("button", name="Disconnect instagram:market, really").click()
    await expect(page.get_by_role("link", name="Instagram", exact=True)).to_be_visible()


async def test_a_token_is_shown_once_works_and_is_revoked_and_the_log_tells_of_it(
    browsing: "Browsing", shop: Demo
) -> None:
    console = await browsing.console(shop)
    page = console.page
    await console.set("tokens")
    await page.get_by_label("For which program").fill("Night report")
    await page.get_by_role("button", name="Make it").click()
    secret = await page.get_by_test_id("shown-once").locator("code").inner_text()
    token = page.get_by_test_id("token").filter(has_text="Night report")
    await expect(token).to_contain_text("never used")
    async with httpx.AsyncClient(base_url=shop.addresses["api"]) as client:
        bearer = {"authorization": f"Bearer {secret}"}
        assert (await client.get("/me", headers=bearer)).json()["scopes"] == ["read"]
        await token.get_by_role("button", name="Revoke Night report").click()
        await token.get_by_role("button", name="Revoke Night report, really").click()
        await expect(token).to_contain_text("revoked")
        assert (await client.get("/me", headers=bearer)).status_code == 401

    await console.set("audit")
    await page.get_by_label("About").select_option("API tokens")
    newest = page.get_by_test_id("audit-entry").first
    await expect(newest).to_contain_text("token: revoked")
    await expect(newest).to_contain_text("by Mara")
    assert secret not in await page.content()
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Export as CSV").click()
    table = _text_of(await (await waiting.value).path())
    assert "token.created" in table
    assert "sign_in" not in table
    assert secret not in table


def _text_of(path: Path) -> str:
    return path.read_text("utf-8")


async def test_what_only_the_file_says_is_shown_with_where_to_change_it(
    browsing: "Browsing", shop: Demo
) -> None:
    browsing.watch.forgive("422 POST /api/v1/alerts/test$")
    console = await browsing.console(shop)
    await console.set("retention")
    await expect(console.page.get_by_text("audit_days")).to_be_visible()
    await expect(console.page.get_by_text("HOLDFAST_RETENTION__EVENT_DAYS")).to_be_visible()
    await console.set("alerts")
    await console.page.get_by_role("button", name="Send a test alert").click()
    await expect(console.page.get_by_text("alerts.urls is empty")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
async def test_every_subject_can_be_read_and_used_by_everyone(
    browsing: "Browsing", shop: Demo, pictures: Path, look: str
) -> None:
    console = await browsing.console(shop, **LOOKS[look])
    found = []
    for subject in (
        "channels",
        "channels/instagram%3Ashop",
        "channels/new-email",
        "people",
        "teams",
        "targets",
        "labels",
        "canned",
        "account",
        "tokens",
        "audit",
        "chat",
        "hub",
    ):
        await console.set(subject)
        found += await findings(console.page, pictures, f"settings-{subject.replace('/', '-')}", look)
    assert found == []
