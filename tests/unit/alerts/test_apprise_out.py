"""The real Apprise, on this machine alone."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from holdfast.alerts import AppriseOut
from holdfast.alerts.apprise_out import CLEAR, INSIDE, REFUSED, leads_inside

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""An import inside of Apprise, which does without the module where Python has none."""


class Receiver(HTTPServer):
    def __init__(self) -> None:
        self.got: list[Any] = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server_address[1]}/hook"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append(json.loads(body))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


async def test_an_alert_arrives_where_inside_addresses_are_allowed(receiver: Receiver) -> None:
    assert await AppriseOut(inside_allowed=True).tell(receiver.url, "A title", "A text") == ""
    [got] = receiver.got
    assert (got["title"], got["message"]) == ("A title", "A text")


async def test_what_is_told_is_text_where_a_service_shows_pages(receiver: Receiver) -> None:
    url = f"{receiver.url}?format=html"
    assert (
        await AppriseOut(inside_allowed=True).tell(url, "A title", "<a href=//x>Ours & yours</a>\nSecond")
        == ""
    )
    [got] = receiver.got
    assert got["message"].replace("&nbsp;", " ") == "&lt;a href=//x&gt;Ours &amp; yours&lt;/a&gt;<br/>Second"


async def test_inside_addresses_are_refused_otherwise(receiver: Receiver) -> None:
    assert await AppriseOut(inside_allowed=False).tell(receiver.url, "A title", "A text") == INSIDE
    assert receiver.got == []


async def test_a_refusal_is_told_without_the_address(receiver: Receiver) -> None:
    receiver.status = 500
    assert await AppriseOut(inside_allowed=True).tell(receiver.url, "A title", "A text") == REFUSED


@pytest.mark.parametrize("url", ["nonsense://x", "", "http://example.org", "exec://rm"])
async def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    assert await AppriseOut(inside_allowed=True).tell(url, "A title", "A text") == CLEAR


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("10.1.2.3", True),
        ("169.254.169.254", True),
        ("::1", True),
        ("9.9.9.9", False),
        ("", False),
    ],
)
def test_what_leads_inside(host: str, inside: bool) -> None:  # noqa: FBT001 - a table of cases
    assert leads_inside(host) is inside
