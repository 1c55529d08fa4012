"""Has the workshop open a file: a few at a time, each in a process of its own, each for a while."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from holdfast.kernel import get_log
from holdfast.media.model import UploadRefusedError

AT_ONCE: Final = 2
WAITING_MAX: Final = 24
"""Files that wait for their turn; whoever comes then is asked to come again."""
SECONDS_MAX: Final = 60.0
ANSWER_BYTES_MAX: Final = 4_096
GROWTH: Final = 4
"""So many times as large as it came may a file become by being written anew, beside…"""
ROOM_BYTES: Final = 16 * 1024 * 1024
"""…this much."""
_WORKSHOP: Final = Path(__file__).with_name("workshop.py")


class Made(msgspec.Struct, frozen=True):
    """What the workshop tells; a ``problem`` is a sentence for whoever sent the file."""

    type: str = ""
    ending: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    thumb: bool = False
    problem: str = ""
    detail: str = ""


class Job(msgspec.Struct, frozen=True):
    source: str
    folder: str
    type: str
    bytes_max: int


class Shop:
    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._log = get_log("media")

    async def make(self, source: Path, mime: str, size: int) -> Made:
        """Have a file written anew beside itself. Raises UploadRefusedError."""
        if self._waiting >= WAITING_MAX:
            raise UploadRefusedError("unavailable", "Too many files are being worked on; try again.")
        job = Job(str(source), str(source.parent), mime, size * GROWTH + ROOM_BYTES)
        self._waiting += 1
        try:
            async with self._turns:
                made = await self._run(job)
        finally:
            self._waiting -= 1
        if made.problem:
            self._log.info("a file was not taken", type=mime, problem=made.problem, detail=made.detail)
            raise UploadRefusedError("refused", made.problem)
        return made

    async def _run(self, job: Job) -> Made:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(_WORKSHOP),
            msgspec.json.encode(job).decode(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(SECONDS_MAX):
                told, _ = await process.communicate()
        except TimeoutError:
            return Made(problem="The file takes too long to be opened.")
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return _read(told)


def _read(told: bytes) -> Made:
    try:
        return msgspec.json.decode(told[:ANSWER_BYTES_MAX], type=Made)
    except msgspec.DecodeError:  # it died: too much memory or time, or worse
        return Made(problem="The file is damaged or not what it seems to be.", detail="the workshop died")
