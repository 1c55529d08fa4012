"""Which agents look at which conversation on this node, and who of them writes. Nothing of it is stored."""

from collections import OrderedDict
from typing import Final, Literal

import msgspec

from holdfast.kernel import Clock
from holdfast.web.feed import Feed

STAYS_SECONDS: Final = 45.0
"""Without another word a page is gone after this."""
SWEEP_SECONDS: Final = 5.0
PAGES_MAX: Final = 2_000
"""Pages that are remembered; the one heard of longest ago is forgotten first."""

Doing = Literal["looking", "writing"]


class Attending(msgspec.Struct, frozen=True):
    """An agent has a conversation open; ``doing``: looking or writing."""

    conversation_id: str
    agent_id: str
    doing: Doing


class _Told(msgspec.Struct, frozen=True, tag="desk", tag_field="kind"):
    attending: list[Attending]


class Attendance:
    def __init__(self, *, feed: Feed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock
        self._pages: OrderedDict[tuple[str, str], tuple[Attending, float]] = OrderedDict()
        self._told: list[Attending] = []

    def note(self, agent_id: str, page: str, conversation_id: str, doing: Doing) -> None:
        """One page of an agent shows a conversation now, or none (``""``)."""
        key = (agent_id, page)
        self._pages.pop(key, None)
        if conversation_id:
            until = self._clock.monotonic() + STAYS_SECONDS
            self._pages[key] = (Attending(conversation_id, agent_id, doing), until)
        while len(self._pages) > PAGES_MAX:
            self._pages.popitem(last=False)
        self._tell()

    def attending(self) -> list[Attending]:
        """Each agent once for each conversation; who writes on one of several pages, writes."""
        now = self._clock.monotonic()
        found: dict[tuple[str, str], Attending] = {}
        for each, until in self._pages.values():
            key = (each.conversation_id, each.agent_id)
            if until > now and (key not in found or each.doing == "writing"):
                found[key] = each
        return [found[key] for key in sorted(found)]

    async def run(self) -> None:
        """Let go of pages that say nothing any more."""
        while True:
            await self._clock.sleep(SWEEP_SECONDS)
            now = self._clock.monotonic()
            for key in [key for key, (_, until) in self._pages.items() if until <= now]:
                del self._pages[key]
            self._tell()

    def _tell(self) -> None:
        here = self.attending()
        if here != self._told:
            self._told = here
            self._feed.sign(msgspec.json.encode(_Told(here)))
