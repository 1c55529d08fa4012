"""Where visitors of the status page ask to be told, confirm it and leave, and where people of the team end their weekly
summary: forms and links, no script, no cookies.

No answer tells whether an address is known. Links ask for a press of a button: programs that look into mails open
links, but press nothing.
"""

import hashlib
from typing import Any, Final
from urllib.parse import parse_qsl, quote

import msgspec

from holdfast.figures.weekly import Weekly
from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.status.pages import environment
from holdfast.status.subscribers import Kind, SubscriptionRefusedError, Subscriptions
from holdfast.storage import StoreUnavailableError
from holdfast.web.asgi import (
    HTML,
    ClientGoneError,
    Receive,
    Scope,
    Send,
    TooLargeError,
    TooSlowError,
    answer,
    client_address,
    query_of,
    read_body,
)
from holdfast.web.static_files import PAGE_HEADERS

PREFIX: Final = "/subscriptions"
CONFIRM: Final = f"{PREFIX}/confirm"
LEAVE: Final = f"{PREFIX}/leave"
WEEKLY: Final = f"{PREFIX}/weekly"
STYLE: Final = f"{PREFIX}/style.css"
BODY_BYTES_MAX: Final = 16 * 1024
BODY_SECONDS: Final = 10.0
FIELDS_MAX: Final = 120
TOKEN_CHARACTERS_MAX: Final = 200
OF_ADDRESS: Final = Rate(burst=10, per_second=1 / 60)
OF_ALL: Final = Rate(burst=500, per_second=1)
"""Each of them makes us write to somebody who may not have asked."""

_NO_STORE: Final = ("cache-control", "no-store")
_ASKED: Final = {
    Kind.EMAIL: "We have sent a mail with a link. When you open it and press its button, we tell you of changes. "
    "Nothing came? Look among unwanted mail, or ask again in ten minutes.",
    Kind.WEBHOOK: "We are sending the challenge. As soon as it is answered, changes are posted to that address.",
}


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A page in a few words, with a button where something is left to press."""

    status: int = 200
    title: str
    lead: str
    button: str = ""
    action: str = ""


TOO_MANY: Final = Said(status=429, title="Too many ask from here", lead="Please try again in a minute.")
AWAY: Final = Said(
    status=503,
    title="This could not be kept now",
    lead="Please try again in a minute; nothing has taken effect.",
)
BAD_LINK: Final = Said(
    status=404,
    title="This link is not a good one",
    lead="It may be cut short, or too old: links hold for a week. Ask again on the status page.",
)
CONFIRMED: Final = Said(title="We will tell you", lead="Each mail has a link that ends it.")
LEFT: Final = Said(title="We write no more", lead="Your address is forgotten here.")
NO_MORE_WEEKLY: Final = Said(
    title="No more weekly summaries", lead="Under Reports in the console they can be had again."
)
NOT_YOURS: Final = Said(
    status=404,
    title="This link is not a good one",
    lead="It may be cut short. Under Reports in the console you can end the weekly summary, too.",
)
_QUESTIONS: Final = {
    CONFIRM: ("Do you want updates?", "Yes, tell me"),
    LEAVE: ("No more updates?", "No more, please"),
    WEEKLY: ("No more weekly summaries?", "No more, please"),
}
"""(title, button) of what a link asks."""
NOTHING: Final = Said(status=404, title="There is nothing at this address", lead="See the status page.")


class SubscriptionDesk:
    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        clock: Clock,
        business: str,
        status_url: str,
        now_url: str,
        weekly: Weekly | None = None,
    ) -> None:
        self._subscriptions = subscriptions
        self._weekly = weekly
        self._business = business
        self._status_url = status_url
        self._now_url = now_url
        self._of_address = Buckets(clock, OF_ADDRESS)
        self._of_all = Buckets(clock, OF_ALL)
        self._templates = environment()
        loader = self._templates.loader
        self._style = loader.get_source(self._templates, "status.css")[0].encode() if loader else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].rstrip("/")
        if path == STYLE and scope["method"] in {"GET", "HEAD"}:
            kept = (("cache-control", "public, max-age=86400"),)
            await answer(send, 200, self._style, "text/css; charset=utf-8", kept)
            return
        try:
            said = await self._say(scope, receive, path)
        except ClientGoneError:
            return
        except SubscriptionRefusedError as error:
            said = Said(status=422, title="That cannot be taken", lead=str(error))
        except StoreUnavailableError:
            said = AWAY
        await answer(send, said.status, self._page(said), HTML, (*PAGE_HEADERS, _NO_STORE))

    async def _say(self, scope: Scope, receive: Receive, path: str) -> Said:
        token = query_of(scope).get("t", "")[:TOKEN_CHARACTERS_MAX]
        match scope["method"], path:
            case "POST", "/subscriptions":
                return await self._ask(scope, receive)
            case "POST", "/subscriptions/confirm":
                return CONFIRMED if await self._subscriptions.confirm(token) else BAD_LINK
            case "POST", "/subscriptions/leave":
                return LEFT if await self._subscriptions.leave(token) else BAD_LINK
            case "POST", "/subscriptions/weekly":
                return NO_MORE_WEEKLY if await self._leave_weekly(token) else NOT_YOURS
        return _question(path, token) if path in _QUESTIONS else NOTHING

    async def _leave_weekly(self, token: str) -> bool:
        return self._weekly is not None and await self._weekly.leave(token)

    async def _ask(self, scope: Scope, receive: Receive) -> Said:
        if self._of_address.take(client_address(scope)) or self._of_all.take(""):
            return TOO_MANY
        try:
            body = await read_body(scope, receive, bytes_max=BODY_BYTES_MAX, seconds=BODY_SECONDS)
            fields = parse_qsl(body.decode(), max_num_fields=FIELDS_MAX, errors="strict")
            kind = Kind(dict(fields).get("kind", ""))
        except (TooLargeError, TooSlowError, ValueError) as error:
            raise SubscriptionRefusedError("", "Please use the form on the status page.") from error
        channels = [value for name, value in fields if name == "channel"]
        if "chosen" in dict(fields) and not channels:
            raise SubscriptionRefusedError("channel", "Choose at least one channel.")
        await self._subscriptions.ask(kind, dict(fields).get("address", "").strip(), channels)
        return Said(title="Thank you", lead=_ASKED[kind])

    def _page(self, said: Said) -> bytes:
        facts: dict[str, Any] = {
            "business": self._business,
            "status_url": self._status_url,
            "now_url": self._now_url,
            "version": hashlib.sha256(self._style).hexdigest()[:12],
        }
        template = self._templates.get_template("subscription.html")
        return template.render(facts | msgspec.to_builtins(said)).encode()


def _question(path: str, token: str) -> Said:
    title, button = _QUESTIONS[path]
    lead = "Press the button, and it is so at once."
    return Said(title=title, lead=lead, button=button, action=f"{path}?t={quote(token)}")
