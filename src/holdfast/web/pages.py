"""The console, the messenger and the widget."""

from collections.abc import Callable, Mapping
from typing import Final

from holdfast.web.asgi import Headers, Receive, Scope, Send, answer
from holdfast.web.services import ChannelFace
from holdfast.web.static_files import (
    PAGE_HEADERS,
    SHORTLY,
    StaticFile,
    StaticFiles,
    messenger_headers,
    serve,
    serve_note,
)

CONSOLE: Final = "/console/"
CHAT: Final = "/chat/"
WIDGET: Final = "/widget.js"
ROBOTS: Final = b"User-agent: *\nDisallow: /\n"

_WIDGET_HEADERS: Final = (
    ("access-control-allow-origin", "*"),
    ("cross-origin-resource-policy", "cross-origin"),
    ("x-content-type-options", "nosniff"),
)
_NOT_BUILT: Final = "The pages have not been built. Run <code>make install</code>, then start the hub again."


class Pages:
    def __init__(self, files: StaticFiles, faces: Callable[[], Mapping[str, ChannelFace]]) -> None:
        self._files = files
        self._faces = faces
        self._messenger = files.get("chat/index.html")
        self._messenger_headers = messenger_headers(self._messenger)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        path = scope["path"]
        if path in {"/", "/console"}:
            await answer(send, 302, b"", headers=(("location", CONSOLE),))
        elif path == "/chat":
            await answer(send, 302, b"", headers=(("location", CHAT),))
        elif path == "/robots.txt":
            await answer(send, 200, ROBOTS)
        elif path == WIDGET:
            await self._widget(scope, send)
        elif path.startswith(CONSOLE):
            await self._console(scope, send, path.removeprefix("/"))
        elif path.startswith(CHAT):
            await self._chat(scope, send, path.removeprefix(CHAT))
        else:
            await _nothing(send)

    async def _console(self, scope: Scope, send: Send, path: str) -> None:
        file = self._files.get("console/index.html" if path == "console/" else path)
        await self._page(scope, send, file, is_page=path == "console/")

    async def _chat(self, scope: Scope, send: Send, name: str) -> None:
        """The messenger: at its own address with all threads, at a Direct channel's with that of the business."""
        faces = self._faces()
        file = self._files.get(f"chat/{name}")
        if file is not None and name != "index.html":
            await serve(scope, send, file)
        elif f"direct:{name}" in faces or (not name and any(each.startswith("direct:") for each in faces)):
            await self._page(scope, send, self._messenger, is_page=True, headers=self._messenger_headers)
        else:
            await _nothing(send)

    async def _page(
        self,
        scope: Scope,
        send: Send,
        file: StaticFile | None,
        *,
        is_page: bool,
        headers: Headers = PAGE_HEADERS,
    ) -> None:
        if file is not None:
            await serve(scope, send, file, headers=headers)
        elif is_page:
            await serve_note(send, 503, "Not built", _NOT_BUILT)
        else:
            await _nothing(send)

    async def _widget(self, scope: Scope, send: Send) -> None:
        file = self._files.get("widget.js")
        if file is None:
            await serve_note(send, 503, "Not built", _NOT_BUILT)
        else:
            await serve(scope, send, file, headers=_WIDGET_HEADERS, cache=SHORTLY)


async def _nothing(send: Send) -> None:
    await serve_note(send, 404, "Not here", "There is no page at this address.")
