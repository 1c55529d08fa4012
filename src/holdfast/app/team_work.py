"""Everything with which a team works on conversations, wired together."""

from collections.abc import Callable, Mapping

from holdfast.app.loops import Loop
from holdfast.automation import RuleRunner, Rules
from holdfast.contacts import ContactJoining
from holdfast.conversations import Beside
from holdfast.conversations.texts import Filling
from holdfast.kernel import Clock, IdSource
from holdfast.outbox import ChannelFact, Outbox
from holdfast.storage import Database, EventLog
from holdfast.targets import TargetJoining, TargetKeeper, Targets
from holdfast.work import Giver, Work, WorkJoining
from holdfast.work.changing import Changes
from holdfast.work.writing import LaterReplies, WritingShelf


def beside() -> Mapping[str, Beside]:
    """What goes along when two people are joined."""
    return {"work": WorkJoining(), "contacts": ContactJoining(), "targets": TargetJoining()}


class TeamWork:
    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        outbox: Outbox,
        facts: Callable[[], Mapping[str, ChannelFact]],
        undo_seconds: float,
        business: str,
    ) -> None:
        self.work = Work(database=database, events=events, clock=clock, ids=ids)
        self.writing = WritingShelf(database=database, events=events, clock=clock, ids=ids)
        self.later = LaterReplies(
            database=database,
            events=events,
            clock=clock,
            ids=ids,
            outbox=outbox,
            undo_ms=int(undo_seconds * 1000),
        )
        self.changes = Changes(database=database, events=events, clock=clock, ids=ids, facts=facts)
        self.targets = Targets(
            database=database, events=events, clock=clock, ids=ids, channels=lambda: list(facts())
        )
        self.target_keeper = TargetKeeper(database=database, events=events, clock=clock, ids=ids, facts=facts)
        self._filling = Filling(database=database, clock=clock)
        self.rules = Rules(
            database=database, events=events, clock=clock, ids=ids, channels=facts, business=business
        )
        rules = RuleRunner(database=database, clock=clock, ids=ids, outbox=outbox, business=business)
        self._giver = Giver(database=database, events=events, clock=clock, ids=ids, first=rules.follow)

    def loops(self) -> Mapping[str, Loop]:
        """What runs on one node of the hub at a time."""
        return {
            "later": self.later.run,
            "giver": self._giver.run,
            "waker": self._giver.wake,
            "targets": self.target_keeper.run,
            "target_teller": self.target_keeper.tell,
            "filling": self._filling.run,
        }
