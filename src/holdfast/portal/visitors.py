"""Visitors who were just here, so that each message of a talk does not ask the store who writes."""

from collections import OrderedDict
from typing import Final

from holdfast.kernel import Clock
from holdfast.portal.model import Visitor

VISITORS_MAX: Final = 20_000
"""Whoever was looked up longest ago is forgotten first."""
KNOWN_SECONDS: Final = 30.0
"""After this the store is asked again, where a visitor may have been forgotten meanwhile."""

Key = tuple[str, str]
"""The channel and the hash of the token."""


class KnownVisitors:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[Key, tuple[Visitor, float]] = OrderedDict()

    def get(self, key: Key) -> Visitor | None:
        visitor, since = self._known.get(key, (None, 0.0))
        return visitor if self._clock.monotonic() - since < KNOWN_SECONDS else None

    def note(self, key: Key, visitor: Visitor) -> None:
        """Remember who was found; the time counts from the first look."""
        if self.get(key) is None:
            self._known[key] = (visitor, self._clock.monotonic())
            self._known.move_to_end(key)
        if len(self._known) > VISITORS_MAX:
            self._known.popitem(last=False)
