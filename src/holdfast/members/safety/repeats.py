"""Who writes the same text into many threads: counted in memory, bounded, for an hour."""

import hashlib
from collections import OrderedDict
from typing import Final

from holdfast.kernel import Clock

TEXTS_MAX: Final = 20_000
"""The text that was first written longest ago is forgotten first."""
WITHIN_SECONDS: Final = 3_600.0
SHORT_CHARACTERS: Final = 20
"""What is shorter is said by everybody: hello, thank you."""
THREADS_KEPT_MAX: Final = 100


class Repeats:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: OrderedDict[bytes, tuple[float, set[str]]] = OrderedDict()

    def is_too_many(self, member_id: str, thread_id: str, text: str, most: int) -> bool:
        """Note a text; whether the same member wrote it into ``most`` other threads already."""
        text = " ".join(text.casefold().split())
        if len(text) < SHORT_CHARACTERS:
            return False
        key = hashlib.sha256(f"{member_id}\0{text}".encode("utf-8", "replace")).digest()
        now = self._clock.monotonic()
        since, threads = self._seen.get(key, (now, set()))
        if now - since > WITHIN_SECONDS:
            since, threads = now, set()
        if thread_id not in threads and len(threads) >= most:
            return True
        if len(threads) < THREADS_KEPT_MAX:
            threads.add(thread_id)
        self._seen[key] = (since, threads)
        if len(self._seen) > TEXTS_MAX:
            self._seen.popitem(last=False)
        return False
