"""What others say of a channel, and what its counts say: evidence that is no call of ours."""

from typing import Final

import msgspec

from holdfast.radar.evidence import Sign
from holdfast.radar.model import Kind

HINT_MS: Final = 5 * 60 * 1000
"""What others say counts for so long, less and less."""
PRESSED_MS: Final = 5 * 60 * 1000
"""An agent's word stands for so long undiminished, so that those who press within it add up."""
RHYTHM_MS: Final = 60_000
"""What the counts say is said again and again while it is so."""
HINT_STEPS: Final = {Kind.REPORT: 0.6, Kind.BUTTON: 2.0, Kind.ALERT: 4.0}
"""One report says little, an agent's button more, a monitor's alert most."""
PRESSES_MAX: Final = 20
"""Presses of the button that are remembered; the newest."""


class Others:
    """``say``: the newest word of each kind that speaks of a failure."""

    __slots__ = ("_hint", "_hint_at", "_presses", "_rhythm", "_rhythm_at", "say", "silent_since")

    def __init__(self) -> None:
        self._hint = self._rhythm = 0.0
        self._hint_at = self._rhythm_at = self.silent_since = 0
        self._presses: list[tuple[Sign, float]] = []
        self.say: dict[Kind, Sign] = {}

    def hear(self, sign: Sign, strength: float) -> None:
        added = strength or HINT_STEPS.get(sign.kind, 0.0)
        if sign.kind is Kind.RHYTHM:
            self._hear_rhythm(sign, strength)
        elif sign.kind is Kind.BUTTON:
            sign = self._hear_press(sign, added)
        else:
            self._hint = 0.0 if sign.good else _faded(self._hint, self._hint_at, sign.at) + added
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

    def _hear_press(self, sign: Sign, strength: float) -> Sign:
        """Who presses again says nothing new: each agent counts once. The sign, with how many have pressed."""
        name = sign.conversation
        others = [each for each in self._presses if not name or each[0].conversation != name]
        standing = [each for each in others if _stands(each[0], sign.at)]
        self._presses = [] if sign.good else [*standing, (sign, strength)][-PRESSES_MAX:]
        return msgspec.structs.replace(sign, count=len(self._presses))

    def hint(self, now: int) -> float:
        """How strongly people and monitors speak for trouble."""
        presses = sum(strength for sign, strength in self._presses if _stands(sign, now))
        return _faded(self._hint, self._hint_at, now) + presses

    def rhythm(self, now: int) -> float:
        """How strongly silence speaks for trouble."""
        return self._rhythm if now - self._rhythm_at <= RHYTHM_MS else 0.0

    def forget(self, now: int) -> None:
        self.say = {kind: sign for kind, sign in self.say.items() if now - sign.at < HINT_MS}


def _faded(hint: float, at: int, now: int) -> float:
    return hint * max(1.0 - max(now - at, 0) / HINT_MS, 0.0)


def _stands(press: Sign, now: int) -> bool:
    return now - press.at < PRESSED_MS
