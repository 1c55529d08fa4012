"""The real demo as a child process, driven only by what is documented: its interfaces and its command line."""

import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, Final, TypeVar

import aiohttp
from tests.scenarios.databases import database_for

START_SECONDS_MAX: Final = 150.0
STOP_SECONDS_MAX: Final = 20.0
ANSWER_SECONDS_MAX: Final = 60.0
STUBBORN_SECONDS_MAX: Final = 300.0
"""A hub that is killed as soon as it answers may have no time for one question among many."""
BACK_SECONDS_MAX: Final = 60.0
"""Until a process that was killed runs again."""
POLL_SECONDS: Final = 0.1
PAGE: Final = 200
NOTHING_WAS_TAKEN: Final = 503
SHOWN_AS_SENT: Final = frozenset({"sent", "delivered", "read"})
NOT_SETTLED: Final = frozenset({"waiting", "sending", "held", "rerouted", "in_doubt"})

T = TypeVar("T")


def measured(what: str, *values: object) -> None:
    """Tell a figure: in pytest's log, and in the file that HOLDFAST_FIGURES names."""
    log = logging.getLogger("scenario")
    log.setLevel(logging.INFO)
    log.info(what, *values)
    if path := os.environ.get("HOLDFAST_FIGURES"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(what % values + "\n")


def chance(what: str) -> Random:
    """Seeded chance: the seed is told, and HOLDFAST_SEED sets it."""
    seed = int(os.environ.get("HOLDFAST_SEED", "0")) or SystemRandom().randrange(1, 1_000_000)
    measured("%s: HOLDFAST_SEED=%d", what, seed)
    return Random(seed)  # noqa: S311 - it chooses moments, not secrets


class Refused(Exception):  # noqa: N818 - it is an answer, not a defect
    """The interface answered with an error."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Demo:
    """One running demo; ``api`` and ``control`` give the decoded answer or raise Refused."""

    def __init__(
        self, process: asyncio.subprocess.Process, session: aiohttp.ClientSession, said: Any
    ) -> None:
        self.process = process
        self.session = session
        self.addresses: dict[str, Any] = said
        self.data_dir = Path(said["data_dir"])
        self._names: dict[str, str] = {}
        self._conversations: dict[str, str] = {}

    async def api(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        url, token = f"{self.addresses['api']}{path}", self.addresses["api_token"]
        return await self.ask(method, url, body, token=token, **query)

    async def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Each time on a new connection: one that has rested may be closed while it is used again, and then
        nobody can say whether a person has written.
        """
        url, token = f"{self.addresses['control']}{path}", self.addresses["control_token"]
        return await self.ask(method, url, body, token=token, alone=True, **query)

    async def ask(
        self, method: str, url: str, body: Any = None, *, token: str = "", alone: bool = False, **query: Any
    ) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Connection": "close"} if alone else {}
        asking = self.session.request(method, url, json=body, params=query, headers=headers)
        async with asking as answer:
            text = await answer.text()
        decoded = json.loads(text) if text else None
        if answer.status >= 400:
            raise Refused(answer.status, decoded)
        return decoded

    async def stubbornly(self, method: str, url: str, body: Any = None, *, token: str = "") -> Any:
        """Ask again until there is an answer, as a careful client does while the hub is away."""

        async def look() -> Any:
            try:
                return await self.ask(method, url, body, token=token)
            except Refused as refused:
                if refused.status != NOTHING_WAS_TAKEN:
                    raise
            except (aiohttp.ClientError, TimeoutError):
                pass
            return None

        return await self.until(look, STUBBORN_SECONDS_MAX, f"an answer of {url}")

    async def until(self, look: Callable[[], Awaitable[T]], seconds: float, what: str) -> T:
        return await until(look, seconds, what)

    async def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """A whole list, page by page."""
        found: list[dict[str, Any]] = []
        before: dict[str, Any] = {}
        while True:
            page = await self.api("GET", path, limit=PAGE, **query, **before)
            found += page["items"]
            if not page.get("next"):
                return found
            before = {"before": page["next"]}

    # --- people and their phones ---------------------------------------------------------------------

    async def write(self, person: str, text: str, platform: str = "instagram") -> dict[str, Any]:
        """The person writes to the shop."""
        body = {"platform": platform, "text": text}
        written: dict[str, Any] = await self.control("POST", f"/people/{person}/messages", body)
        return written

    async def phone(self, person: str, platform: str) -> list[dict[str, Any]]:
        """What stands on the person's phone, oldest first."""
        found = await self.control("GET", f"/people/{person}/messages", platform=platform, limit=PAGE)
        return list(found["messages"])

    async def on_all_phones(self) -> list[dict[str, Any]]:
        """Every message of every person on every platform, as the simulators know them."""
        found = await self.control("GET", "/messages", limit=100_000)
        return list(found["messages"])

    async def name_of(self, person: str) -> str:
        if person not in self._names:
            self._names[person] = (await self.control("GET", f"/people/{person}"))["name"]
        return self._names[person]

    # --- the shop ------------------------------------------------------------------------------------

    async def conversation_of(self, person: str) -> str:
        if person not in self._conversations:
            contacts = await self.items("/contacts", query=await self.name_of(person))
            assert len(contacts) == 1, (person, contacts)
            self._conversations[person] = contacts[0]["conversation_id"]
        return self._conversations[person]

    async def thread(self, person: str) -> list[dict[str, Any]]:
        """The person's conversation, oldest first."""
        path = f"/conversations/{await self.conversation_of(person)}/messages"
        pages: list[dict[str, Any]] = []
        before: dict[str, Any] = {}
        while True:
            page = await self.api("GET", path, limit=PAGE, **before)
            pages = page["items"] + pages
            if not page.get("next"):
                return pages
            before = {"before": page["next"]}

    async def reply(self, person: str, text: str, channel: str = "auto") -> dict[str, Any]:
        """The shop answers, asking until it is answered; the text is its own idempotency key."""
        body = {"text": text, "channel": channel, "idempotency_key": text}
        path = f"/conversations/{await self.conversation_of(person)}/messages"
        url, token = f"{self.addresses['api']}{path}", self.addresses["api_token"]
        made: dict[str, Any] = await self.stubbornly("POST", url, body, token=token)
        return made

    async def shown(self, message: dict[str, Any]) -> dict[str, Any]:
        """The message as it is shown now."""
        now: dict[str, Any] = await self.api("GET", f"/messages/{message['id']}")
        return now

    async def sent(self, message: dict[str, Any], seconds: float = 20) -> dict[str, Any]:
        """The message once it is shown as sent."""

        async def look() -> dict[str, Any] | None:
            now = await self.shown(message)
            return now if now["state"] in SHOWN_AS_SENT else None

        found = await until(look, seconds, f"{message['text']!r} sent")
        assert found is not None
        return found

    async def incidents(self, state: str = "open") -> list[dict[str, Any]]:
        return await self.items("/incidents", state=state)

    async def incident(self, channel: str, seconds: float = 30) -> dict[str, Any]:
        """The open incident of a channel, once there is one."""

        async def look() -> dict[str, Any] | None:
            return next((each for each in await self.incidents() if channel in failing_in(each)), None)

        found = await until(look, seconds, f"an incident of {channel}")
        assert found is not None
        return found

    async def all_closed(self, seconds: float = 60) -> None:
        async def look() -> bool:
            return not await self.incidents()

        await until(look, seconds, "every incident closed")

    async def all_settled(self, seconds: float = 60) -> None:
        """Nothing waits, is held, on its way or in doubt any more."""

        async def look() -> bool:
            channels = await self.api("GET", "/channels")
            return not any(each["waiting"] or each["held"] or each["in_doubt"] for each in channels["items"])

        await until(look, seconds, "everything settled")

    async def ready(self, seconds: float = BACK_SECONDS_MAX) -> None:
        async def look() -> bool:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self.session.get(f"{self.addresses['hub']}/health/ready") as answer:
                    return answer.status == 200
            return False

        await until(look, seconds, "the hub ready")

    # --- faults and processes ------------------------------------------------------------------------

    async def fault(self, platform: str, kind: str, **more: Any) -> dict[str, Any]:
        body = {"platform": platform, "kind": kind, **more}
        made: dict[str, Any] = await self.control("POST", "/faults", body)
        return made

    async def end_faults(self) -> None:
        await self.control("DELETE", "/faults")

    async def page(self, path: str = "/") -> str:
        """A page of the status process."""
        async with self.session.get(f"{self.addresses['status']}{path}") as answer:
            return await answer.text()

    def pid(self, name: str) -> int:
        return int((self.data_dir / "run" / f"{name}.pid").read_text("ascii"))

    def kill_hub(self) -> int:
        """kill -9; the demo starts the hub again. The pid that is gone."""
        return self.kill("hub")

    def kill(self, name: str) -> int:
        """kill -9 of a process that the demo watches, and starts again. The pid that is gone."""
        pid = self.pid(name)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return pid

    async def another(self, name: str, gone: int) -> None:
        """Until there is another process of that name."""

        async def look() -> bool:
            with suppress(ValueError):  # while its number is being written
                return self.pid(name) != gone
            return False

        await until(look, BACK_SECONDS_MAX, f"another {name}")

    async def stop(self) -> int:
        """Ctrl-C; the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
        return await asyncio.wait_for(self.process.wait(), STOP_SECONDS_MAX)


async def until(look: Callable[[], Awaitable[T]], seconds: float, what: str) -> T:
    """What ``look`` gives once it gives something; fails with ``what`` after so many seconds."""
    end = time.monotonic() + seconds
    while not (found := await look()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:.0f} seconds: {what}")
        await asyncio.sleep(POLL_SECONDS)
    return found


@asynccontextmanager
async def running_demo(folder: Path, *, people: int = 12, undo_seconds: float = 0) -> AsyncIterator[Demo]:
    """A demo on ports of the system's choosing, with its data below ``folder``; nothing of it is left behind.

    What is sent in its console leaves at once, or after ``undo_seconds``.
    """
    ports = ("--port", "0", "--status-port", "0", "--simulator-port", "0")
    database = await database_for(folder)
    with (folder / "demo.err").open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast", "demo", "--json", *ports),
            *("--data-dir", str(folder / "data"), "--people", str(people)),
            *(("--database", database) if database else ()),
            env={**os.environ, "HOLDFAST_OUTBOX__UNDO_SECONDS": str(undo_seconds)},
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS_MAX)
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS_MAX)
        assert line, (folder / "demo.err").read_text("utf-8")
        async with aiohttp.ClientSession(timeout=timeout) as session:
            yield Demo(process, session, json.loads(line))
    finally:
        await _end(process, folder / "data" / "run")


async def _end(process: asyncio.subprocess.Process, run_dir: Path) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
    except TimeoutError:
        process.kill()
        await process.wait()
        for file in sorted(run_dir.glob("*.pid")):  # noqa: ASYNC240 - everything has ended by now
            with suppress(ProcessLookupError, ValueError):
                os.kill(int(file.read_text("ascii")), signal.SIGKILL)


def failing_in(*incidents: dict[str, Any]) -> list[str]:
    """The channels that incidents are about, one for each part, in order."""
    return sorted(part["channel"] for each in incidents for part in each["components"])
