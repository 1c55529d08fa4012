"""Everything with which a team works on conversations, wired together."""

from collections.abc import Mapping

from holdfast.app.loops import Loop
from holdfast.conversations.texts import Filling
from holdfast.kernel import Clock, IdSource
from holdfast.outbox import Outbox
from holdfast.storage import Database, EventLog
from holdfast.work import Giver, Work
from holdfast.work.writing import LaterReplies, WritingShelf


class TeamWork:
    def __init__(
        self, *, database: Database, events: EventLog, clock: Clock, ids: IdSource, outbox: Outbox
    ) -> None:
        self.work = Work(database=database, events=events, clock=clock, ids=ids)
        self.writing = WritingShelf(database=database, events=events, clock=clock, ids=ids)
        self.later = LaterReplies(database=database, events=events, clock=clock, ids=ids, outbox=outbox)
        self._filling = Filling(database=database, clock=clock)
        self._giver = Giver(database=database, events=events, clock=clock, ids=ids)

    def loops(self) -> Mapping[str, Loop]:
        """What runs on one node of the hub at a time."""
        return {
            "later": self.later.run,
            "giver": self._giver.run,
            "waker": self._giver.wake,
            "filling": self._filling.run,
        }
