"""Two members of the messenger, each on a device of their own, in a thread that both have open."""

from typing import TYPE_CHECKING, Any

from playwright.async_api import expect
from tests.browser.messenger import Messenger
from tests.scenarios.demo import Demo

if TYPE_CHECKING:
    from tests.browser.conftest import Browsing

ANN = "chiara"
BEN = "dev"
"""People of the demo who have a mail address."""


class Two:
    def __init__(self, ann: Messenger, ben: Messenger, thread: str) -> None:
        self.ann = ann
        self.ben = ben
        self.thread = thread


async def entered(browsing: "Browsing", shop: Demo, person: str, name: str, **look: Any) -> Messenger:
    """A device of a member: signed in for real the first time, with the same session from then on."""
    known = browsing.kept_of(person)
    member = Messenger(await browsing.page(**({"storage_state": known} if known else {}), **look), shop)
    if not known:
        await member.sign_in(person, name)
        browsing.keep_of(person, await member.page.context.storage_state())
    return member


async def talking(browsing: "Browsing", shop: Demo) -> Two:
    ann = await entered(browsing, shop, ANN, "Ann")
    ben = await entered(browsing, shop, BEN, "Ben")
    thread = await ann.write_to(BEN)
    await ann.write("Are you there?")
    await ben.thread(thread)
    await expect(ben.line("Are you there?").last).to_be_visible()
    if await ben.page.get_by_role("button", name="Accept").is_visible():
        await ben.accept()
    return Two(ann, ben, thread)
