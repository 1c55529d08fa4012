"""Devices that were just here, so that each message of a talk does not ask the store who writes."""

from collections import OrderedDict
from typing import Final

from holdfast.kernel import Clock
from holdfast.members.model import Session

SESSIONS_MAX: Final = 20_000
"""Whoever was looked up longest ago is forgotten first."""
FRESH_SECONDS: Final = 30.0
"""After this the store is asked again, where a session may have ended meanwhile on another node."""
STALE_SECONDS: Final = 24 * 3_600.0
"""For so long a session holds while the store is away: what is written meanwhile is kept in the spool."""


class KnownSessions:
    """By the hash of the token."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[Session, float]] = OrderedDict()

    def fresh(self, token_hash: str) -> Session | None:
        return self._within(token_hash, FRESH_SECONDS)

    def stale(self, token_hash: str) -> Session | None:
        """Who it was when the store was last asked."""
        return self._within(token_hash, STALE_SECONDS)

    def note(self, token_hash: str, session: Session) -> None:
        """Remember what the store said just now."""
        self._known[token_hash] = (session, self._clock.monotonic())
        self._known.move_to_end(token_hash)
        if len(self._known) > SESSIONS_MAX:
            self._known.popitem(last=False)

    def forget(self, token_hash: str) -> None:
        self._known.pop(token_hash, None)

    def forget_member(self, member_id: str) -> None:
        """Something about a member changed here: the next look asks the store."""
        for key in [key for key, (session, _) in self._known.items() if session.member.id == member_id]:
            del self._known[key]

    def _within(self, token_hash: str, seconds: float) -> Session | None:
        session, since = self._known.get(token_hash, (None, 0.0))
        return session if self._clock.monotonic() - since < seconds else None
