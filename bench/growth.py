"""What a hub's daily work costs on a large store beside what it costs on a small one.

``python -m bench.growth`` makes both stores where they are missing (the large one takes minutes and some 12 GB),
does the same work on each in turn, and prints medians and their ratio. The stores stay, for the next run.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import msgspec

from bench import growth_served
from bench.growth_served import Asked, webhook
from bench.place import ACCOUNT, CHANNEL
from bench.store import api_token
from holdfast.app.hub import Hub, open_hub
from holdfast.app.loops import run_loops
from holdfast.channels.transport import HttpAnswer, HttpRequest
from holdfast.inbox import ViewFilter, contacts_page, conversations_page, thread_page
from holdfast.inbox.happenings import happenings_after
from holdfast.inbox.messages import newest_page
from holdfast.kernel import SystemClock
from holdfast.outbox import NewReply, ledger_since
from holdfast.outbox.store import channels_waiting, wake_forgotten_lanes
from holdfast.sample import Plan, make_store
from holdfast.settings import load_settings
from holdfast.storage import NewEnvelope, Tx

SMALL: Final = (10_000, 1_000)
LARGE: Final = (10_000_000, 1_000_000)
"""(messages, contacts)"""
RUNS: Final = 15
ARRIVALS: Final = 100
REPLIES: Final = 100
DRAIN_SECONDS_MAX: Final = 120.0
WINDOWS: Final = {"instagram:shop": 86_400_000, "whatsapp:shop": 86_400_000}
PAGE: Final = 50
DAY_MS: Final = 86_400_000
WORDS: Final = ("jansen", "zoe", "ada berg", "3167", "vos", "500012", "mei li")

READS: Final = 5
WARM_UP_RUNS: Final = 2

Work = Callable[[], Awaitable[object]]


class Cost(NamedTuple):
    """Milliseconds for one: of the processors, which others on the machine do not disturb, and on the clock."""

    processor: float
    clock: float


class Line(NamedTuple):
    name: str
    small: Cost
    large: Cost


class Stopwatch:
    def __init__(self) -> None:
        self._processor, self._clock = time.process_time(), time.perf_counter()

    def stop(self, count: int = 1) -> Cost:
        return Cost(
            (time.process_time() - self._processor) / count * 1000,
            (time.perf_counter() - self._clock) / count * 1000,
        )


class Platform:
    """Accepts every message at once."""

    def __init__(self) -> None:
        self.sent = 0

    async def request(self, request: HttpRequest) -> HttpAnswer:
        del request
        self.sent += 1
        body = msgspec.json.encode({"recipient_id": "1", "message_id": f"mid.{time.time_ns()}.{self.sent}"})
        return HttpAnswer(200, {"content-type": "application/json"}, body)

    async def close(self) -> None:
        pass


class Place:
    """One store with its hub, and people to work with."""

    def __init__(self, hub: Hub, random: Random) -> None:
        self.hub = hub
        self.random = random
        self.lately: Sequence[Any] = ()
        self.anyone: Sequence[Any] = ()
        self.longest = ""
        self.wrote: dict[str, None] = {}
        self.number = 0

    async def look(self) -> None:
        """People who wrote lately, people of all the years, and who wrote most."""
        self.lately = await self.hub.database.read(_lately)
        self.anyone = await self.hub.database.read(_anyone, self.random)
        self.longest = await self.hub.database.read(_longest)

    # --- the roads ---------------------------------------------------------------------------------------

    async def arrivals(self, people: Sequence[Any]) -> Cost:
        """Milliseconds for each message that arrives, from the spool into its conversation."""
        for _ in range(ARRIVALS):
            self.number += 1
            person = self.random.choice(people)
            self.wrote[person["conversation_id"]] = None
            body = webhook(person["value"], f"g{time.time_ns()}-{self.number}")
            await self.hub.spool.append(NewEnvelope(CHANNEL, "webhook", self.hub.clock.now_ms(), body))
        started = Stopwatch()
        applied = 0
        while count := await self.hub.applier.apply_batch():
            applied += count
        return started.stop(applied)

    async def replies(self) -> tuple[Cost, Cost]:
        """Milliseconds to take a reply, and to claim, send and settle it."""
        people = self.random.choices(list(self.wrote), k=REPLIES)
        started = Stopwatch()
        await asyncio.gather(*(self._reply(each) for each in people))
        taken = started.stop(REPLIES)
        started = Stopwatch()
        running = asyncio.create_task(
            run_loops({"dispatcher": self.hub.outbox.dispatcher.run}, self.hub.clock)
        )
        async with asyncio.timeout(DRAIN_SECONDS_MAX):
            while await self.hub.database.read(_is_waiting):
                await asyncio.sleep(0.005)
        settled = started.stop(REPLIES)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return taken, settled

    async def _reply(self, conversation_id: str) -> None:
        self.number += 1
        reply = NewReply(conversation_id=conversation_id, text=f"Answer {self.number}", author="api:bench")
        await self.hub.outbox.enqueue(reply)

    # --- what people look at -----------------------------------------------------------------------------

    def reads(self) -> dict[str, Work]:
        read, now = self.hub.database.read, self.hub.clock.now_ms()
        listed = partial(conversations_page, order="latest", before=None, limit=PAGE, windows=WINDOWS)

        def of(work: Any, /, *args: Any, **more: Any) -> Work:
            return lambda: read(partial(work, *args, **more)) if args or more else read(work)

        def one_of(people: Sequence[Any]) -> Work:
            return lambda: read(_page, self.random.choice(people)["conversation_id"])

        return {
            "list, open": of(lambda tx: listed(tx, ViewFilter())),
            "list, what waits": of(lambda tx: partial(listed, order="answer")(tx, ViewFilter())),
            "list, resolved": of(lambda tx: listed(tx, ViewFilter(status="resolved"))),
            "list, all": of(lambda tx: listed(tx, ViewFilter(status="all"))),
            "list, searched": lambda: read(
                lambda tx: listed(tx, ViewFilter(status="all", query=self.random.choice(WORDS)))
            ),
            "contacts": of(lambda tx: contacts_page(tx, "", None, PAGE)),
            "contact search": lambda: read(
                lambda tx: contacts_page(tx, self.random.choice(WORDS), None, PAGE)
            ),
            "thread, of lately": one_of(self.lately),
            "thread, of anyone": one_of(self.anyone),
            "thread, the longest": lambda: read(_page, self.longest),
            "newest messages": of(
                lambda tx: newest_page(
                    tx, channel="sms:shop", direction="in", since=0, before=None, limit=PAGE
                )
            ),
            "events, a page": lambda: read(_events, WINDOWS),
            "ledger of a minute": of(lambda tx: ledger_since(tx, now - 60_000)),
            "lanes that wait": of(channels_waiting),
            "lanes forgotten": lambda: self.hub.database.write(wake_forgotten_lanes, now),
        }


async def _page(tx: Tx, conversation_id: str) -> object:
    return await thread_page(tx, conversation_id, None, PAGE)


async def _events(tx: Tx, windows: dict[str, int]) -> object:
    row = await tx.one("SELECT MAX(seq) AS seq FROM event")
    return await happenings_after(tx, (row["seq"] if row else 0) - 200, 200, windows)


async def _lately(tx: Tx) -> Sequence[Any]:
    rows = await tx.all("SELECT contact_id FROM conversation ORDER BY last_at DESC LIMIT 1500")
    return await tx.all(_PEOPLE, ids=[row["contact_id"] for row in rows], channel=CHANNEL)


async def _anyone(tx: Tx, random: Random) -> Sequence[Any]:
    ends = await tx.one("SELECT MIN(created_at) AS first, MAX(created_at) AS last FROM contact")
    ids = []
    for _ in range(1_500):
        at = random.randrange(ends["first"], ends["last"]) if ends else 0
        ids += [row["id"] for row in await tx.all(_CONTACT_SINCE, at=at)]
    return await tx.all(_PEOPLE, ids=ids, channel=CHANNEL)


async def _longest(tx: Tx) -> str:
    """The first contacts write most; see the sample."""
    rows = await tx.all("SELECT id FROM conversation ORDER BY id LIMIT 20")
    lengths = [
        (
            await tx.one("SELECT COUNT(*) AS n FROM message WHERE conversation_id = :id", id=row["id"]),
            row["id"],
        )
        for row in rows
    ]
    return str(max(((found["n"], identifier) for found, identifier in lengths if found))[1])


async def _is_waiting(tx: Tx) -> bool:
    return await tx.one("SELECT 1 AS found FROM lane WHERE due_at IS NOT NULL LIMIT 1") is not None


_PEOPLE = """
SELECT c.id AS conversation_id, a.value FROM address a JOIN conversation c ON c.contact_id = a.contact_id
WHERE a.contact_id IN :ids AND a.channel || '' = :channel
"""
_CONTACT_SINCE = "SELECT id FROM contact WHERE created_at >= :at ORDER BY created_at, id LIMIT 1"


async def measure(folders: Sequence[Path], runs: int) -> list[Line]:
    places = [await _open(folder) for folder in folders]
    costs: dict[str, list[list[Cost]]] = {}
    try:
        for run in range(-WARM_UP_RUNS, runs):
            for which, place in enumerate(places):
                for name, cost in (await _once(place)).items():
                    if run >= 0:
                        costs.setdefault(name, [[], []])[which].append(cost)
    finally:
        for place in places:
            await place.hub.close()
    return [Line(name, _median(small), _median(large)) for name, (small, large) in costs.items()]


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(each.processor for each in costs), statistics.median(each.clock for each in costs)
    )


async def _once(place: Place) -> dict[str, Cost]:
    taken = {
        "arrival, of lately": await place.arrivals(place.lately),
        "arrival, of anyone": await place.arrivals(place.anyone),
    }
    taken["reply taken"], taken["reply sent and settled"] = await place.replies()
    for name, work in place.reads().items():
        started = Stopwatch()
        for _ in range(READS):
            await work()
        taken[name] = started.stop(READS)
    return taken


async def _open(folder: Path) -> Place:
    settings = load_settings(_config(folder), {})
    random = Random(1)  # noqa: S311 - the same people in every run
    hub = open_hub(settings, clock=SystemClock(), random=random, transport=Platform(), node="bench")
    await hub.prepare()
    place = Place(hub, random)
    await place.look()
    return place


async def _asked(folder: Path) -> Asked:
    place = await _open(folder)
    try:
        last = await place.hub.events.last()
        paths = {
            "list, open": ["conversations?status=open"],
            "list, what waits": ["conversations?status=open&order=answer"],
            "list, resolved": ["conversations?status=resolved"],
            "list, all": ["conversations?status=all"],
            "list, searched": [f"conversations?status=all&query={word}" for word in WORDS],
            "contacts": ["contacts"],
            "contact search": [f"contacts?query={word}" for word in WORDS],
            "thread, of lately": _threads(place.lately),
            "thread, of anyone": _threads(place.anyone),
            "thread, the longest": [f"conversations/{place.longest}/messages"],
            "events, a page": [f"events?cursor={last - 200}&limit=200"],
        }
        written = place.random.choice(place.lately)["conversation_id"]
        people = [(each["value"], each["conversation_id"]) for each in place.lately]
        return Asked(folder, await api_token(place.hub), paths, written, people)
    finally:
        await place.hub.close()


def _threads(people: Sequence[Any]) -> list[str]:
    return [f"conversations/{each['conversation_id']}/messages" for each in people]


def _config(folder: Path) -> Path:
    path = folder / "holdfast.toml"
    path.write_text(
        f"""\
[hub]
data_dir = "{folder}"
log_level = "error"
[[channel]]
id = "{CHANNEL}"
base_url = "http://127.0.0.1:1"
account_id = "{ACCOUNT}"
token = "bench"
app_secret = "bench"
verify_token = "bench"
sends_per_second = 10000
""",
        "utf-8",
    )
    return path


def is_missing(folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    return not (folder / "hub.db").exists()


async def make_missing(folder: Path, messages: int, contacts: int) -> None:
    if not is_missing(folder):
        return
    plan = Plan(messages=messages, contacts=contacts, until=time.time_ns() // 1_000_000)
    await make_store(folder, plan, _tell, replace=False)


def _tell(what: str, done: int, whole: int) -> None:
    if done == whole or done % 1_000_000 == 0:
        sys.stderr.write(f"  {what}: {done:,} of {whole:,}\n")


def table(lines: Sequence[Line]) -> str:
    head = f"{'processor ms for one':<24}{'small':>9}{'large':>9}{'ratio':>7}{'on the clock':>16}{'':>9}"
    return "\n".join([head, *(_row(each) for each in lines)])


def _row(line: Line) -> str:
    small, large = line.small, line.large
    ratio = large.processor / small.processor if small.processor else 0
    return (
        f"{line.name:<24}{small.processor:>9.3f}{large.processor:>9.3f}{ratio:>7.2f}"
        f"{small.clock:>16.3f}{large.clock:>9.3f}"
    )


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("growth"), help="where the two stores are")
    parser.add_argument("--messages", type=int, default=LARGE[0])
    parser.add_argument("--contacts", type=int, default=LARGE[1])
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    await make_missing(options.folder / "small", *SMALL)
    await make_missing(options.folder / "large", options.messages, options.contacts)
    folders = [options.folder / "small", options.folder / "large"]
    lines = await measure(folders, options.runs)
    sys.stdout.write(table(lines) + "\n\n")
    clicks = await growth_served.measure([await _asked(folder) for folder in folders])
    sys.stdout.write(f"{'whole hub, HTTP, ms':<24}{'small':>9}{'large':>9}{'ratio':>7}\n")
    for name, (small, large) in clicks.items():
        sys.stdout.write(f"{name:<24}{small:>9.2f}{large:>9.2f}{large / small:>7.2f}\n")


if __name__ == "__main__":
    asyncio.run(main())
