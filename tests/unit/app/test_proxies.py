"""Whose word on who asks is believed."""

import asyncio
from typing import Any

from holdfast.app.server import server_config

PROXY = ("127.0.0.1", 40_000)


def _client_seen(trusted: tuple[str, ...], forwarded: str, peer: tuple[str, int] = PROXY) -> str:
    seen: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        seen.append(scope["client"][0])

    async def ask() -> None:
        config = server_config(application, trusted)
        config.load()
        headers = [(b"x-forwarded-for", forwarded.encode())]
        scope: Any = {"type": "http", "scheme": "http", "client": peer, "headers": headers, "path": "/"}
        no_call: Any = None
        await config.loaded_app(scope, no_call, no_call)

    asyncio.run(ask())
    return seen[0]


def test_behind_a_trusted_proxy_everybody_is_somebody() -> None:
    assert _client_seen(("127.0.0.1",), "203.0.113.9") == "203.0.113.9"


def test_what_a_visitor_says_of_themselves_is_not_believed() -> None:
    assert _client_seen(("127.0.0.1",), "198.51.100.1, 203.0.113.9") == "203.0.113.9"
    assert _client_seen(("127.0.0.1",), "198.51.100.1", ("203.0.113.9", 5)) == "203.0.113.9"
    assert _client_seen((), "198.51.100.1") == "127.0.0.1"
