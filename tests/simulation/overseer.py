"""Rules that every commit has to keep, whatever comes of it: who owns a lane, what follows what.

SQLite itself tells of each change, by triggers that live only on the connections of a run.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from .stumbles import REFUSAL
from .town import DOUBT_EVIDENCE_SECONDS

_TELL: Final = "oversee"


def _differ(*columns: str) -> str:
    return " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)


_TRIGGERS: Final = (
    f"""
CREATE TEMP TRIGGER oversee_lease AFTER UPDATE OF fence ON main.lane BEGIN
    SELECT {_TELL}('lease', NEW.id, OLD.leased_by, OLD.lease_until, OLD.fence, NEW.leased_by, NEW.fence);
END
""",
    f"""
CREATE TEMP TRIGGER oversee_delivery AFTER UPDATE OF state ON main.delivery WHEN OLD.state <> NEW.state BEGIN
    SELECT {_TELL}('move', NEW.id, OLD.state, NEW.state, NEW.reason, OLD.doubt_since, NEW.external_id,
        (SELECT CASE WHEN lease_until > 0 THEN leased_by END FROM lane WHERE id = NEW.lane),
        (SELECT lease_until FROM lane WHERE id = NEW.lane));
    SELECT {_TELL}('start', NEW.id, l.leased_by, l.lease_until, (SELECT COUNT(*) FROM delivery e WHERE
        e.lane = NEW.lane AND e.position < NEW.position AND e.state IN ('queued', 'held', 'sending', 'in_doubt')))
        FROM lane l WHERE l.id = NEW.lane AND NEW.state = 'sending';
END
""",
    f"""
CREATE TEMP TRIGGER oversee_place AFTER UPDATE OF lane ON main.delivery WHEN OLD.lane <> NEW.lane BEGIN
    SELECT {_TELL}('place', NEW.id, NEW.lane, NEW.position,
        (SELECT COALESCE(MAX(e.position), 0) FROM delivery e WHERE e.lane = NEW.lane AND e.id <> NEW.id));
END
""",
    f"""
CREATE TEMP TRIGGER oversee_cursor AFTER UPDATE OF value ON main.reader_cursor WHEN
    NEW.name LIKE 'applier%' BEGIN
    SELECT {_TELL}('cursor', NEW.name, OLD.value, NEW.value);
END
""",
    f"""
CREATE TEMP TRIGGER oversee_new_message AFTER INSERT ON main.message BEGIN
    SELECT {_TELL}('shown', NEW.id);
END
""",
    f"""
CREATE TEMP TRIGGER oversee_message AFTER UPDATE ON main.message WHEN
    {_differ("state", "state_reason", "text", "channel", "at", "edited_at", "unsent_at")} BEGIN
    SELECT {_TELL}('shown', NEW.id);
END
""",
    f"""
CREATE TEMP TRIGGER oversee_conversation AFTER UPDATE ON main.conversation WHEN
    {_differ("status", "last_at", "last_preview", "last_channel", "unread", "waiting_since")} BEGIN
    SELECT {_TELL}('shown', NEW.id);
END
""",
    f"""
CREATE TEMP TRIGGER oversee_new_reaction AFTER INSERT ON main.reaction BEGIN
    SELECT {_TELL}('shown', NEW.message_id);
END
""",
    f"""
CREATE TEMP TRIGGER oversee_event AFTER INSERT ON main.event BEGIN
    SELECT {_TELL}('told', NEW.kind, NEW.conversation_id, NEW.body);
END
""",
)
_PROVEN: Final = frozenset({"sent", "delivered", "read"})
_WAITING: Final = frozenset({"queued", "held"})
_FOLLOWS: Final = {
    "queued": {"held", "sending", "superseded", "expired", "cancelled", "rejected", "sent"},
    "held": {"queued", "sending", "superseded", "expired", "cancelled", "rejected", "sent"},
    "sending": {"sent", "queued", "held", "rejected", "in_doubt"},
    "in_doubt": {"sent", "queued", "held", "rejected", "cancelled"},
    "sent": {"delivered", "read", "rejected"},
    "delivered": {"read"},
    **{final: {"sent"} for final in ("rejected", "cancelled", "expired")},
}
"""docs/states.md; what stands nowhere on the left is final. Proof that comes late is proof all the same."""
ASIDE: Final = "|aside"
ON_A_PERSONS_WORD: Final = "on the word of"


@dataclass
class Overseer:
    """``now_ms`` is the time of the process that commits. What it saw stands in ``seen``."""

    now: Callable[[], float]
    on_applied: Callable[[str, int, int], None]
    """Told of a node and of the envelopes that it notes as applied: behind the first number, up to the second."""
    seen: list[str] = field(default_factory=list)
    aside: set[str] = field(default_factory=set)
    """Deliveries that were once out of the way of what was written after them."""

    def watch(self, connection: sqlite3.Connection, node: str, now_ms: Callable[[], int]) -> "Watch":
        """Look at what a node commits over this connection; its tables must exist."""
        watch = Watch(self, node, now_ms)
        connection.create_function(_TELL, -1, watch.note)
        for trigger in (*_TRIGGERS, REFUSAL):
            connection.execute(trigger)
        return watch


@dataclass
class _Noted:
    """What was seen of a transaction that is not committed yet."""

    complaints: list[str] = field(default_factory=list)
    applied: list[tuple[int, int]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """Messages and conversations of which clients see something else from now on."""
    told: list[str] = field(default_factory=list)
    """Those of which an event says so."""

    def lengths(self) -> tuple[int, ...]:
        return tuple(len(each) for each in self._all())

    def forget_beyond(self, lengths: tuple[int, ...]) -> None:
        for each, length in zip(self._all(), lengths, strict=True):
            del each[length:]

    def _all(self) -> tuple[list[Any], ...]:
        return self.complaints, self.applied, self.shown, self.told


class Watch:
    """One connection: what was changed counts once it is committed."""

    def __init__(self, overseer: Overseer, node: str, now_ms: Callable[[], int]) -> None:
        self._overseer = overseer
        self._node = node
        self._now_ms = now_ms
        self._noted = _Noted()
        self._unit = self._noted.lengths()

    def note(self, what: str, *values: Any) -> None:
        sentence: str = getattr(self, f"_{what}")(*values)
        if sentence:
            self._noted.complaints.append(self._dated(sentence))

    def committed(self) -> None:
        noted = self._noted
        self.undone()
        self._overseer.seen += noted.complaints
        for each in dict.fromkeys(noted.shown):
            if each not in noted.told:
                sentence = f"clients_are_told: {each} was changed, and no event says so"
                self._overseer.seen.append(self._dated(sentence))
        for was, value in noted.applied:
            self._overseer.on_applied(self._node, was, value)

    def undone(self) -> None:
        self._noted = _Noted()
        self._unit = self._noted.lengths()

    def unit_begun(self) -> None:
        """From here on may be undone apart from what was done before."""
        self._unit = self._noted.lengths()

    def unit_undone(self) -> None:
        self._noted.forget_beyond(self._unit)

    def _dated(self, sentence: str) -> str:
        return f"{sentence} (at {self._overseer.now():.1f} s, by {self._node})"

    def _shown(self, what: str) -> str:
        self._noted.shown.append(what)
        return ""

    def _told(self, kind: str, conversation: str | None, body: str) -> str:
        about_message = kind.startswith("message.")
        self._noted.told.append(json.loads(body)["message_id"] if about_message else conversation or "")
        return ""

    def _lease(self, lane: str, holder: str | None, until: int, fence: int, taker: str, new: int) -> str:
        if new <= fence:
            return f"a_lane_has_one_owner: the fence of {lane} went from {fence} to {new}"
        if holder and until > self._now_ms():
            return f"a_lane_has_one_owner: {taker} took {lane}, which {holder} holds"
        return ""

    def _start(self, delivery: str, holder: str | None, until: int, ahead: int) -> str:
        if holder != self._node or until <= self._now_ms():
            return f"a_lane_has_one_owner: {delivery} is begun in a lane that {holder} holds"
        return f"order_is_kept: {delivery} is begun before {ahead} ahead of it" if ahead else ""

    def _move(
        self,
        delivery: str,
        was: str,
        state: str,
        reason: str,
        since: int | None,
        proof: str,
        holder: str | None,
        until: int,
    ) -> str:
        if state not in _FOLLOWS.get(was, ()):
            return f"states_move_forward: {delivery} went from {was} to {state}"
        if state in _PROVEN and not proof:
            return f"shown_states_are_true: {delivery} is {state} without proof"
        if (
            (was, state) == ("sending", "in_doubt")
            and holder not in {None, self._node}
            and until > self._now_ms()
        ):
            return f"a_lane_has_one_owner: {delivery} was given up while {holder} sends it"
        if was == "in_doubt" and state in _WAITING and ON_A_PERSONS_WORD not in reason:
            return self._too_early(delivery, self._now_ms() - (since or 0))
        return ""

    def _too_early(self, delivery: str, looked: int) -> str:
        if looked >= DOUBT_EVIDENCE_SECONDS * 1000:
            return ""
        return f"doubts_are_looked_into: {delivery} goes out again {looked} ms after its answer was lost"

    def _place(self, delivery: str, lane: str, position: int, last: int) -> str:
        self._overseer.aside.add(delivery)
        if lane.endswith(ASIDE) or position > last:
            return ""
        return f"order_is_kept: {delivery} comes back to {lane} at {position}, and {last} is there already"

    def _cursor(self, name: str, was: int, value: int) -> str:
        if value < was:
            return f"states_move_forward: the cursor {name} went from {was} back to {value}"
        self._noted.applied.append((was, value))
        return ""
