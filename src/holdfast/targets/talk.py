"""From what was said and decided in a conversation to the clocks that it starts, stops and ends. Pure.

A talk begins with a message of the person and is over when it is resolved, or when it has rested for three days. Who
waits does so from the first message that has no answer, until an answer is out that was written after it.
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from holdfast.targets.model import DAY_MS, Kind, Still

REST_MS: Final = 3 * DAY_MS
"""After so long without a word the next message begins a talk anew; figures have the same."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. ``heard``: a message of the person arrived; ``answered``: a reply of the team was out
    at that time, ``written_at`` when it was written, ``by`` an agent's id; ``snoozed`` ``until`` a time. ``said_at`` is
    the platform's own time of a message: it orders what arrived at once, and what was answered ``outside``, in the
    platform's own app, where the hub is told of both afterwards.
    """

    what: Literal["heard", "answered", "snoozed", "woken", "resolved", "reopened"]
    at: int
    message_id: str = ""
    channel: str = ""
    said_at: int = 0
    outside: bool = False
    written_at: int = 0
    by: str = ""
    until: int = 0


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """One clock, without the length of time that is promised. ``dropped``: nobody had to answer any more."""

    kind: Kind
    message_id: str
    channel: str
    started_at: int
    ended_at: int | None = None
    by: str = ""
    dropped: bool = False


class Course(msgspec.Struct, frozen=True):
    """The clocks of a conversation, and when all of them stood still; ``theirs`` stops only the end of a talk."""

    waits: tuple[Wait, ...]
    still: tuple[Still, ...]
    theirs: tuple[Still, ...]


def course_of(happened: Sequence[Said], *, is_whole: bool = True, began: Wait | None = None) -> Course:
    """Not ``is_whole``: something came before, so that the first message found is no first one; ``began`` is then the
    clock of the talk in which it stands, where that is known.
    """
    walk = _Walk(is_whole=is_whole, began=began)
    for said in sorted(happened, key=lambda each: (each.at, each.said_at or each.at)):
        walk.step(said)
    return walk.course()


class _Walk:
    def __init__(self, *, is_whole: bool, began: Wait | None) -> None:
        self._began = began
        self._waits: list[Wait] = []
        self._still: list[Still] = []
        self._theirs: list[Still] = []
        self._open: list[Said] = []
        """Messages that have no answer."""
        self._talk: int | None = None
        """Where the clock of the whole talk stands among the waits."""
        self._waiting: int | None = None
        self._is_answered = not is_whole
        self._last_at = 0
        self._answered_to = -1
        """Up to which of the platform's times somebody has answered outside."""
        self._snoozed: Still | None = None
        self._our_word: int | None = None
        """Since when it is their turn."""
        self._shelved: tuple[int, int | None, list[Said], bool, int | None] | None = None
        """How the talk stood that was resolved, until somebody writes again."""

    def step(self, said: Said) -> None:
        self._wake(said)
        {
            "heard": self._heard,
            "answered": self._answered,
            "snoozed": self._snooze,
            "woken": _nothing,
            "resolved": self._resolved,
            "reopened": self._reopened,
        }[said.what](said)

    def course(self) -> Course:
        still = [*self._still, *([self._snoozed] if self._snoozed else [])]
        theirs = list(self._theirs)
        if self._our_word is not None:
            theirs.append(Still(self._our_word, None, "customer"))
        return Course(tuple(self._waits), tuple(still), tuple(theirs))

    def _wake(self, said: Said) -> None:
        """Putting off ends by its time, by a decision or by their writing; our own reply leaves it so."""
        snoozed = self._snoozed
        if snoozed is not None and (said.what != "answered" or said.at >= (snoozed.until or 0)):
            self._still.append(Still(snoozed.since, min(said.at, snoozed.until or said.at), "snoozed"))
            self._snoozed = None

    def _heard(self, said: Said) -> None:
        if said.said_at <= self._answered_to:
            self._last_at = max(self._last_at, said.at)
            return  # it came to us after its answer
        rested = not self._open and said.at - self._last_at > REST_MS
        if self._talk is None or rested:
            self._begin(said)
        elif not self._open:
            self._begin_wait(said)
        self._open.append(said)
        if self._our_word is not None:
            self._theirs.append(Still(self._our_word, said.at, "customer"))
            self._our_word = None
        self._last_at = max(self._last_at, said.at)
        self._shelved = None

    def _begin(self, said: Said) -> None:
        if self._talk is not None:
            self._end(self._talk, said.at, dropped=True)
            self._is_answered = False
        self._waits.append(self._began or _wait("resolve", said))
        self._began = None
        self._talk = len(self._waits) - 1
        self._begin_wait(said)

    def _begin_wait(self, said: Said) -> None:
        self._waits.append(_wait("next" if self._is_answered else "first", said))
        self._waiting = len(self._waits) - 1

    def _answered(self, said: Said) -> None:
        if said.outside:
            self._answered_to = max(self._answered_to, said.said_at)
        if self._talk is None:
            self._last_at = max(self._last_at, said.at)
            return
        answered = [each for each in self._open if _answers(said, each)]
        left = [each for each in self._open if not _answers(said, each)]
        if self._open and not answered:
            return  # it was written before they wrote: it answers something else
        self._is_answered = True
        self._last_at = max(self._last_at, said.at)
        if answered and self._waiting is not None:
            self._end(self._waiting, said.at, by=said.by)
            self._waiting = None
        self._open = left
        if left:
            self._begin_wait(left[0])
        elif self._our_word is None:
            self._our_word = said.at

    def _snooze(self, said: Said) -> None:
        if self._talk is None:
            self._reopened(said)
        self._snoozed = Still(said.at, said.until or None, "snoozed")

    def _resolved(self, said: Said) -> None:
        if self._talk is None:
            return
        self._shelved = (self._talk, self._waiting, self._open, self._is_answered, self._our_word)
        if self._waiting is not None:
            self._end(self._waiting, said.at, dropped=True)
        self._end(self._talk, said.at, by=said.by)
        self._talk, self._waiting, self._open, self._is_answered = None, None, [], False
        if self._our_word is not None:
            self._theirs.append(Still(self._our_word, said.at, "customer"))
            self._our_word = None

    def _reopened(self, said: Said) -> None:
        """As it stood; what passed meanwhile counts for nobody."""
        if self._shelved is None:
            return
        self._talk, self._waiting, self._open, self._is_answered, our_word = self._shelved
        self._shelved = None
        ended = self._waits[self._talk].ended_at or said.at
        self._still.append(Still(ended, said.at, "customer"))
        for index in (self._talk, self._waiting):
            if index is not None:
                self._waits[index] = msgspec.structs.replace(
                    self._waits[index], ended_at=None, by="", dropped=False
                )
        if our_word is not None:
            self._our_word = said.at

    def _end(self, index: int, at: int, *, by: str = "", dropped: bool = False) -> None:
        wait = msgspec.structs.replace(self._waits[index], ended_at=at, by=by, dropped=dropped)
        self._waits[index] = wait


def _answers(reply: Said, heard: Said) -> bool:
    return heard.said_at <= reply.said_at if reply.outside else heard.at <= reply.written_at


def _wait(kind: Kind, said: Said) -> Wait:
    return Wait(kind=kind, message_id=said.message_id, channel=said.channel, started_at=said.at)


def _nothing(said: Said) -> None:
    """What woke it is done already."""
