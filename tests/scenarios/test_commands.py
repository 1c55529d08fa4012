"""The command line, against a running demo and on its own; a wrong configuration starts nothing."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from click.testing import CliRunner
from tests.scenarios.demo import Demo, running_demo, until
from tests.scenarios.serving import free_port, holdfast

from holdfast.cli import main

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOOD: Final = """
[hub]
name = "Small shop"
data_dir = "{data}"
port = {port}

[[channel]]
id = "direct:web"
"""
MISTAKES: Final = {
    "syntax": ("[hub\nname = 1", "line 1"),
    "unknown section": ('[hubb]\nname = "a"', "hub"),
    "unknown setting": ("[hub]\n\npotr = 3", "line 3"),
    "wrong type": ('[hub]\nport = "many"', "line 2"),
    "unknown platform": ('[[channel]]\nid = "pigeon:shop"', "pigeon"),
    "missing secret": ('[[channel]]\nid = "instagram:shop"\naccount_id = "1"', "token"),
    "secret of no variable": (
        '[[channel]]\nid = "sms:shop"\naccount_sid = "AC1"\nnumber = "1"\nauth_token = "env:NO_SUCH_VARIABLE"',
        "NO_SUCH_VARIABLE",
    ),
    "two of one id": ('[[channel]]\nid = "direct:web"\n[[channel]]\nid = "direct:web"', "direct:web"),
}
COMMANDS: Final = (
    *("demo", "serve", "simulate", "migrate", "check", "export", "token create", "agent add"),
    *("search", "doubt list", "doubt settle", "channel set"),
    *("channel add", "channel list", "channel check", "outage start", "outage stop", "outage list"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(store: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    async with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest.fixture
def config(demo: Demo) -> tuple[str, str]:
    return "--config", demo.addresses["config"]


@pytest.mark.parametrize("name", MISTAKES)
async def test_a_wrong_configuration_starts_nothing_and_says_where_and_what(
    tmp_path: Path, name: str
) -> None:
    text, told = MISTAKES[name]
    port = free_port()
    file = tmp_path / "holdfast.toml"
    file.write_text(text, "utf-8")
    environment = {"HOLDFAST_HUB__PORT": str(port)} if "port" not in text else {}
    ended = await holdfast("serve", "--config", str(file), folder=tmp_path, environment=environment)
    assert ended.code == 2, ended
    assert told in ended.err, ended
    assert "Traceback" not in ended.err
    checked = CliRunner().invoke(main, ["check", "--config", str(file)])
    assert (checked.exit_code, told in checked.output) == (2, True), checked.output
    assert _names_in(tmp_path) == ["holdfast.toml"], "half a hub was left"
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def _names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    ended = await holdfast("serve", "--config", str(tmp_path / "nowhere.toml"))
    assert ended.code == 2
    assert "nowhere.toml" in ended.err
    assert "Traceback" not in ended.err


async def test_a_taken_port_is_told(demo: Demo, tmp_path: Path) -> None:
    port = demo.addresses["hub"].rpartition(":")[2]
    file = tmp_path / "holdfast.toml"
    file.write_text(GOOD.format(data=tmp_path / "data", port=port), "utf-8")
    ended = await holdfast("serve", "--config", str(file))
    assert ended.code != 0
    assert port in ended.err
    assert "Traceback" not in ended.err


async def test_check_tells_good_from_bad_credentials(
    demo: Demo, config: tuple[str, str], tmp_path: Path
) -> None:
    good = await holdfast("check", *config)
    assert good.code == 0, good
    assert "instagram:shop  sign_in: ok" in good.out
    text = (demo.data_dir / "holdfast.toml").read_text("utf-8")
    spoiled = tmp_path / "spoiled.toml"
    lines = ['token = "wrong"' if line.startswith("token =") else line for line in text.splitlines()]
    spoiled.write_text("\n".join(lines), "utf-8")
    bad = await holdfast("check", "--config", str(spoiled))
    assert bad.code == 1, bad
    assert "instagram:shop  sign_in: FAILS" in bad.out
    assert "sms:shop  sign_in: ok" in bad.out


async def test_a_channel_is_added_to_a_running_hub(demo: Demo, config: tuple[str, str]) -> None:
    added = await holdfast("channel", "add", "direct:second", "--from", "-", *config, given='name = "Second"')
    assert added.code == 0, added
    again = await holdfast("channel", "add", "direct:second", "--from", "-", *config, given='name = "Second"')
    assert again.code != 0
    assert "direct:second" in again.err
    listed = await holdfast("channel", "list", *config)
    assert "direct:second" in listed.out
    assert "instagram:shop" in listed.out
    assert "send up" in listed.out
    assert (await holdfast("channel", "check", "direct:second", *config)).code == 0

    async def taken_up() -> bool:
        return any(each["id"] == "direct:second" for each in (await demo.api("GET", "/channels"))["items"])

    await until(taken_up, 15, "the running hub taking up the channel")


async def test_a_channel_with_mistakes_is_not_added(config: tuple[str, str]) -> None:
    for text in ('potr = "x"', "name = [", ""):
        ended = await holdfast("channel", "add", "instagram:new", "--from", "-", *config, given=text)
        assert ended.code != 0, ended
        assert "Traceback" not in ended.err
    assert "instagram:new" not in (await holdfast("channel", "list", *config)).out


async def test_a_token_opens_what_its_scope_says(demo: Demo, config: tuple[str, str]) -> None:
    made = await holdfast("token", "create", "reports", "--scope", "read", *config)
    assert made.code == 0, made
    token = made.out.strip()
    url = f"{demo.addresses['api']}/conversations"
    for given, method, status in ((token, "GET", 200), ("hf_wrong", "GET", 401), ("", "GET", 401)):
        async with demo.session.request(method, url, headers={"Authorization": f"Bearer {given}"}) as answer:
            assert answer.status == status
    path = f"{url}/{await demo.conversation_of('ann')}/messages"
    body = {"text": "No", "idempotency_key": "no"}
    async with demo.session.post(path, json=body, headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == 403


async def test_conversations_are_exported_whole(demo: Demo, config: tuple[str, str], tmp_path: Path) -> None:
    await demo.write("ann", "Export me & <me>")

    async def stored() -> bool:
        return any(each["text"] == "Export me & <me>" for each in await demo.thread("ann"))

    await until(stored, 10, "the message stored")
    whole = await holdfast("export", "all", *config)
    lines = [json.loads(line) for line in whole.out.splitlines()]
    assert whole.code == 0
    assert sum(line["type"] == "conversation" for line in lines) == len(
        await demo.items("/conversations", status="all")
    )
    file = tmp_path / "ann.html"
    one = await holdfast(
        *("export", await demo.conversation_of("ann"), "--format", "html", "--output", str(file)), *config
    )
    assert one.code == 0, one
    assert "Export me &amp; &lt;me&gt;" in file.read_text("utf-8")
    none = await holdfast("export", "cnv_none", *config)
    assert none.code != 0
    assert "Traceback" not in none.err


async def test_the_store_is_brought_up_to_date_once(tmp_path: Path) -> None:
    file = tmp_path / "holdfast.toml"
    file.write_text(GOOD.format(data=tmp_path / "data", port=free_port()), "utf-8")
    first = await holdfast("migrate", "--config", str(file))
    again = await holdfast("migrate", "--config", str(file))
    assert (first.code, again.code) == (0, 0)
    assert "Applied" in first.out
    assert "up to date" in again.out


async def test_an_outage_is_started_listed_and_stopped(demo: Demo) -> None:
    where = ("--control", demo.addresses["control"], "--token", demo.addresses["control_token"])
    started = await holdfast(
        "outage", "start", "whatsapp", "--kind", "server_error", "--seconds", "600", *where
    )
    assert started.code == 0, started
    faults: list[dict[str, Any]] = (await demo.control("GET", "/faults"))["faults"]
    assert [(each["platform"], each["kind"]) for each in faults] == [("whatsapp", "server_error")]
    assert faults[0]["id"] in started.out
    listed = await holdfast("outage", "list", *where)
    assert "server_error" in listed.out
    wrong = await holdfast("outage", "start", "whatsapp", "--kind", "earthquake", *where)
    assert wrong.code != 0
    assert "Choose one of" in wrong.err
    assert (await holdfast("outage", "stop", faults[0]["id"], *where)).code == 0
    assert (await demo.control("GET", "/faults"))["faults"] == []
    assert "No fault is on" in (await holdfast("outage", "list", *where)).out


async def test_every_command_explains_itself_with_an_example() -> None:
    for command in ("", *COMMANDS):
        ended = CliRunner().invoke(main, [*command.split(), "--help"])
        assert ended.exit_code == 0, command
        assert "Example" in ended.output or "Try it" in ended.output, command


async def test_commands_at_the_same_time_do_not_disturb_the_hub(demo: Demo, config: tuple[str, str]) -> None:
    ended = await asyncio.gather(*(holdfast("channel", "list", *config) for _ in range(3)))
    assert [each.code for each in ended] == [0, 0, 0]
    await demo.ready(1)
