"""Hears what a page complains of while it is driven: script errors, requests that failed, content policy."""

import re
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, Response

BEFORE_SIGN_IN = "401 GET /api/v1/me"
"""A page that opens asks who is signed in; that nobody is, is the answer and no defect."""

LEFT_WHILE_OPENING = "WebSocket is closed before the connection is established"
"""What Chromium says of a page that is left while its stream opens."""

GIVEN_UP = "net::ERR_ABORTED"
"""The page itself let go of the request, as when it is left."""


@dataclass
class Watch:
    """``complaints`` holds what was heard and not forgiven; ``forgive`` takes a pattern of what a test causes."""

    heard: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=lambda: [LEFT_WHILE_OPENING])

    def forgive(self, *patterns: str) -> None:
        self.forgiven += patterns

    def listen(self, context: BrowserContext) -> None:
        context.on("page", self._page)
        context.on("console", self._console)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    @property
    def complaints(self) -> list[str]:
        return [each for each in self.heard if not any(re.search(one, each) for one in self.forgiven)]

    def _page(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))
        page.on("crash", lambda _: self.heard.append("the page crashed"))

    def _console(self, message: ConsoleMessage) -> None:
        # A failed request is heard with its address by the two listeners below.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.heard.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != GIVEN_UP:
            self.heard.append(f"{request.failure} {request.method} {_path(request.url)}")

    def _response(self, response: Response) -> None:
        said = f"{response.status} {response.request.method} {_path(response.url)}"
        if response.status >= 400 and said != BEFORE_SIGN_IN:
            self.heard.append(said)


def _path(url: str) -> str:
    return "/" + url.split("?", maxsplit=1)[0].split("/", 3)[-1]
