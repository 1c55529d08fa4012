"""The line for a page, and which sites may use the chat."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from holdfast.cli import main
from holdfast.widget import WidgetRefusedError
from holdfast.widget.tag import may_use, origin_of, script_tag

HUB = "https://hub.example"


def test_what_is_given_cannot_leave_its_attribute() -> None:
    line = script_tag(HUB, "web", {"label": '"><script>alert(1)</script>', "accent": ""})
    assert line == (
        '<script src="https://hub.example/widget.js" data-channel="web"'
        ' data-label="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" async></script>'
    )


@pytest.mark.parametrize(
    ("site", "origin"),
    [
        ("https://Shop.example/a?b#c", "https://shop.example"),
        ("shop.example", "https://shop.example"),
        ("http://shop.example:8080/", "http://shop.example:8080"),
        ("https://shop.example:443", "https://shop.example"),
    ],
)
def test_sites_are_known_by_their_origin(site: str, origin: str) -> None:
    assert origin_of(site) == origin
    assert may_use(site, [origin])
    assert may_use(site, ["*"])
    assert not may_use(site, ["https://other.example"])


@pytest.mark.parametrize("site", ["", "ftp://a.example", "https://", "https://a:b:c", "javascript:alert(1)"])
def test_what_is_no_site_is_refused(site: str) -> None:
    with pytest.raises(WidgetRefusedError):
        may_use(site, [])


def test_the_command_prints_a_line_for_the_chats_there_are(tmp_path: Path) -> None:
    config = tmp_path / "holdfast.toml"
    config.write_text(
        f'[hub]\nname = "Shop"\npublic_url = "{HUB}"\ndata_dir = {json.dumps(str(tmp_path / "data"))}\n'
        '[direct]\nallowed_origins = ["https://shop.example"]\n[[channel]]\nid = "direct:web"\n',
        "utf-8",
    )

    def run(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(main, ["widget", *arguments, "--config", str(config)])
        return done.exit_code, done.stdout, done.stderr

    code, out, beside = run("tag", "direct:web", "--accent", "#7a1f5c", "--word", "send=Senden")
    given = 'data-channel="web" data-accent="#7a1f5c" data-word-send="Senden"'
    assert (code, out) == (0, f'<script src="{HUB}/widget.js" {given} async></script>\n')
    assert f"connect-src {HUB} wss://hub.example" in beside
    assert run("tag", "none")[0] == 1
    assert run("tag", "web", "--accent", "red")[0] == 2
    assert run("check", "https://shop.example/contact")[0] == 0
    assert run("check", "https://shop.example", "https://evil.example")[0] == 1
