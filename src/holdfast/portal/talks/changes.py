"""What happened in threads, as changes for whoever may see each: for one who was away, and for all who are here."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence

import msgspec

from holdfast.portal.talks import store
from holdfast.portal.talks.applying import seats_of
from holdfast.portal.talks.model import (
    AnyChange,
    Gone,
    MeChanged,
    MessageChanged,
    ReceiptChanged,
    ThreadChanged,
)
from holdfast.portal.talks.seats import Seat
from holdfast.portal.talks.viewing import Related, reaches_of, related_to, state_of, thread_views, view
from holdfast.storage import Row, Tx

Seats = Mapping[str, Mapping[str, Seat]]


class Told(msgspec.Struct, frozen=True):
    """A change with whom it is for; ``seq`` is its number in the log, or among the hub's events."""

    seq: int
    change: AnyChange
    members: Collection[str]
    is_event: bool = False


async def told(tx: Tx, rows: Sequence[Row], here: Container[str], events: int) -> list[Told]:
    """What rows of the log mean for those who are here; of what changed twice only the newest is told.

    ``events`` is the other half of the cursor: how far the hub's own events were told.
    """
    newest = {(row["kind"], row["thread_id"], row["subject"], row["member_id"]): row for row in rows}
    rows = sorted(newest.values(), key=lambda row: int(row["seq"]))
    kinds: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        kinds[row["kind"]].append(row)
    seats = await seats_of(tx, {row["thread_id"] for row in rows if row["member_id"] is None})
    found = [*_gone(kinds["gone"], here, events), *_me(kinds["me"], here, events)]
    if kinds["message"]:
        found += await _messages(tx, kinds["message"], seats, here, events)
    if kinds["thread"]:
        found += await _threads(tx, kinds["thread"], seats, here, events)
    if kinds["receipt"]:
        found += await _receipts(tx, kinds["receipt"], seats, here, events)
    return sorted(found, key=lambda each: each.seq)


def cursor_text(events: int, seq: int) -> str:
    return f"{events}.{seq}"


def _gone(rows: Iterable[Row], here: Container[str], events: int) -> list[Told]:
    return [
        Told(
            row["seq"],
            Gone(cursor=cursor_text(events, row["seq"]), thread=row["thread_id"]),
            [row["member_id"]],
        )
        for row in rows
        if row["member_id"] in here
    ]


def _me(rows: Iterable[Row], here: Container[str], events: int) -> list[Told]:
    return [
        Told(row["seq"], MeChanged(cursor=cursor_text(events, row["seq"]), member=None), [row["member_id"]])
        for row in rows
        if row["member_id"] in here
    ]


def _concerned(row: Row, seats: Seats, here: Container[str]) -> list[str]:
    """Whom of those who are here a row is for."""
    if row["member_id"] is not None:
        return [row["member_id"]] if row["member_id"] in here else []
    return [
        member
        for member, seat in seats.get(row["thread_id"], {}).items()
        if member in here and seat.may_write and row["seq"] > seat.since
    ]


async def _messages(
    tx: Tx, rows: Sequence[Row], seats: Seats, here: Container[str], events: int
) -> list[Told]:
    """One value for all who read it, another for its author, who sees how far it has come."""
    for_whom = {row["seq"]: _concerned(row, seats, here) for row in rows}
    rows = [row for row in rows if for_whom[row["seq"]]]
    messages = await store.messages(tx, {row["subject"] for row in rows})
    related = await related_to(tx, list(messages.values()))
    found: list[Told] = []
    for row in rows:
        message = messages.get(row["subject"])
        if message is None:
            continue
        cursor, author = cursor_text(events, row["seq"]), message["author"]
        others = [member for member in for_whom[row["seq"]] if member != author]
        if others and message["only_for"] is None:
            found.append(Told(row["seq"], _message(cursor, message, related, None), others))
        if author in for_whom[row["seq"]]:
            state = await _own_state(tx, message, is_new=message["place"] == row["seq"])
            found.append(Told(row["seq"], _message(cursor, message, related, state), [author]))
    return found


def _message(cursor: str, row: Row, related: Related, state: str | None) -> MessageChanged:
    return MessageChanged(cursor=cursor, thread=row["thread_id"], message=view(row, related, state))


async def _own_state(tx: Tx, message: Row, *, is_new: bool) -> str:
    if is_new or message["only_for"] is not None:
        return "safe"
    author, thread = str(message["author"]), str(message["thread_id"])
    return state_of(message["place"], author, (await reaches_of(tx, author, [thread])).get(thread, {}))


async def _threads(
    tx: Tx, rows: Sequence[Row], seats: Seats, here: Container[str], events: int
) -> list[Told]:
    wanted: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        for member in _concerned(row, seats, here):
            wanted[member][row["thread_id"]] = row["seq"]
    found = []
    for member, threads in wanted.items():
        places = await store.my_threads(tx, member, threads)
        found += [
            Told(
                threads[each.id],
                ThreadChanged(cursor=cursor_text(events, threads[each.id]), thread=each),
                [member],
            )
            for each in await thread_views(tx, member, places)
        ]
    return found


async def _receipts(
    tx: Tx, rows: Sequence[Row], seats: Seats, here: Container[str], events: int
) -> list[Told]:
    """How far somebody has come: to their own devices, and to those who may know."""
    found = []
    reaches = await store.reaches(tx, {row["thread_id"] for row in rows})
    by_thread: dict[str, dict[str, Row]] = defaultdict(dict)
    for reach in reaches:
        by_thread[reach["thread_id"]][reach["member_id"]] = reach
    for row in rows:
        who = by_thread[row["thread_id"]].get(row["subject"])
        if who is None:
            continue
        change = ReceiptChanged(
            cursor=cursor_text(events, row["seq"]),
            thread=row["thread_id"],
            member=row["subject"],
            delivered=who["delivered"],
            read=who["seen"],
        )
        shown = who["receipts"] and who["state"] == "open"
        members = [
            member
            for member in _concerned(row, seats, here)
            if member == row["subject"] or (shown and by_thread[row["thread_id"]][member]["receipts"])
        ]
        if members:
            found.append(Told(row["seq"], change, members))
    return found
