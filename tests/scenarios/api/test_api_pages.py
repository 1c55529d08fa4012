"""Pages, health and numbers."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from holdfast.web.pages import Pages
from holdfast.web.services import ChannelFace
from holdfast.web.static_files import StaticFiles


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "built"
    for path, text in (
        ("console/index.html", "<!doctype html>console"),
        ("console/assets/app-1a2b.js", "let x = 1;" * 200),
        ("chat/index.html", "<!doctype html>chat"),
        ("chat/assets/look-3c.css", "a{}"),
        ("widget.js", "(()=>{})()"),
        ("secret.py", "never"),
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return folder


async def ask(app: Any, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    said: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": named, "query_string": b""}
    await app(scope, receive, send)
    return (
        said[0]["status"],
        {name.decode(): value.decode() for name, value in said[0]["headers"]},
        said[1]["body"],
    )


def pages(folder: Path) -> Pages:
    face = ChannelFace(id="direct:web", platform="direct", name="Web chat")
    return Pages(StaticFiles(folder), lambda: {face.id: face})


async def test_pages_are_asked_for_again_and_their_files_kept_for_ever(built: Path) -> None:
    app = pages(built)
    status, headers, body = await ask(app, "/console/")
    assert (status, body) == (200, b"<!doctype html>console")
    assert headers["cache-control"] == "no-cache"
    assert headers["content-type"] == "text/html; charset=utf-8"
    status, headers, _ = await ask(app, "/console/assets/app-1a2b.js")
    assert "immutable" in headers["cache-control"]
    assert headers["content-type"] == "text/javascript; charset=utf-8"


async def test_every_page_is_fenced_in(built: Path) -> None:
    for path in ("/console/", "/chat/web", "/nothing"):
        _, headers, _ = await ask(pages(built), path)
        policy = headers["content-security-policy"]
        for part in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert part in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


async def test_only_the_messenger_may_record_and_show_what_is_about_to_be_sent(built: Path) -> None:
    _, messenger, _ = await ask(pages(built), "/chat/web")
    assert "microphone=(self)" in messenger["permissions-policy"]
    assert "media-src 'self' blob:" in messenger["content-security-policy"]
    _, console, _ = await ask(pages(built), "/console/")
    assert "microphone=()" in console["permissions-policy"]
    assert "blob:" not in console["content-security-policy"]


async def test_of_what_stands_in_the_page_only_just_that_is_allowed(built: Path) -> None:
    (built / "chat/index.html").write_text(
        "<style>a{}</style><script>let x = 1;</script><script src='/a.js'>", "utf-8"
    )
    _, headers, _ = await ask(pages(built), "/chat/web")
    policy = headers["content-security-policy"].split("; ")
    assert f"style-src 'self' '{digest('a{}')}'" in policy
    assert f"script-src 'self' '{digest('let x = 1;')}'" in policy
    assert not any("unsafe" in each for each in policy)


def digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


async def test_a_hub_without_a_direct_channel_has_no_messenger(built: Path) -> None:
    app = Pages(StaticFiles(built), dict)
    assert (await ask(app, "/chat/"))[0] == 404


async def test_what_a_browser_has_is_not_sent_again(built: Path) -> None:
    app = pages(built)
    _, headers, _ = await ask(app, "/console/")
    status, _, body = await ask(app, "/console/", if_none_match=headers["etag"])
    assert (status, body) == (304, b"")


async def test_large_texts_are_packed_for_those_who_can_unpack(built: Path) -> None:
    app = pages(built)
    _, headers, packed = await ask(app, "/console/assets/app-1a2b.js", accept_encoding="br, gzip")
    _, plain_headers, plain = await ask(app, "/console/assets/app-1a2b.js")
    assert headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain_headers
    assert len(packed) < len(plain)


@pytest.mark.parametrize(
    "path",
    [
        "/console/../secret.py",
        "/console/secret.py",
        "/chat/../../secret.py",
        "/chat/other",
        "/chat/index.html",
        "/console/assets/",
        "/favicon.ico",
        "/console/\0",
    ],
)
async def test_nothing_else_is_served(built: Path, path: str) -> None:
    status, _, body = await ask(pages(built), path)
    assert status == 404
    assert b"never" not in body


async def test_the_messenger_and_the_widget_are_there_for_a_direct_channel(built: Path) -> None:
    app = pages(built)
    for path in ("/chat/", "/chat/web"):
        assert (await ask(app, path))[2] == b"<!doctype html>chat"
    assert (await ask(app, "/chat"))[1]["location"] == "/chat/"
    assert (await ask(app, "/chat/assets/look-3c.css"))[0] == 200
    status, headers, _ = await ask(app, "/widget.js")
    assert (status, headers["cross-origin-resource-policy"]) == (200, "cross-origin")


async def test_pages_that_were_not_built_say_what_to_do(tmp_path: Path) -> None:
    app = pages(tmp_path / "missing")
    for path in ("/console/", "/chat/web", "/widget.js"):
        status, _, body = await ask(app, path)
        assert status == 503
        assert b"make install" in body


async def test_the_address_itself_leads_to_the_console(built: Path) -> None:
    status, headers, _ = await ask(pages(built), "/")
    assert (status, headers["location"]) == (302, "/console/")


async def test_health_and_numbers(hub: Any) -> None:
    await hub.write_in(1)
    await hub.applied(1)
    assert (await hub.client.get("/health/live")).status_code == 200
    assert (await hub.client.get("/health/ready")).json() == {"status": "ready"}
    numbers = (await hub.client.get("/metrics")).text
    assert 'holdfast_hooks_total{channel="instagram:shop",result="stored"} 1.0' in numbers
    assert "holdfast_spool_behind 0.0" in numbers
    assert (await hub.client.post("/health/ready")).status_code == 405


async def test_numbers_are_not_for_strangers(hub: Any) -> None:
    behind_a_proxy = {"x-forwarded-for": "203.0.113.7"}
    assert (await hub.client.get("/metrics", headers=behind_a_proxy)).status_code == 401
    with_token = {**behind_a_proxy, **hub.with_scope("read")}
    assert (await hub.client.get("/metrics", headers=with_token)).status_code == 200


async def test_a_store_that_is_away_is_told_and_the_hub_lives(hub: Any) -> None:
    await hub.hub.database.close()
    assert (await hub.client.get("/health/live")).status_code == 200
    assert (await hub.client.get("/health/ready")).status_code == 503
    # The road in needs no store: what arrives is still safe.
    assert (await hub.write_in(1)).status_code == 200
