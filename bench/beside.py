"""The talk of bench.direct by real XMPP and Matrix servers, beside Direct in the same run.

Prosody (``prosody`` on the path, with ``lua-dbi-sqlite3``) keeps its archive in SQLite, synced with each message;
Synapse (``--synapse`` names an interpreter that has it) stands on SQLite, as it does by default. Neither is
installed by this project. All talk without TLS, and rates are not limited.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from subprocess import Popen
from typing import Any, Final

import aiohttp
import msgspec
import uvloop

from bench import direct
from bench.figures import Sheet, table
from bench.place import HOST, Size, cpu_seconds, free_port, resident_mib, until_up
from bench.store import Stores

DOMAIN: Final = "bench.example"
SHORT: Final = 2_000
"""Messages as fast as they go, of a server that would take minutes over more."""
START_SECONDS: Final = 60.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.beside", description=__doc__)
    parser.add_argument("--prosody", default="", metavar="PATH", help="the program prosody")
    parser.add_argument(
        "--synapse", default="", metavar="PATH", help="a Python interpreter with matrix-synapse"
    )
    parser.add_argument("--runs", type=int, default=3, help="how often; the median is shown (3)")
    chosen = parser.parse_args(arguments)
    sheet = Sheet()
    uvloop.run(_measure(sheet, chosen))
    print(table(sheet.figures()))  # noqa: T201 - the table is what this command is for


async def _measure(sheet: Sheet, chosen: argparse.Namespace) -> None:
    size = Size()
    for number in range(chosen.runs):
        print(f"run {number + 1} of {chosen.runs} …", file=sys.stderr, flush=True)  # noqa: T201
        await direct.measure_talk(sheet, size, Stores(""))
        if chosen.prosody:
            await _xmpp(sheet, chosen.prosody, size)
        if chosen.synapse:
            await _matrix(sheet, chosen.synapse, msgspec.structs.replace(size, chat_messages=SHORT))


async def _talk(
    sheet: Sheet, name: str, program: str, server: Popen[bytes], place: dict[str, Any], size: Size
) -> None:
    before = cpu_seconds(server.pid)
    count = await direct.talk(
        program, place, size, lambda figure, value: sheet.value(f"{name}: {figure}", _unit(figure), value)
    )
    used = cpu_seconds(server.pid) - before
    sheet.value(f"{name}: processor time", "s per 1,000 messages", used / count * 1000)
    sheet.value(f"{name}: memory", "MiB", resident_mib(server.pid, most=True))


def _unit(figure: str) -> str:
    return "ms" if "p99" in figure else "messages/s"


@contextmanager
def _program(*command: str) -> Any:
    child = Popen(command)  # noqa: S603 - named by whoever measures
    try:
        yield child
    finally:
        child.terminate()
        child.wait()


async def _xmpp(sheet: Sheet, program: str, size: Size) -> None:
    pairs = [(f"a{number}", f"b{number}") for number in range(size.pairs)]
    with tempfile.TemporaryDirectory() as name:
        port = free_port()
        config = _prosody_config(Path(name), port, [person for pair in pairs for person in pair])
        with _program(program, "-F", "--config", str(config)) as server:
            await _listening(port)
            place = {"host": DOMAIN, "port": port, "pairs": pairs}
            await _talk(sheet, "XMPP", "jabber", server, place, size)


def _prosody_config(folder: Path, port: int, people: Sequence[str]) -> Path:
    accounts = folder / "data" / DOMAIN.replace(".", "%2e") / "accounts"
    accounts.mkdir(parents=True)
    for each in people:
        (accounts / f"{each}.dat").write_text(f'return {{ ["password"] = "{each}"; }};\n', "utf-8")
    config = folder / "prosody.cfg.lua"
    config.write_text(
        f"""
run_as_root = true
data_path = "{folder}/data"
pidfile = "{folder}/prosody.pid"
interfaces = {{ "{HOST}" }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{}}
s2s_ports = {{}}
http_ports = {{}}
https_ports = {{}}
modules_enabled = {{ "roster", "saslauth", "disco", "mam", "smacks" }}
modules_disabled = {{ "s2s", "tls", "offline" }}
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
storage = {{ archive = "sql" }}
sql = {{ driver = "SQLite3", database = "{folder}/archive.sqlite" }}
sqlite_tune = "safe"
default_archive_policy = true
archive_expires_after = "never"
log = {{ warn = "*console" }}
VirtualHost "{DOMAIN}"
""",
        "utf-8",
    )
    return config


async def _listening(port: int) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(HOST, port)
                writer.close()
                return
            await asyncio.sleep(0.05)


async def _matrix(sheet: Sheet, interpreter: str, size: Size) -> None:
    with tempfile.TemporaryDirectory() as name:
        port = free_port()
        config = _synapse_config(Path(name), port)
        command = (interpreter, "-m", "synapse.app.homeserver", "--config-path", str(config))
        with _program(*command, "--generate-keys") as keys:
            keys.wait()
        with _program(*command) as server:
            url = f"http://{HOST}:{port}"
            await until_up(f"{url}/health")
            pairs = await _rooms(url, size.pairs)
            await _talk(sheet, "Matrix", "matrix", server, {"url": url, "pairs": pairs}, size)


def _synapse_config(folder: Path, port: int) -> Path:
    unlimited = {"per_second": 1_000_000, "burst_count": 1_000_000}
    log = folder / "log.json"
    log.write_text('{"version": 1, "root": {"level": "ERROR"}}', "utf-8")
    settings = {
        "server_name": DOMAIN,
        "listeners": [
            {
                "port": port,
                "bind_addresses": [HOST],
                "type": "http",
                "resources": [{"names": ["client", "health"]}],
            }
        ],
        "database": {"name": "sqlite3", "args": {"database": f"{folder}/homeserver.db"}},
        "log_config": str(log),
        "signing_key_path": f"{folder}/key",
        "media_store_path": f"{folder}/media",
        "report_stats": False,
        "trusted_key_servers": [],
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "bcrypt_rounds": 4,
        "presence": {"enabled": False},
        **dict.fromkeys(
            ("rc_message", "rc_registration", "rc_room_creation", "rc_joins_per_room"), unlimited
        ),
        "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), unlimited),
        "rc_joins": {"local": unlimited, "remote": unlimited},
        "rc_invites": {"per_room": unlimited, "per_user": unlimited, "per_issuer": unlimited},
    }
    config = folder / "homeserver.yaml"  # JSON is YAML
    config.write_bytes(msgspec.json.encode(settings))
    return config


async def _rooms(url: str, count: int) -> list[tuple[str, str, str]]:
    """Pairs of tokens, and the room that each pair shares."""
    async with _client(url) as call:
        return [await _room(call, number) for number in range(count)]


async def _room(call: Any, number: int) -> tuple[str, str, str]:
    one, other = await _person(call, f"a{number}"), await _person(call, f"b{number}")
    invited = {"preset": "trusted_private_chat", "is_direct": True, "invite": [f"@b{number}:{DOMAIN}"]}
    room = (await call("createRoom", one, invited))["room_id"]
    await call(f"join/{room}", other, {})
    return one, other, room


async def _person(call: Any, name: str) -> str:
    asked = {"username": name, "password": name, "auth": {"type": "m.login.dummy"}}
    return str((await call("register", "", asked))["access_token"])


@asynccontextmanager
async def _client(url: str) -> AsyncIterator[Any]:
    async with aiohttp.ClientSession(raise_for_status=True) as session:

        async def call(path: str, token: str, body: Mapping[str, Any]) -> Any:
            headers = {"authorization": f"Bearer {token}"} if token else {}
            async with session.post(f"{url}/_matrix/client/v3/{path}", json=body, headers=headers) as answer:
                return await answer.json()

        yield call


if __name__ == "__main__":
    main()
