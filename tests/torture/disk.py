"""A disk of its own for a test: an ext4 file system in a file, whose power can be cut."""

import fcntl
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

NONE_HERE: Final = "HOLDFAST_NO_LOOP_DEVICE"
SHUTDOWN: Final = 0x8004587D
"""FS_IOC_SHUTDOWN: _IOR('X', 125, __u32)."""
WITHOUT_FLUSH: Final = 2
"""Neither pages nor the journal are written out: what no `fsync` has asked for is gone."""
REACHABLE: Final = 0o755
STOPPED: Final = "T"
MEBIBYTE: Final = 1024 * 1024
BALLAST_BYTES: Final = 64 * 1024
COMMAND_SECONDS_MAX: Final = 60.0
BUSY_SECONDS_MAX: Final = 10.0
LOOK_SECONDS: Final = 0.05
ROOT_PLACES: Final = f"{os.defpath}:/usr/sbin:/sbin"


class DiskError(Exception):
    """The machine has not what such a disk needs; the sentence says what."""


class Disk:
    """Mounted at ``mount``; everything here blocks."""

    def __init__(self, folder: Path, mebibytes: int) -> None:
        self._image = folder / "disk.img"
        with self._image.open("wb") as image:
            image.truncate(mebibytes * MEBIBYTE)
        _command("mkfs.ext4", "-q", "-m", "0", str(self._image))
        # A database's own user must be able to get there, and a test's folder is for its owner alone.
        self.mount = Path(tempfile.mkdtemp(prefix="holdfast-disk-"))
        self._ballast = self.mount / "ballast"
        try:
            self.attach()
        except DiskError:
            self.mount.rmdir()
            raise
        self.mount.chmod(REACHABLE)

    def attach(self) -> None:
        """Mount it; the journal is played back where the power was cut."""
        _command("mount", "-o", "loop", str(self._image), str(self.mount))

    def detach(self) -> None:
        """Unmount it, as soon as nothing holds it any more."""
        end = time.monotonic() + BUSY_SECONDS_MAX
        while True:
            try:
                _command("umount", str(self.mount))
            except DiskError:
                if time.monotonic() > end:
                    raise
                time.sleep(LOOK_SECONDS)
            else:
                return

    def cut_power(self, *pids: int) -> None:
        """Processes stand still first, as without power: an `fsync` on its way while the file system is shut
        down may return without an error and without its data, and nobody must hear of it.
        """
        for pid in pids:
            _stand_still(pid)
        folder = os.open(self.mount, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, SHUTDOWN, struct.pack("I", WITHOUT_FLUSH))
        finally:
            os.close(folder)

    def power_on(self) -> None:
        """Like a start of the machine; whoever had files open must be gone."""
        self.detach()
        self.attach()

    def fill(self) -> None:
        """Leave no room at all."""
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(BALLAST_BYTES))

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def remove(self) -> None:
        with suppress(DiskError):
            _command("umount", "--lazy", str(self.mount))
        self.mount.rmdir()
        self._image.unlink()


@contextmanager
def disk_of(folder: Path, mebibytes: int) -> Iterator[Disk]:
    """A fresh disk; the test fails where there can be none, unless that was said of this machine."""
    if os.environ.get(NONE_HERE):
        pytest.xfail(f"{NONE_HERE} is set: nothing is known here about power cuts and full disks")
    try:
        disk = Disk(folder, mebibytes)
    except DiskError as error:
        pytest.fail(
            f"This test needs a disk of its own, that is root, a free loop device and mkfs.ext4: {error}."
            f" On a machine that cannot have one, set {NONE_HERE}=1; then nothing is proven.",
            pytrace=False,
        )
    try:
        yield disk
    finally:
        disk.remove()


def _stand_still(pid: int) -> None:
    """Stop a process; its first thread, which is the one that answers, has stopped when this returns."""
    os.kill(pid, signal.SIGSTOP)
    state = Path(f"/proc/{pid}/stat")
    end = time.monotonic() + BUSY_SECONDS_MAX
    while state.read_text("ascii").rpartition(")")[2].split()[0] != STOPPED:
        if time.monotonic() > end:
            raise DiskError(f"process {pid} does not stop")


def _command(name: str, *arguments: str) -> None:
    program = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{ROOT_PLACES}")
    if program is None:
        raise DiskError(f"there is no {name}")
    done = subprocess.run(  # noqa: S603 - our own image and folder
        [program, *arguments], capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False
    )
    if done.returncode:
        raise DiskError(done.stderr.strip() or f"{name} failed")
