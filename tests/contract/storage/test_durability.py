"""Accepted is kept: real processes, killed and starved of disk, lose nothing that they acknowledged."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

from holdfast.storage import Envelope, Spool

ARRIVALS = Path(__file__).with_name("arrivals.py")
KILLS = 6
SEED = 20_260_801
DISK_BYTES = 400_000
PATIENCE_SECONDS = 30.0


async def stored_in(path: Path) -> list[Envelope]:
    spool = Spool(path)
    try:
        return list(await spool.after(0, 1_000_000))
    finally:
        await spool.close()


def number_of(envelope: Envelope) -> int:
    return int(envelope.body)


def killed_after(path: Path, first: int, acknowledgements: int) -> list[int]:
    """Numbers acknowledged by a process that is killed once it has acknowledged so many."""
    command = [sys.executable, str(ARRIVALS), str(path), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own file
        assert process.stdout is not None
        seen = [int(process.stdout.readline()) for _ in range(acknowledgements)]
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().decode()
        process.wait(PATIENCE_SECONDS)
    assert process.returncode == -signal.SIGKILL
    return [*seen, *(int(line) for line in rest.splitlines())]


def starved(path: Path) -> list[str]:
    """What a process says that runs out of disk, and is given some later."""
    command = [sys.executable, str(ARRIVALS), str(path), "0", str(DISK_BYTES)]
    done = subprocess.run(  # noqa: S603 - our own file
        command, capture_output=True, timeout=PATIENCE_SECONDS, check=True
    )
    return done.stdout.decode().split()


async def test_what_a_killed_process_acknowledged_is_stored_once(tmp_path: Path) -> None:
    random = Random(SEED)  # noqa: S311 - the same kills in every run
    path = tmp_path / "spool.db"
    acknowledged: list[int] = []
    for kill in range(KILLS):
        acknowledged += killed_after(path, kill * 1_000_000, random.randrange(1, 400))
        stored = await stored_in(path)
        count = Counter(number_of(envelope) for envelope in stored)
        lost = [number for number in acknowledged if count[number] == 0]
        assert not lost, f"kill {kill}: acknowledged and lost: {lost[:5]}"
        assert max(count.values()) == 1, f"kill {kill}: stored twice"
        seqs = [envelope.seq for envelope in stored]
        assert seqs == sorted(set(seqs))
    assert len(acknowledged) >= KILLS


async def test_a_full_disk_refuses_loses_nothing_and_the_spool_goes_on_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    lines = starved(path)
    before, after = lines[: lines.index("full")], lines[lines.index("full") + 1 :]
    assert before, "it refused from the beginning"
    assert len(after) == 100, "it did not go on once there was room"
    stored = [number_of(envelope) for envelope in await stored_in(path)]
    assert sorted(stored) == sorted(int(line) for line in (*before, *after))
