"""What others say of a channel, and what its counts say: evidence that is no call of ours."""

from typing import Final

from holdfast.radar.evidence import Sign
from holdfast.radar.model import Kind

HINT_MS: Final = 5 * 60 * 1000
"""What others say counts for so long, less and less."""
RHYTHM_MS: Final = 60_000
"""What the counts say is said again and again while it is so."""
HINT_STEPS: Final = {Kind.REPORT: 0.6, Kind.BUTTON: 2.0, Kind.ALERT: 4.0}
"""One report says little, an agent's button more, a monitor's alert most."""


class Others:
    """``say``: the newest word of each kind that speaks of a failure."""

    __slots__ = ("_hint", "_hint_at", "_rhythm", "_rhythm_at", "say", "silent_since")

    def __init__(self) -> None:
        self._hint = self._rhythm = 0.0
        self._hint_at = self._rhythm_at = self.silent_since = 0
        self.say: dict[Kind, Sign] = {}

    def hear(self, sign: Sign, strength: float) -> None:
        if sign.kind is Kind.RHYTHM:
            self._hear_rhythm(sign, strength)
        else:
            added = strength or HINT_STEPS.get(sign.kind, 0.0)
            self._hint = 0.0 if sign.good else self.hint(sign.at) + added
            self._hint_at = sign.at
        if sign.good:
            self.say.pop(sign.kind, None)
        else:
            self.say[sign.kind] = sign

    def _hear_rhythm(self, sign: Sign, strength: float) -> None:
        """The strength is that of the whole silence, on the scale of the verdict."""
        self.silent_since = 0 if sign.good else sign.at - sign.waited_ms
        self._rhythm = 0.0 if sign.good else strength
        self._rhythm_at = sign.at

    def hint(self, now: int) -> float:
        """How strongly people and monitors speak for trouble."""
        return self._hint * max(1.0 - max(now - self._hint_at, 0) / HINT_MS, 0.0)

    def rhythm(self, now: int) -> float:
        """How strongly silence speaks for trouble."""
        return self._rhythm if now - self._rhythm_at <= RHYTHM_MS else 0.0

    def forget(self, now: int) -> None:
        self.say = {kind: sign for kind, sign in self.say.items() if now - sign.at < HINT_MS}
