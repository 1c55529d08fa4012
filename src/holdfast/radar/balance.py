"""Where the signs about one capability are weighed, one at a time, in the order in which they come.

While all is well nothing is kept but counts. From the first failure on the signs themselves are kept, until
the score has come back to nothing.
"""

from bisect import insort
from collections import deque
from collections.abc import Sequence
from typing import Final

from holdfast.radar.charts import Charts
from holdfast.radar.conversations import MAY_BE_ALONE, Conversations
from holdfast.radar.entries import Entry, weights
from holdfast.radar.evidence import EVIDENCE_MS, Sign
from holdfast.radar.habit import HABIT_MS, Habit
from holdfast.radar.method import (
    ALMOST,
    CHANCE_OF_FALSE_RECOVERING,
    CONFIRM_AT,
    SCORE_OVER,
    SUSPECT_AT,
    Method,
)
from holdfast.radar.model import CONFIRMED, FAILING, LATE, Cause, Kind, State, Verdict
from holdfast.radar.others import Others
from holdfast.radar.proof import Proof

ENTRIES_MAX: Final = 150
"""Signs kept of one trouble; the newest."""
TOGETHER: Final = 0.8
"""Two kinds of calls that fail at once need less of each. Only charts that forget soon count: a burst spoils both."""
SHARE_SIGNS: Final = 40
"""The newest signs, from which the share of failures is told."""
RECENT_MAX: Final = 20
"""Successes remembered while all is well, for failures that are found out later."""
WEAK_PROOF: Final = 0.75
"""A probe that succeeds is worth three quarters of the capability itself, where probes had failed as well."""
WEAK_COMPLETES: Final = 0.15
"""Where they had not, it only completes what a real success began."""
RELAPSE_MS: Final = 30 * 60 * 1000
"""What fails again so soon after a return goes on as it was."""
NEARER_FOR_WEBHOOKS: Final = 0.5
"""Webhooks that are silent have already been waited for."""
FOUND_LATER: Final = frozenset({Kind.GAP, Kind.ECHO_EXPECTED, Kind.ROUND_TRIP})


class Balance:
    """The evidence about one capability. ``state`` and ``share`` are what the last verdict said of it."""

    __slots__ = (
        "_highest",
        "_ordinary",
        "_waited_ms",
        "apart_ms",
        "calm",
        "conversations",
        "entries",
        "good_at",
        "last_bad",
        "method",
        "others",
        "proof",
        "recent",
        "region",
        "relapses",
        "seen_good",
        "settled_at",
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
        self._learn_from(Habit(), Habit())
        self.entries: list[Entry] = []
        self.recent: deque[tuple[int, bool]] = deque(maxlen=RECENT_MAX)
        self.good_at = self.settled_at = 0
        self.state = State.UNKNOWN
        self.calm = self.seen_good = False
        self.whole = self.subscription = False
        self.relapses = 0
        self.region = ""
        self.others = Others()
        self.proof = Proof()
        self.conversations = Conversations()
        self._start_afresh()

    def _learn_from(self, strong: Habit, weak: Habit) -> None:
        self.strong_habit, self.weak_habit = strong, weak
        self.strong = Charts(strong, self.method.false_alarms_per_year)
        self.weak = Charts(weak, self.method.false_alarms_per_year)
        self._ordinary = (weak.share(), strong.share())

    def _start_afresh(self) -> None:
        self.strong.clear()
        self.weak.clear()
        self.last_bad: int | None = None
        self._waited_ms = 0
        self._highest = 0.0
        self.proof.lose()

    def learnt(self) -> tuple[float, ...]:
        """What is ordinary here, to be remembered over a restart."""
        strong, weak = self.strong_habit, self.weak_habit
        return tuple(round(each, 2) for each in (strong.seen, strong.bad, weak.seen, weak.bad))

    def learnt_classes(self) -> tuple[dict[str, float], ...]:
        """In which ways calls fail ordinarily, to be remembered likewise."""
        habits = (self.strong_habit, self.weak_habit)
        return tuple({name: round(bad, 2) for name, bad in habit.classes.items()} for habit in habits)

    def recall(self, verdict: Verdict) -> None:
        """Go on from a verdict of before."""
        seen, bad, weak_seen, weak_bad = verdict.score.learnt or (0.0, 0.0, 0.0, 0.0)
        classes, weak_classes = verdict.score.learnt_classes or ({}, {})
        self._learn_from(Habit(seen, bad, classes), Habit(weak_seen, weak_bad, weak_classes))
        self.good_at = verdict.score.good_at
        self.settled_at = verdict.score.settled_at
        self.state = verdict.state
        self.whole, self.subscription = verdict.score.whole, verdict.cause is Cause.SUBSCRIPTION
        self.relapses, self.region = verdict.score.relapses, verdict.score.region
        self._start_afresh()
        if self.failing:
            self.proof.recall(verdict.share)

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
        if sign.strong and sign.good:
            self.conversations.work(sign.conversation, sign.at)
        elif sign.strong and self.conversations.fail(sign):
            return True
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
        self.strong.begin()
        self.weak.begin()
        self._ordinary = (self.weak_habit.share(), self.strong_habit.share())

    def _believable(self, sign: Sign) -> bool:
        """What was found out late may have been dealt with; what else lies far back is a clock set back."""
        newest = self.entries[-1].sign.at if self.entries else self.settled_at
        if sign.at < newest - EVIDENCE_MS:
            if sign.kind in FOUND_LATER or sign.error_class == LATE:
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
        self.others.hear(sign, strength)
        if sign.kind is Kind.RHYTHM and sign.good and self.failing:
            self.proof.complete()
        self.calm = False
        return True

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
        self._step(entry)
        if len(self.entries) > ENTRIES_MAX:
            self._learn(self.entries[: ENTRIES_MAX // 3])
            del self.entries[: ENTRIES_MAX // 3]

    def _withdraw(self, key: str) -> None:
        """A failure that turned out to be none, or another one."""
        kept = [entry for entry in self.entries if entry.sign.key != key]
        if len(kept) < len(self.entries):
            self.entries = kept
            self._weigh_again()

    # --- scores -----------------------------------------------------------------------------------

    def _weigh_again(self) -> None:
        self._start_afresh()
        if self.failing:
            self.proof.begin(0.0, 0.0, again=False)
        for entry in self.entries:
            self._step(entry)

    def _step(self, entry: Entry) -> None:
        sign = entry.sign
        if sign.strong:
            self.strong.step(entry, self.apart_ms)
            if sign.good:
                self.weak.clear()
        else:
            self.weak.step(entry, self.apart_ms)
        if not sign.good:
            self._highest = max(self._highest, self.score)
            if sign.at >= (self.last_bad or 0):
                self.last_bad, self._waited_ms = sign.at, max(sign.waited_ms, sign.stands_ms)
        if self.failing:
            self._step_back(entry, self._ordinary[sign.strong])

    @property
    def onset(self) -> int | None:
        """The failure with which the evidence began."""
        leading = (self.strong.leading(), self.weak.leading())
        return min((chart.since for chart in leading if chart.since is not None), default=None)

    def only_conversation(self) -> bool:
        """Whether all failures are of one conversation, on a channel where others were lately heard."""
        onset = self.onset or 0
        failed = [e.sign for e in self.entries if not e.sign.good and e.sign.at >= onset]
        first = failed[0].conversation if failed else ""
        alike = all(sign.conversation == first and sign.error_class in MAY_BE_ALONE for sign in failed)
        return bool(first) and alike and self.conversations.others_heard(first, failed[-1].at)

    def only_region(self) -> str:
        """The country that all failures speak of while calls to others succeed; empty where there is none."""
        onset = self.onset or 0
        strong = [e.sign for e in self.entries if e.sign.strong and e.sign.at >= onset]
        failing = {sign.region for sign in strong if not sign.good}
        others = any(sign.good and sign.region and sign.region not in failing for sign in strong)
        return failing.pop() if len(failing) == 1 and others else ""

    def _step_back(self, entry: Entry, ordinary: float) -> None:
        sign = entry.sign
        if not sign.good:
            self.proof.fail(entry.weight, ordinary)
        elif not self.region or sign.region in ("", self.region):
            self.proof.succeed(sign.at, entry.weight * self._worth(sign), strong=sign.strong)

    def _worth(self, sign: Sign) -> float:
        """Probes count only where probes had failed too, or to complete what a real success began. A
        subscription that is back is itself the proof that was missing.
        """
        if sign.strong or self.subscription:
            return 1.0
        if self.whole:
            return WEAK_PROOF
        return WEAK_COMPLETES if self.proof.strong and not self.relapses else 0.0

    def proves(self, chance: float) -> bool:
        return self.proof.reaches(chance, self.relapses)

    def _matters(self) -> bool:
        """Whether there is anything to judge; forgets a trouble that has come to nothing."""
        if self.state in CONFIRMED:  # until proof begins to gather only the share changes, which can wait
            return self.proves(CHANCE_OF_FALSE_RECOVERING)
        if self.state is not State.UP:
            return True
        score = self.score
        if score <= 0 and not self.others.say:
            self._come_to_nothing()
            return False
        return score >= SUSPECT_AT - ALMOST

    @property
    def score(self) -> float:
        """CONFIRM_AT and more confirms."""
        strong, weak = self.strong, self.weak
        together = TOGETHER * (strong.whole.score + weak.whole.score)
        return min(max(strong.leading().score, weak.leading().score, together), CONFIRM_AT + SCORE_OVER)

    def _come_to_nothing(self) -> None:
        self._learn(self.entries)
        self.entries = []
        self._start_afresh()
        self.calm = True

    def _learn(self, entries: Sequence[Entry]) -> None:
        """They were ordinary, unless they were worth a verdict."""
        if self.failing or self._highest >= CONFIRM_AT:
            return
        for entry in entries:
            sign = entry.sign
            habit = self.strong_habit if sign.strong else self.weak_habit
            habit.count(entry.weight, good=sign.good, at=sign.at, error_class=sign.error_class)

    @property
    def wavers(self) -> bool:
        """Something has begun to fail, or a return to be proven, and neither is certain."""
        return self.proof.nats > 0 if self.failing else self.score > 0

    def lasted_ms(self) -> int:
        """From the first failure of this trouble to the newest, with what was waited for it."""
        onset = self.onset
        return 0 if onset is None or self.last_bad is None else self.last_bad + self._waited_ms - onset

    @property
    def signs(self) -> list[Sign]:
        return [entry.sign for entry in self.entries]

    # --- what the verdict decides -----------------------------------------------------------------

    def follow(self, verdict: Verdict, now: int) -> None:
        """Take note of what was concluded: from a failure on only proof counts, from a return on only news."""
        before, self.state = self.state, verdict.state
        if verdict.state in FAILING:
            if before not in FAILING:
                self._begin_to_fail(verdict)
            self.subscription = verdict.cause is Cause.SUBSCRIPTION
            self.whole, self.relapses = verdict.score.whole, verdict.score.relapses
            self.region = verdict.score.region
        elif before in FAILING or verdict.score.settled_at > self.settled_at:
            self._settle(verdict.score.settled_at)
        if verdict.state is State.UP:
            self.others.forget(now)
            self.calm = not self.entries and not self.others.say

    def _begin_to_fail(self, verdict: Verdict) -> None:
        """What share fails is told from all that has been kept; what relapses soon adds to what was known."""
        alone = self.strong.leading().nats > 0 and not verdict.score.whole
        begun = [e for e in self.entries if e.sign.at >= (verdict.score.onset or 0)]
        telling = [e for e in begun if e.sign.strong or not alone]
        if verdict.score.region:
            telling = [e for e in telling if e.sign.region == verdict.score.region]
        bad = weights(entry for entry in telling if not entry.sign.good)
        soon = verdict.since - self.settled_at < RELAPSE_MS
        self.proof.begin(bad, weights(telling) - bad, again=soon)

    @property
    def failing(self) -> bool:
        return self.state in FAILING

    def _settle(self, at: int) -> None:
        self.settled_at = at
        self.entries = []
        self.whole, self.region = False, ""
        self._start_afresh()
