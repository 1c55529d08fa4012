"""Members who talk to one another over the stream, and devices that are connected and idle."""

import asyncio
import hashlib
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench import running
from bench.figures import Sheet
from bench.load.pace import share
from bench.place import Size, cpu_seconds, load, resident_mib, sink
from bench.store import Stores, opened
from holdfast.app.hub import Hub
from holdfast.members import Member
from holdfast.members.store import insert, insert_session
from holdfast.portal.talks.store import insert_participants, insert_thread
from holdfast.portal.talks.threads import pair_key
from holdfast.storage import Tx

CALM_PER_SECOND = 100
CALM = f"at {CALM_PER_SECOND}/s"
STREAM = "/direct/v1/stream"
MEMBERS_AT_ONCE = 500
IDLE_SECONDS = 300.0


async def measure(sheet: Sheet, size: Size, stores: Stores) -> None:
    with tempfile.TemporaryDirectory() as name:
        async with running.floor(Path(name)) as floor:
            pairs = [(f"a{number}", f"b{number}", f"t{number}") for number in range(size.pairs)]
            before = cpu_seconds(floor.server.pid)
            count = await _talk(floor.url, pairs, size, sheet.floor)
            sheet.floor("members' processor time", (cpu_seconds(floor.server.pid) - before) / count * 1000)
    await measure_talk(sheet, size, stores)
    await _measure_idle(sheet, size, stores)


async def measure_talk(sheet: Sheet, size: Size, stores: Stores) -> None:
    """The hub alone, without its floor."""
    async with stores.fresh() as database:
        with tempfile.TemporaryDirectory() as name, sink() as sink_url:
            async with opened(Path(name), database) as filling:
                await filling.prepare()
                pairs = await _make_pairs(filling, size.pairs)
            async with running.hub(Path(name), sink_url, database) as hub:
                before = cpu_seconds(hub.hub.pid)
                count = await _talk(hub.url, pairs, size, sheet.value_of)
                used = cpu_seconds(hub.hub.pid) - before
                sheet.value("members' processor time", "s per 1,000 messages", used / count * 1000)


async def _measure_idle(sheet: Sheet, size: Size, stores: Stores) -> None:
    async with stores.fresh() as database:
        with tempfile.TemporaryDirectory() as name, sink() as sink_url:
            async with opened(Path(name), database) as filling:
                await filling.prepare()
                idle = await _make_members(filling, size.idle)
            async with running.hub(Path(name), sink_url, database) as hub:
                at_rest = resident_mib(hub.hub.pid)
                async with _idle(f"{hub.url}{STREAM}", idle):
                    memory = resident_mib(hub.hub.pid)
                    sheet.value(f"memory with {size.idle} idle devices", "MiB", memory)
                    sheet.value("memory of an idle device", "KiB", (memory - at_rest) * 1024 / size.idle)


async def _talk(url: str, pairs: list[tuple[str, str, str]], size: Size, note: Any) -> int:
    return await talk("talkers", {"url": f"{url}{STREAM}", "pairs": pairs}, size, note)


async def talk(program: str, place: dict[str, Any], size: Size, note: Any) -> int:
    """Have ``bench.load.<program>`` talk as fast as it goes, then calmly; how many messages."""
    wanted = {**place, "in_flight": size.in_flight}
    fast = await load(program, {**wanted, "count": size.chat_messages})
    began = min(fast["sent"])
    note("members", size.chat_messages / (max(fast["seen"]) - began))
    note("members acknowledged", size.chat_messages / (max(fast["acknowledged"]) - began))
    calm_count = max(10, int(CALM_PER_SECOND * size.paced_seconds))
    calm = await load(program, {**wanted, "count": calm_count, "per_second": CALM_PER_SECOND})
    note(f"members acknowledged p99 {CALM}", _p99_ms(calm, "acknowledged"))
    note(f"members p99 {CALM}", _p99_ms(calm, "seen"))
    return size.chat_messages + calm_count


def _p99_ms(told: dict[str, Any], what: str) -> float:
    waits = sorted(at - sent for at, sent in zip(told[what], told["sent"], strict=True))
    return share(waits, 0.99) * 1000


async def _make_members(hub: Hub, count: int) -> list[str]:
    """Members with a device each; their tokens."""
    tokens = [f"idle-{number}" for number in range(count)]
    for first in range(0, count, MEMBERS_AT_ONCE):
        await hub.database.write(_insert_members, tokens[first : first + MEMBERS_AT_ONCE], hub.clock.now_ms())
    return tokens


async def _make_pairs(hub: Hub, count: int) -> list[tuple[str, str, str]]:
    pairs = [(f"a{number}", f"b{number}", f"thr_{number}") for number in range(count)]
    now = hub.clock.now_ms()
    await hub.database.write(_insert_members, [token for pair in pairs for token in pair[:2]], now)
    await hub.database.write(_insert_pairs, pairs, now)
    return pairs


async def _insert_members(tx: Tx, tokens: list[str], now: int) -> None:
    for token in tokens:
        member = Member(id=f"mem_{token}", kind="member", name=token, created_at=now, seen_at=now)
        await insert(tx, member)
        digest = hashlib.sha256(token.encode()).hexdigest()
        await insert_session(
            tx, session_id=f"ses_{token}", member_id=member.id, token_hash=digest, device="", at=now
        )


async def _insert_pairs(tx: Tx, pairs: list[tuple[str, str, str]], now: int) -> None:
    for one, other, thread in pairs:
        ids = (f"mem_{one}", f"mem_{other}")
        await insert_thread(tx, thread_id=thread, kind="pair", pair=pair_key(*ids), title="", at=now)
        place = {"thread_id": thread, "role": "member", "state": "open", "since": 0, "last_at": now}
        place |= {"invited_by": None, "invited_at": now}
        await insert_participants(tx, [{**place, "member_id": each} for each in ids])


@asynccontextmanager
async def _idle(url: str, tokens: list[str]) -> AsyncIterator[None]:
    """So many devices that are connected, held by a process of their own."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load.idlers"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**26,
    )
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("a process without pipes")
    try:
        child.stdin.write(json.dumps({"url": url, "tokens": tokens}).encode() + b"\n")
        async with asyncio.timeout(IDLE_SECONDS):
            told = await child.stdout.readline()
        if int(told or b"0") != len(tokens):
            raise RuntimeError("not every device could connect")
        yield
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()
