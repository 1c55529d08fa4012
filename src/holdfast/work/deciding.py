"""Deciding about conversations: who has them, how they stand, which labels they carry. Each is one unit of work."""

from collections.abc import Sequence

import msgspec

from holdfast.conversations import conversation_changed
from holdfast.kernel import IdSource
from holdfast.storage import Row, Tx
from holdfast.work import store
from holdfast.work.model import (
    AT_ONCE_MAX,
    LABELS_OF_CONVERSATION_MAX,
    SNOOZE_MS_MAX,
    Decision,
    Standing,
    TakenError,
    UnknownError,
    WorkRefusedError,
)


async def decide(
    tx: Tx, ids: IdSource, conversation_ids: Sequence[str], decision: Decision, *, by: str, now: int
) -> list[Standing]:
    """Carry a decision out on every one of these conversations, or on none; how they stood before.

    Raises UnknownError, TakenError, WorkRefusedError.
    """
    check(decision, now)
    before = await standings(tx, conversation_ids)
    await _check_names(tx, decision)
    after = [decided(each, decision) for each in before]
    await put(tx, ids, before, after, by=by, now=now)
    return before


async def restore(tx: Tx, ids: IdSource, states: Sequence[Standing], *, by: str, now: int) -> list[Standing]:
    """Let conversations stand as they did; how they stood until now."""
    before = await standings(tx, [each.id for each in states])
    wanted = {each.id: each for each in states}
    await put(tx, ids, before, [wanted[each.id] for each in before], by=by, now=now)
    return before


async def standings(tx: Tx, conversation_ids: Sequence[str]) -> list[Standing]:
    """How conversations stand, each once. Raises UnknownError, WorkRefusedError for too many."""
    wanted = list(dict.fromkeys(conversation_ids))
    if not 0 < len(wanted) <= AT_ONCE_MAX:
        raise WorkRefusedError(f"Name 1 to {AT_ONCE_MAX} conversations.", "conversations")
    rows = {str(row["id"]): row for row in await store.conversations(tx, wanted)}
    missing = next((each for each in wanted if each not in rows), None)
    if missing is not None:
        raise UnknownError(f"There is no conversation {missing[:80]}.")
    labels = await store.labels_of(tx, wanted)
    return [_standing(rows[each], labels.get(each, [])) for each in wanted]


def _standing(row: Row, labels: Sequence[str]) -> Standing:
    return Standing(
        id=row["id"],
        status=row["status"],
        snoozed_until=row["snoozed_until"],
        assignee=row["assignee_id"] or "",
        team=row["team_id"] or "",
        labels=tuple(labels),
    )


def check(decision: Decision, now: int) -> None:
    """Raises WorkRefusedError."""
    if decision.status == "snoozed":
        until = decision.snoozed_until or 0
        if not now < until <= now + SNOOZE_MS_MAX:
            raise WorkRefusedError("Say until when: a time to come, within a year.", "snoozed_until")
    elif decision.snoozed_until is not None:
        raise WorkRefusedError("Only what is snoozed has a time to wake.", "snoozed_until")


def decided(standing: Standing, decision: Decision) -> Standing:
    """How a conversation stands after a decision. Raises TakenError, WorkRefusedError."""
    if decision.if_assignee is not None and decision.if_assignee != standing.assignee:
        raise TakenError("Somebody else has taken this conversation meanwhile.")
    status = decision.status or standing.status
    kept = [each for each in standing.labels if each not in decision.remove_labels]
    labels = tuple(dict.fromkeys([*kept, *decision.add_labels]))
    if len(labels) > LABELS_OF_CONVERSATION_MAX:
        raise WorkRefusedError(
            f"A conversation has {LABELS_OF_CONVERSATION_MAX} labels at most.", "add_labels"
        )
    until = decision.snoozed_until if decision.status == "snoozed" else standing.snoozed_until
    return Standing(
        id=standing.id,
        status=status,
        snoozed_until=until if status == "snoozed" else None,
        assignee=standing.assignee if decision.assignee is None else decision.assignee,
        team=standing.team if decision.team is None else decision.team,
        labels=labels,
    )


async def _check_names(tx: Tx, decision: Decision) -> None:
    if decision.assignee and not await store.known_agents(tx, [decision.assignee]):
        raise UnknownError(f"There is no agent {decision.assignee[:80]}.")
    if decision.team and decision.team not in {str(row["id"]) for row in await store.teams(tx)}:
        raise UnknownError(f"There is no team {decision.team[:80]}.")
    known = await store.known_labels(tx, decision.add_labels)
    missing = next((each for each in decision.add_labels if each not in known), None)
    if missing is not None:
        raise UnknownError(f"There is no label {missing[:80]}.")


async def put(
    tx: Tx, ids: IdSource, before: Sequence[Standing], after: Sequence[Standing], *, by: str, now: int
) -> None:
    """Let conversations stand so, tell the story of it, and tell whoever listens."""
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    if not changed:
        return
    await store.decide(tx, [_columns(new) for _, new in changed])
    added = [(new.id, each) for old, new in changed for each in new.labels if each not in old.labels]
    taken = [(new.id, each) for old, new in changed for each in old.labels if each not in new.labels]
    if added:
        await store.add_labels(tx, added, now)
    if taken:
        await store.take_labels(tx, taken)
    lines = [(new.id, kind, detail) for old, new in changed for kind, detail in story_of(old, new)]
    await store.note_changes(
        tx,
        [
            {
                "id": ids.new("chg"),
                "conversation_id": conversation_id,
                "at": now,
                "who": by,
                "kind": kind,
                "detail": detail,
            }
            for conversation_id, kind, detail in lines
        ],
    )
    for _, new in changed:
        await conversation_changed(tx, new.id, now)


def _columns(standing: Standing) -> dict[str, object]:
    return {
        "id": standing.id,
        "status": standing.status,
        "snoozed_until": standing.snoozed_until,
        "assignee_id": standing.assignee or None,
        "team_id": standing.team or None,
    }


def story_of(old: Standing, new: Standing) -> list[tuple[str, str]]:
    """(kind, detail) of each line that tells the difference."""
    lines = []
    if (old.status, old.snoozed_until) != (new.status, new.snoozed_until):
        lines.append(_of_status(old, new))
    if old.assignee != new.assignee:
        lines.append(("assigned", new.assignee))
    if old.team != new.team:
        lines.append(("team", new.team))
    lines += [("labelled", each) for each in new.labels if each not in old.labels]
    lines += [("unlabelled", each) for each in old.labels if each not in new.labels]
    return lines


def _of_status(old: Standing, new: Standing) -> tuple[str, str]:
    if new.status == "snoozed":
        return "snoozed", str(new.snoozed_until)
    if new.status == "resolved":
        return "resolved", ""
    return ("woken" if old.status == "snoozed" else "reopened"), ""


async def wake_due(tx: Tx, ids: IdSource, now: int) -> int:
    """Open what was snoozed until now; how many."""
    due = await store.due_to_wake(tx, now)
    if due:
        before = await standings(tx, due)
        after = [msgspec.structs.replace(each, status="open", snoozed_until=None) for each in before]
        await put(tx, ids, before, after, by="hub", now=now)
    return len(due)
