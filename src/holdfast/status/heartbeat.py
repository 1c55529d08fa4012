"""Whether the hub still answers, judged by its file being touched."""


class Heartbeat:
    """Judges by a steady clock, so that a clock that jumps neither revives a dead hub nor kills a live one.

    Only a beat that was never seen to change is judged by the wall clock: the page's process may have been
    started long after the hub stopped.
    """

    def __init__(self, silent_seconds: float) -> None:
        self._silent_seconds = silent_seconds
        self._beat_ms: int | None = None
        self._changed_at = 0.0

    def silent_since(self, beat_ms: int, *, now_ms: int, monotonic: float) -> int | None:
        """The last beat (ms) if the hub is silent, else None."""
        if beat_ms != self._beat_ms:
            first = self._beat_ms is None
            age_seconds = max(0.0, (now_ms - beat_ms) / 1000) if first else 0.0
            self._beat_ms = beat_ms
            self._changed_at = monotonic - age_seconds
        return beat_ms if monotonic - self._changed_at > self._silent_seconds else None
