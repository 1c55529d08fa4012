"""Members with devices on a hub of its own, for the scenarios of Direct."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
from tests.scenarios.databases import database_for
from tests.scenarios.serving import Serving, free_port

from holdfast.app.hub import open_hub
from holdfast.channels.transport import HttpTransport
from holdfast.client import Client, Message, MessageChanged
from holdfast.kernel import SystemClock
from holdfast.members import Member
from holdfast.members.codes import code_hash
from holdfast.members.signing_in.store import add_login
from holdfast.members.store import insert, insert_session
from holdfast.settings import load_settings
from holdfast.storage import Tx

QUICKLY: Final = (0.05, 0.1, 0.2)
"""Seconds between attempts to connect again: the tests have no time to be polite."""


class Person(msgspec.Struct, frozen=True):
    id: str
    token: str


async def configured(folder: Path, **direct: Any) -> tuple[Path, int]:
    """A hub's configuration with a Direct channel, and its port."""
    port, database = free_port(), await database_for(folder)
    limits = {"messages_per_second": 10_000, "requests_per_second": 10_000, **direct}
    lines = ["[hub]", 'name = "The Shop"', f'data_dir = "{folder / "data"}"', f"port = {port}"]
    lines += [f'database = "{database}"'] if database else []
    lines += ["[direct]", *(f"{name} = {value}" for name, value in limits.items())]
    config = folder / "holdfast.toml"
    config.write_text("\n".join([*lines, "[[channel]]", 'id = "direct:web"', ""]), "utf-8")
    return config, port


async def settle(config: Path, *names: str, devices: int = 1) -> list[list[Person]]:
    """Members with some devices each, in the store of a hub that does not run."""
    hub = open_hub(
        load_settings(config, {}),
        clock=SystemClock(),
        random=Random(secrets.randbits(64)),  # noqa: S311 - identifiers of a test
        transport=HttpTransport(),
        node="test",
    )
    try:
        await hub.prepare()
        return [await hub.database.write(_settle, name, devices, hub.clock.now_ms()) for name in names]
    finally:
        await hub.close()


async def _settle(tx: Tx, name: str, devices: int, now: int) -> list[Person]:
    member = Member(id=f"mem_{name.lower()}", kind="member", name=name, created_at=now, seen_at=now)
    await insert(tx, member)
    await tx.run("UPDATE member SET kind = 'member' WHERE id = :id", id=member.id)
    people = [Person(member.id, f"{name}-{number}-{secrets.token_hex(8)}") for number in range(devices)]
    for number, person in enumerate(people):
        await insert_session(
            tx,
            session_id=f"ses_{name}{number}",
            member_id=member.id,
            token_hash=hashlib.sha256(person.token.encode()).hexdigest(),
            device=f"Device {number}",
            at=now,
        )
    return people


async def enter_by_code(config: Path, member_id: str, email: str) -> tuple[str, str]:
    """Give a member of a hub that does not run an address, and a login with its code, as a letter would bring it."""
    hub = open_hub(
        load_settings(config, {}),
        clock=SystemClock(),
        random=Random(secrets.randbits(64)),  # noqa: S311 - identifiers of a test
        transport=HttpTransport(),
        node="test",
    )
    login_id, code, now = hub.ids.new("lgn"), "123456", hub.clock.now_ms()

    async def note(tx: Tx) -> None:
        await tx.run("UPDATE member SET email = :email WHERE id = :id", email=email, id=member_id)
        await add_login(
            tx,
            login_id=login_id,
            email=email,
            code_hash=code_hash(login_id, code),
            link_hash=secrets.token_hex(8),
            at=now,
            expires_at=now + 3_600_000,
        )

    try:
        await hub.database.write(note)
    finally:
        await hub.close()
    return login_id, code


@asynccontextmanager
async def devices_of(hub: Serving, people: Sequence[Person]) -> AsyncIterator[list[Client]]:
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(Client(hub.url, each.token, back_off_seconds=QUICKLY))
            for each in people
        ]


async def begin_pair(one: Client, other: Client, other_id: str) -> str:
    """A pair that both have opened; its thread."""
    thread = await one.pair(other_id)
    await one.send(thread.id, "Hello")
    async for change in changes(other):
        if isinstance(change, MessageChanged) and change.thread == thread.id:
            break
    await other.accept(thread.id)
    return thread.id


async def changes(client: Client, cursor: str = "0.0") -> AsyncIterator[Any]:
    """Every change after a cursor, as long polls bring them."""
    while True:
        page = await client.changes(cursor, wait=5)
        for change in page.changes:
            yield change
        cursor = page.cursor


async def all_texts(client: Client, thread: str) -> list[str]:
    """Everything said in a thread, oldest first."""
    found: list[Message] = []
    before = ""
    while True:
        page = await client.messages(thread, before=before, limit=100)
        found = [*page.messages, *found]
        if page.before is None:
            return [each.text for each in found]
        before = page.before
