"""Where the signs about one capability are weighed, one at a time, in the order in which they come.

While all is well nothing is kept but counts. From the first failure on the signs themselves are kept, until
the score has come back to nothing.
"""

from bisect import insort
from collections import deque
from collections.abc import Iterable
from math import log
from typing import Final

import msgspec

from holdfast.radar.evidence import EVIDENCE_MS, Sign
from holdfast.radar.method import (
    CONFIRM_AT,
    HABIT_MS,
    SCORE_OVER,
    SUSPECT_SHARE,
    UP_AT,
    Habit,
    Method,
    bad_step,
    bounded_share,
    good_step,
    return_step,
)
from holdfast.radar.model import FAILING, Cause, Kind, State, Verdict

ENTRIES_MAX: Final = 300
"""Signs kept of one trouble; the newest."""
RECENT_MAX: Final = 20
"""Successes remembered while all is well, for failures that are found out later."""
WEAK_PROOF: Final = 0.5
"""A probe that succeeds is worth half of the capability itself."""
NEARER_FOR_WEBHOOKS: Final = 0.5
"""Webhooks that are silent have already been waited for."""
HINT_MS: Final = 5 * 60 * 1000
"""What others say counts for so long, less and less."""
FOUND_LATER: Final = frozenset({Kind.GAP, Kind.ECHO_EXPECTED})
RHYTHM_MS: Final = 60_000
"""What the counts say is said again and again while it is so."""
HINT_STEPS: Final = {Kind.REPORT: 0.6, Kind.BUTTON: 2.0, Kind.ALERT: 4.0}
"""One report says little, an agent's button more, a monitor's alert most."""


class Entry(msgspec.Struct):
    """A sign and what it weighs: less than 1 where others stand close by."""

    sign: Sign
    weight: float


class Balance:
    """The evidence about one capability. ``state`` and ``share`` are what the last verdict said of it."""

    __slots__ = (
        "_bad_steps",
        "_good_steps",
        "_highest",
        "_ordinary",
        "_waited_ms",
        "apart_ms",
        "back",
        "calm",
        "confirm_at",
        "entries",
        "good_at",
        "hint",
        "hint_at",
        "hints",
        "last_bad",
        "method",
        "onset",
        "proven_by",
        "recent",
        "rhythm",
        "rhythm_at",
        "rhythm_since",
        "run_strong",
        "seen_good",
        "settled_at",
        "share",
        "state",
        "strong",
        "strong_habit",
        "subscription",
        "weak",
        "weak_habit",
        "whole",
    )

    def __init__(self, method: Method, *, webhooks: bool = False) -> None:
        self.method = method
        self.apart_ms = method.apart_ms * (NEARER_FOR_WEBHOOKS if webhooks else 1.0)
        self.strong_habit, self.weak_habit = Habit(), Habit()
        self.entries: list[Entry] = []
        self.recent: deque[tuple[int, bool]] = deque(maxlen=RECENT_MAX)
        self.good_at = self.settled_at = 0
        self.state = State.UNKNOWN
        self.calm = self.seen_good = False
        self.whole = self.subscription = False
        self.share = 0.0
        self.hint = self.rhythm = 0.0
        self.hint_at = self.rhythm_at = self.rhythm_since = 0
        self.hints: dict[Kind, Sign] = {}
        self._start_afresh()
        self._take_measure()

    def _start_afresh(self) -> None:
        self.strong = self.weak = self.back = 0.0
        self.onset: int | None = None
        self.last_bad: int | None = None
        self._waited_ms = 0
        self._highest = 0.0
        self.run_strong = False
        self.proven_by: int | None = None

    def learnt(self) -> tuple[float, ...]:
        """What is ordinary here, to be remembered over a restart."""
        strong, weak = self.strong_habit, self.weak_habit
        return tuple(round(each, 2) for each in (strong.seen, strong.bad, weak.seen, weak.bad))

    def recall(self, verdict: Verdict) -> None:
        """Go on from a verdict of before."""
        seen, bad, weak_seen, weak_bad = verdict.score.learnt or (0.0, 0.0, 0.0, 0.0)
        self.strong_habit = Habit(seen, bad)
        self.weak_habit = Habit(weak_seen, weak_bad)
        self.good_at = verdict.score.good_at
        self.settled_at = verdict.score.settled_at
        self.state, self.share = verdict.state, verdict.share
        self.whole, self.subscription = verdict.score.whole, verdict.cause is Cause.SUBSCRIPTION
        self._start_afresh()
        self._take_measure()

    # --- signs ------------------------------------------------------------------------------------

    def good(self, at: int, *, strong: bool) -> bool:
        """A plain success: true where there is nothing else to be done about it, as nearly always."""
        if not self.calm:
            return False
        habit = self.strong_habit if strong else self.weak_habit
        gap = at - habit.at
        if gap > 0:  # as Habit.pass_to and _weight do it, without their calls: this is done for every success
            habit.bad *= 1.0 - gap / HABIT_MS if gap < HABIT_MS else 0.0
            weight = gap / self.apart_ms if gap < self.apart_ms else 1.0
            habit.seen = habit.seen * (1.0 - gap / HABIT_MS if gap < HABIT_MS else 0.0) + weight
            habit.at = at
        self.recent.append((at, strong))
        if strong and at > self.good_at:
            self.good_at = at
        return True

    def add(self, sign: Sign) -> bool:
        """Weigh a sign; whether the verdict may have changed."""
        if sign.good and not sign.replaces and not sign.count and self.good(sign.at, strong=sign.strong):
            return False
        if not self._believable(sign):
            return False
        if sign.replaces:
            self._withdraw(sign.replaces)
        if not self.entries:
            self._take_measure()
        entry = Entry(sign, self._weight(sign))
        self._note(sign)
        if self.entries or self.failing or not sign.good:
            self._enter(entry)
        return self._matters()

    def _take_measure(self) -> None:
        """What is ordinary is fixed for the length of a trouble: a failure must not excuse the next one."""
        self.confirm_at = self.method.confirm_at(self.strong_habit.seen + self.weak_habit.seen)
        self._ordinary = (self.weak_habit.share(), self.strong_habit.share())
        self._bad_steps = tuple(bad_step(share) for share in self._ordinary)
        self._good_steps = tuple(good_step(share) for share in self._ordinary)

    def _believable(self, sign: Sign) -> bool:
        """What was found out late may have been dealt with; what else lies far back is a clock set back."""
        newest = self.entries[-1].sign.at if self.entries else self.settled_at
        if sign.at < newest - EVIDENCE_MS:
            if sign.kind in FOUND_LATER:
                return False
            self._set_back(sign.at)
        return sign.at > self.settled_at

    def _set_back(self, now: int) -> None:
        self.settled_at, self.entries, self.last_bad = 0, [], None
        self.recent.clear()
        for habit in (self.strong_habit, self.weak_habit):
            habit.at = min(habit.at, now)

    def hear(self, sign: Sign, strength: float) -> bool:
        """What others say, or our counts; whether the verdict may have changed."""
        if sign.kind is Kind.RHYTHM:
            self._hear_rhythm(sign, strength)
        else:
            self.hint = self.hint_now(sign.at)
            self.hint = 0.0 if sign.good else self.hint + (strength or HINT_STEPS.get(sign.kind, 0.0))
            self.hint_at = sign.at
        if sign.good:
            self.hints.pop(sign.kind, None)
        else:
            self.hints[sign.kind] = sign
        self.calm = False
        return True

    def _hear_rhythm(self, sign: Sign, strength: float) -> None:
        """The strength is that of the whole silence, on the scale on which CONFIRM_AT confirms."""
        self.rhythm_since = 0 if sign.good else sign.at - sign.waited_ms
        self.rhythm = 0.0 if sign.good else strength / CONFIRM_AT
        self.rhythm_at = sign.at
        if sign.good and self.failing:
            self.back = max(self.back, UP_AT)  # what came since has been held against what is usual

    def rhythm_now(self, now: int) -> float:
        return self.rhythm * self.confirm_at if now - self.rhythm_at <= RHYTHM_MS else 0.0

    def hint_now(self, now: int) -> float:
        """What others say lately: at most enough for suspicion."""
        return self.hint * max(1.0 - max(now - self.hint_at, 0) / HINT_MS, 0.0)

    def _note(self, sign: Sign) -> None:
        if sign.good:
            self.seen_good = True
            self.recent.append((sign.at, sign.strong))
            if sign.strong:
                self.good_at = max(self.good_at, sign.at)
        self.calm = False

    def _weight(self, sign: Sign) -> float:
        """What stands close together has one cause: a sign counts for the time that it stands for."""
        habit = self.strong_habit if sign.strong else self.weak_habit
        apart = self.apart_ms
        gap = sign.at - habit.at if sign.at >= habit.at else self._gap_before(sign)
        if not apart:
            weight = max(sign.weight, sign.count)
        elif sign.count:
            weight = min(sign.count, sign.stands_ms / apart)
        else:
            weight = sign.weight * min(1.0, max(sign.stands_ms, gap) / apart)
        habit.pass_to(sign.at)
        return weight

    def _gap_before(self, sign: Sign) -> int:
        before = [e.sign.at for e in self.entries if e.sign.strong is sign.strong and e.sign.at <= sign.at]
        return sign.at - before[-1] if before else int(self.method.apart_ms)

    def _enter(self, entry: Entry) -> None:
        at = entry.sign.at
        if not self.entries:
            later = [(when, strong) for when, strong in self.recent if when > at]
            self.entries = [Entry(Sign(at=when, good=True, strong=strong), 1.0) for when, strong in later]
        if self.entries and at < self.entries[-1].sign.at:
            insort(self.entries, entry, key=lambda each: each.sign.at)
            self._weigh_again()
            return
        self.entries.append(entry)
        if len(self.entries) > ENTRIES_MAX:
            del self.entries[: ENTRIES_MAX // 3]
        self._step(entry)

    def _withdraw(self, key: str) -> None:
        """A failure that turned out to be none, or another one."""
        kept = [entry for entry in self.entries if entry.sign.key != key]
        if len(kept) < len(self.entries):
            self.entries = kept
            self._weigh_again()

    # --- scores -----------------------------------------------------------------------------------

    def _weigh_again(self) -> None:
        self._start_afresh()
        for entry in self.entries:
            self._step(entry)

    def _step(self, entry: Entry) -> None:
        sign, top = entry.sign, self.confirm_at + SCORE_OVER
        step = (self._good_steps if sign.good else self._bad_steps)[sign.strong] * entry.weight
        if sign.strong:
            self.strong = min(max(self.strong + step, 0.0), top)
            self.weak = 0.0 if sign.good else self.weak
        else:
            self.weak = min(max(self.weak + step, 0.0), top)
        self._highest = max(self._highest, self.strong + self.weak)
        if self.strong + self.weak <= 0:
            self.onset = None
        elif self.onset is None:
            self.onset = sign.at
        if not sign.good and sign.at >= (self.last_bad or 0):
            self.last_bad, self._waited_ms = sign.at, max(sign.waited_ms, sign.stands_ms)
        if self.failing:
            self._step_back(entry, self._ordinary[sign.strong])

    def _step_back(self, entry: Entry, ordinary: float) -> None:
        """The proof of a return gathers with successes and is lost with failures.

        Probes count only where probes had failed too, or to complete what a real success began. A
        subscription that is back is itself the proof that was missing.
        """
        sign, share = entry.sign, bounded_share(self.share)
        if not sign.good:
            self.back = max(self.back - log(share / ordinary) * entry.weight, 0.0)
        elif sign.strong or self.subscription:
            self.back += return_step(share) * entry.weight
        elif self.whole or self.run_strong:
            self.back += return_step(share) * entry.weight * WEAK_PROOF
        if self.back <= 0:
            self.run_strong, self.proven_by = False, None
        elif sign.good:
            self.run_strong = self.run_strong or sign.strong
            self.proven_by = self.proven_by or sign.at

    def _matters(self) -> bool:
        """Whether there is anything to judge; forgets a trouble that has come to nothing."""
        if self.state is not State.UP:
            return True
        if self.score <= 0 and not self.hints:
            self._come_to_nothing()
            return False
        return self.score >= self.suspect_at

    @property
    def score(self) -> float:
        return min(self.strong + self.weak, self.confirm_at + SCORE_OVER)

    def _come_to_nothing(self) -> None:
        """It was ordinary, unless it was suspicious; either way it is over."""
        if self._highest < self.suspect_at:
            for entry in self.entries:
                habit = self.strong_habit if entry.sign.strong else self.weak_habit
                habit.count(entry.weight, good=entry.sign.good)
        self.entries = []
        self._start_afresh()
        self.calm = True

    def lasted_ms(self) -> int:
        """From the first failure of this trouble to the newest, with what was waited for it."""
        if self.onset is None or self.last_bad is None:
            return 0
        return self.last_bad + self._waited_ms - self.onset

    @property
    def suspect_at(self) -> float:
        return self.confirm_at * SUSPECT_SHARE

    @property
    def signs(self) -> list[Sign]:
        return [entry.sign for entry in self.entries]

    # --- what the verdict decides -----------------------------------------------------------------

    def follow(self, verdict: Verdict, now: int) -> None:
        """Take note of what was concluded: from a failure on only proof counts, from a return on only news."""
        before, self.state = self.state, verdict.state
        if verdict.state in FAILING:
            if before not in FAILING:
                self.back, self.run_strong, self.proven_by = 0.0, False, None
            self.share = verdict.share
            self.subscription = verdict.cause is Cause.SUBSCRIPTION
            self.whole = verdict.score.whole
        elif before in FAILING or verdict.score.settled_at > self.settled_at:
            self._settle(verdict.score.settled_at)
        if verdict.state is State.UP:
            self.hints = {kind: sign for kind, sign in self.hints.items() if now - sign.at < HINT_MS}
            self.calm = not self.entries and not self.hints

    @property
    def failing(self) -> bool:
        return self.state in FAILING

    def _settle(self, at: int) -> None:
        self.settled_at = at
        self.entries = []
        self.share, self.whole = 0.0, False
        self._start_afresh()


def weights(entries: Iterable[Entry]) -> float:
    return sum(entry.weight for entry in entries)
