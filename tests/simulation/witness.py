"""Somebody who looks at the disk in the very moment in which the hub says yes."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from holdfast.kernel import Clock
from holdfast.storage import Envelope, NewEnvelope

from .diary import ids_in
from .disk import Disk
from .truth import spool_file

_BODIES: Final = "SELECT seq, body FROM envelope WHERE seq > ? ORDER BY seq"
_INTENT: Final = "SELECT 1 FROM intent i JOIN delivery d ON d.intent_id = i.id WHERE i.idempotency_key = ?"
_BETWEEN: Final = "SELECT body FROM envelope WHERE seq > ? AND seq <= ?"
_KNOWN: Final = "SELECT external_id FROM message WHERE external_id IN ({})"
NODE: Final = "node-"
STORE: Final = "hub.db"


class Witness:
    """What it saw that should not be stands in ``seen``, each with the promise that it breaks."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._spool = folder / spool_file(0)
        self.is_written: Callable[[str], bool] = lambda _: False
        """Whether this is the id of something that a person wrote on a platform."""
        self._store = folder / STORE
        self._disk = disk
        self._read = 0
        self._bodies: set[bytes] = set()
        self.seen: list[str] = []

    def webhook(self, at: float, url: str, body: bytes) -> None:
        """A webhook was just answered with 2xx."""
        self._look_again()
        if body not in self._bodies:
            self._complain(
                f"a webhook to {url} was answered at {at:.3f} s and is not in the spool", body.decode()
            )
        self._check_synced(self._spool, f"a webhook to {url} was answered at {at:.3f} s")

    def appended(self, clock: Clock, new: NewEnvelope, kept: Envelope | None) -> None:
        """The spool has just said under which number it keeps something: more than its body goes by that."""
        if kept is None or kept.body != new.body:
            what = f"an arrival on {new.channel} was given a number at {clock.monotonic():.3f} s"
            self._complain(f"{what} under which the spool keeps {'something else' if kept else 'nothing'}")

    def chat(self, at: float, external_id: str) -> None:
        self._look_again()
        if not any(_is_of_chat(body, external_id) for body in self._bodies):
            self._complain(
                f"{external_id} was acknowledged in our chat at {at:.3f} s and is not in the spool"
            )
        self._check_synced(self._spool, f"{external_id} was acknowledged in our chat at {at:.3f} s")

    def reply(self, at: float, key: str) -> None:
        if not _rows(self._store, _INTENT, (key,)):
            self._complain(f"{key} was accepted by the API at {at:.3f} s and is not in the store")
        self._check_synced(self._store, f"{key} was accepted by the API at {at:.3f} s")

    def applied(self, at: float, node: str, was: int, value: int) -> None:
        """A node has just noted that these envelopes have their effects."""
        spool = self._folder / spool_file(int(node.removeprefix(NODE)))
        written = [
            each
            for body in _rows(spool, _BETWEEN, (was, value))
            for each in dict.fromkeys(ids_in(body))
            if self.is_written(each)
        ]
        if not written:
            return
        known = set(_rows(self._store, _KNOWN.format(", ".join("?" * len(written))), written))
        for each in written:
            if each not in known:
                self._complain(f"{each} was noted as applied at {at:.3f} s and is in no conversation")

    def power_was_cut(self) -> None:
        """What stood in the spool may not stand there any more."""
        self._read = 0
        self._bodies.clear()

    def _look_again(self) -> None:
        with closing(sqlite3.connect(f"file:{self._spool}?mode=ro", uri=True)) as spool:
            for seq, body in spool.execute(_BODIES, (self._read,)):
                self._read = seq
                self._bodies.add(body)

    def _check_synced(self, path: Path, what: str) -> None:
        if not self._disk.is_synced(path):
            self._complain(f"{what} and {path.name} was not synced")

    def _complain(self, sentence: str, more: str = "") -> None:
        self.seen.append(f"accepted_is_kept: {sentence} {more[:120]}".strip())


def _rows(path: Path, sql: str, values: Sequence[Any]) -> list[Any]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        return [value for (value,) in store.execute(sql, values)]


def _is_of_chat(body: bytes, external_id: str) -> bool:
    return external_id.encode() in body and json.loads(body).get("id") == external_id
