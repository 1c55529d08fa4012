"""Renews the clocks of conversations from everything that happened in them.

They are reckoned anew each time from what is stored, so that a repeat, a merge, a message that came late or another
target can neither lose a clock nor count one twice: a clock is of the message that started it, and of its kind.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from holdfast.conversations import conversation_changed
from holdfast.conversations.store import NO_WINDOW_MS, PATIENCE_MS
from holdfast.outbox import ChannelFact
from holdfast.outbox.candidates import candidates
from holdfast.outbox.routing import usable
from holdfast.posts.store import load_profile
from holdfast.storage import Row, Tx
from holdfast.targets import store
from holdfast.targets.model import DAY_MS, Still
from holdfast.targets.reckoning import Reckoned, Rules, nowhere, reckon
from holdfast.targets.talk import Course, Said, Wait, course_of
from holdfast.work.store import labels_of

LOOKED_BACK_MS: Final = 40 * DAY_MS
"""Outages that were over before are not asked for: nothing is promised for as long."""
_PROVEN: Final = ("sent", "delivered", "read")
_REPLIES: Final = ("first", "next")
NEAR: Final = 1
MISSED: Final = 2
"""How much was told of a clock."""

Facts = Mapping[str, ChannelFact]


async def rules_now(tx: Tx) -> Rules:
    return Rules(tuple(await store.targets(tx)), (await load_profile(tx)).hours)


async def renew(tx: Tx, ids: Sequence[str], facts: Facts, now: int) -> int:
    """Bring the clocks of these conversations up to date; how many conversations changed by it."""
    rules = await rules_now(tx)
    rows = await store.conversations(tx, ids)
    labels = await labels_of(tx, ids)
    outages = _downs(await store.outages(tx, now - LOOKED_BACK_MS))
    people = await store.addresses(tx, [row["contact_id"] for row in rows]) if outages else {}
    changed = 0
    for row in rows:
        ways = _ways(row, people.get(row["contact_id"], ()), facts, now) if outages else {}
        downs = [[*outages.get(channel, ()), *before] for channel, before in ways.items()]
        if await _renew_one(tx, row, rules, labels.get(row["id"], []), downs, facts, now):
            await conversation_changed(tx, row["id"], now)
            changed += 1
    return changed


async def _renew_one(
    tx: Tx,
    row: Row,
    rules: Rules,
    labels: Sequence[str],
    downs: Sequence[Sequence[Still]],
    facts: Facts,
    now: int,
) -> bool:
    said = await store.messages(tx, row["id"])
    since = min((_arrived(each) for each in said), default=0)
    kept = {(each["message_id"], each["kind"]): each for each in await store.timers(tx, row["id"], since)}
    course = await _course(tx, row["id"], said, kept)
    down = nowhere(downs)
    found = reckon(course, rules, labels, lambda _: down, now)
    rows, gone = _written(found, kept, rules, row, now)
    await store.put_timers(tx, rows)
    await store.drop_timers(tx, gone)
    due, answer_by = _due(row, found, facts)
    is_moved = (due, answer_by) != (row["due_at"], row["answer_by"])
    if is_moved:
        await store.set_due(tx, row["id"], due, answer_by)
    return is_moved or bool(rows) or bool(gone)


async def _course(
    tx: Tx, conversation_id: str, said: Sequence[Row], kept: Mapping[tuple[str, str], Row]
) -> Course:
    ours = [row for row in said if row["direction"] == "out" and not row["automatic"]]
    out = await store.out_at(tx, [row["id"] for row in ours if row["state"] in _PROVEN])
    happened = [_heard(row) for row in said if row["direction"] == "in" and not row["automatic"]]
    happened += [_answered(row, out) for row in ours if row["state"] in _PROVEN]
    happened += [_decided(row) for row in await store.changes(tx, conversation_id)]
    is_whole = len(said) < store.MESSAGES_MAX
    if is_whole:
        return course_of(happened)
    began = min(
        (each for each in kept.values() if each["kind"] == "resolve" and each["ended_at"] is None),
        key=_started,
        default=None,
    )
    first = min(_arrived(row) for row in said)
    return course_of(
        [each for each in happened if each.at >= first],
        is_whole=False,
        began=Wait(
            kind="resolve",
            message_id=began["message_id"],
            channel=began["channel"],
            started_at=began["started_at"],
        )
        if began
        else None,
    )


def _started(row: Row) -> int:
    return int(row["started_at"])


def _arrived(row: Row) -> int:
    """When it reached the hub."""
    return int(row["stored_at"] if row["arrived_at"] is None else row["arrived_at"])


def _heard(row: Row) -> Said:
    return Said(
        what="heard", at=_arrived(row), said_at=row["at"], message_id=row["id"], channel=row["channel"] or ""
    )


def _answered(row: Row, out: Mapping[str, int]) -> Said:
    """What was written in a platform's own app was out when we heard of it."""
    kind, _, agent = str(row["author"]).partition(":")
    at = out.get(row["id"], _arrived(row))
    return Said(
        what="answered",
        at=at,
        said_at=row["at"],
        outside=kind == "platform",
        written_at=_arrived(row),
        by=agent if kind == "agent" else "",
    )


def _decided(row: Row) -> Said:
    kind, _, agent = str(row["who"]).partition(":")
    until = int(row["detail"]) if row["kind"] == "snoozed" and row["detail"].isdecimal() else 0
    return Said(what=row["kind"], at=row["at"], until=until, by=agent if kind == "agent" else "")


def _written(
    found: Sequence[Reckoned], kept: Mapping[tuple[str, str], Row], rules: Rules, row: Row, now: int
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """(rows to put, keys of rows to drop). What has ended stays as it was counted."""
    puts, stay = [], set()
    since = {target.id: target.changed_at for target in rules.targets}
    for each in found:
        key = (each.timer.message_id, each.timer.kind)
        there = kept.get(key)
        if each.timer.ended_at is not None and (
            there["ended_at"] is not None if there else each.timer.ended_at < since[each.target_id]
        ):
            stay.add(key)
            continue
        wanted = _columns(each, there, row, now)
        if wanted is None:
            continue
        stay.add(key)
        if there is None or any(there[name] != value for name, value in wanted.items() if name != "left_ms"):
            puts.append(wanted)
    ended_anyway = {key for key, there in kept.items() if there["ended_at"] is not None}
    return puts, [key for key in kept if key not in stay and key not in ended_anyway]


def _columns(each: Reckoned, there: Row | None, row: Row, now: int) -> dict[str, Any] | None:
    """The row of a clock; None where it ended without having to be met, in time."""
    timer = each.timer
    until = now if timer.ended_at is None else timer.ended_at
    is_over = timer.due_at is not None and timer.due_at <= until
    if timer.ended_at is not None and not timer.is_met:
        is_over = True
    if each.dropped and not is_over:
        return None
    outcome = "missed" if is_over else "met" if timer.ended_at is not None else ""
    told = _told(each, there, until)
    is_told = told == MISSED or timer.ended_at is not None
    counted_at = {"missed": timer.due_at, "met": timer.ended_at}.get(outcome)
    return {
        "message_id": timer.message_id,
        "kind": timer.kind,
        "conversation_id": row["id"],
        "target_id": each.target_id,
        "channel": timer.channel,
        "started_at": timer.started_at,
        "limit_ms": timer.limit_ms,
        "in_hours": int(timer.in_hours),
        "due_at": timer.due_at,
        "still": msgspec.json.encode(timer.still).decode(),
        "left_ms": timer.left_ms,
        "ended_at": timer.ended_at,
        "outcome": outcome if is_told else "",
        "counted_at": counted_at if is_told else None,
        "agent_id": timer.by if outcome == "met" else _who_missed(there, row, is_over=is_over),
        "team_id": row["team_id"] or "",
        "tell_at": None if timer.ended_at is not None else (timer.near_at, timer.due_at, None)[told],
        "told": told,
    }


def _who_missed(there: Row | None, row: Row, *, is_over: bool) -> str:
    """Whoever had the conversation when it was missed."""
    if there is not None and there["outcome"] == "missed":
        return str(there["agent_id"])
    return str(row["assignee_id"] or "") if is_over else ""


def _told(each: Reckoned, there: Row | None, until: int) -> int:
    """How much was told of it, as far as that is still true."""
    timer = each.timer
    true = 0
    if timer.near_at is not None and timer.near_at <= until:
        true = NEAR
    if timer.due_at is not None and timer.due_at <= until:
        true = MISSED
    return min(int(there["told"]), true) if there else 0


def _due(row: Row, found: Sequence[Reckoned], facts: Facts) -> tuple[int | None, int | None]:
    """(the soonest time at which something is due, by when an answer is)."""
    going = [each.timer for each in found if each.timer.ended_at is None]
    due = min((each.due_at for each in going if each.due_at is not None), default=None)
    if row["status"] != "open" or row["waiting_since"] is None:
        return due, row["answer_by"]
    fact = facts.get(row["last_channel"] or "")
    window = fact.limits.reply_window_ms if fact else None
    closes = (row["last_in_at"] or 0) + (NO_WINDOW_MS if window is None else window)
    promised = [each.due_at for each in going if each.kind in _REPLIES and each.due_at is not None]
    return due, min(closes, min(promised, default=row["waiting_since"] + PATIENCE_MS))


def _downs(rows: Sequence[Row]) -> dict[str, list[Still]]:
    """When nothing could be sent, by channel."""
    found: dict[str, list[Still]] = {}
    for row in rows:
        if "send" in msgspec.json.decode(row["capabilities"], type=list[str]):
            still = Still(row["onset_at"], row["recovered_at"], "outage")
            found.setdefault(row["channel"], []).append(still)
    return found


def _ways(row: Row, addresses: Sequence[Row], facts: Facts, now: int) -> dict[str, list[Still]]:
    """The channels on which the team may write to this person; before an address was known, it was no way."""
    known = {each["id"]: each["created_at"] for each in addresses}
    ways: dict[str, list[Still]] = {}
    for each in candidates(addresses, facts, human=True):
        if not usable(each, now):
            ways[each.channel] = [Still(0, known[each.address_id], "outage")]
    if not ways and row["last_channel"]:
        ways[row["last_channel"]] = []
    return ways
