"""Which failures speak of one conversation alone: others get through meanwhile."""

from hashlib import sha256
from typing import Final

import msgspec

from holdfast.channels.contract import ErrorClass
from holdfast.radar.evidence import EVIDENCE_MS, Sign
from holdfast.radar.model import SLOW

FAILING_MAX: Final = 64
REMEMBERED_MS: Final = 60 * 60 * 1000
"""So long it is known that a conversation fails, or that another one works."""
FAILURES_TOLD: Final = 3
"""So many failures of a conversation whose neighbours get through are no chance."""
MAY_BE_ALONE: Final = frozenset({"", ErrorClass.PLATFORM.value, ErrorClass.THROTTLED.value, SLOW})
"""Connections, tokens and accounts are shared by all conversations."""
KEY_LETTERS: Final = 12


def conversation_key(channel: str, address: str) -> str:
    """An opaque name of a conversation, in which nobody reads an address."""
    return sha256(f"{channel}\0{address}".encode()).hexdigest()[:KEY_LETTERS]


class Failing(msgspec.Struct):
    """``others_work``: another conversation got through since."""

    since: int
    newest: int
    count: int = 0
    others_work: bool = False


class Conversations:
    """What is known of the conversations of one channel, by their opaque keys."""

    __slots__ = ("_before", "_before_at", "_newest", "_newest_at", "failing")

    def __init__(self) -> None:
        self.failing: dict[str, Failing] = {}
        self._newest = self._before = ""
        self._newest_at = self._before_at = 0

    def work(self, key: str, at: int) -> None:
        """A message of this conversation was accepted; the key may be empty where it is not known."""
        if key != self._newest:
            self._before, self._before_at = self._newest, self._newest_at
            self._newest = key
        self._newest_at = at
        if self.failing:
            self.failing.pop(key, None)
            for each in self.failing.values():
                each.others_work = each.others_work or at >= each.since

    def fail(self, sign: Sign) -> bool:
        """Whether this failure says nothing about others, for they are known to get through."""
        if not sign.conversation or sign.error_class not in MAY_BE_ALONE:
            return False
        known = self.failing.pop(sign.conversation, None)
        if known is None or sign.at - known.newest > REMEMBERED_MS:
            known = Failing(since=sign.at, newest=sign.at)
        known.newest, known.count = max(known.newest, sign.at), known.count + 1
        self.failing[sign.conversation] = known
        if len(self.failing) > FAILING_MAX:
            del self.failing[next(iter(self.failing))]
        return known.others_work

    def others_heard(self, key: str, at: int) -> bool:
        """Whether another conversation got through lately, so that this one can be told from the channel."""
        other, heard_at = (
            (self._before, self._before_at) if self._newest == key else (self._newest, self._newest_at)
        )
        return heard_at > 0 and other not in ("", key) and at - heard_at <= REMEMBERED_MS

    def alone(self, now: int, burst_ms: int) -> Failing | None:
        """The newest conversation that fails again and again while others get through."""
        for each in reversed(self.failing.values()):
            lasted = each.newest - each.since >= burst_ms
            if (
                each.others_work
                and each.count >= FAILURES_TOLD
                and lasted
                and now - each.newest < EVIDENCE_MS
            ):
                return each
        return None
