"""The shop's own chat as a visitor uses it, on its page or in the widget; and a foreign page that embeds it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.async_api import Locator, Page
from tests.scenarios.demo import Demo


class Chat:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def visit(self, demo: Demo) -> None:
        await self.page.goto(demo.addresses["chat"])
        await self.field.wait_for()

    @property
    def field(self) -> Locator:
        return self.page.get_by_label("Your message")

    async def write(self, text: str) -> None:
        await self.field.fill(text)
        await self.field.press("Enter")

    @property
    def lines(self) -> Locator:
        return self.page.get_by_role("log").get_by_role("listitem")

    def line(self, text: str) -> Locator:
        return self.lines.filter(has_text=text)


@contextmanager
def foreign_page(
    hub: str, *, streams: bool = True, attributes: str = "", sandboxed: bool = False
) -> Iterator[str]:
    """The address of somebody's own site, which allows scripts and calls of the hub and nothing else.

    ``streams``: whether it allows the WebSocket, too. ``sandboxed``: the page may keep nothing, as in a frame without
    an origin of its own.
    """
    calls = f"{hub} {hub.replace('http', 'ws', 1)}" if streams else hub
    policy = f"default-src 'none'; script-src {hub}; connect-src {calls}; base-uri 'none'; form-action 'none'"
    policy += "; require-trusted-types-for 'script'"
    if sandboxed:
        policy += "; sandbox allow-scripts"
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Our shop</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        '<body><main><h1>Mugs, made by hand</h1><p>Forty kinds of blue.</p><p><a href="/other">More</a></p></main>'
        f'<script src="{hub}/widget.js" data-channel="web" {attributes} async></script></body></html>'
    )

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
