"""What members did in pairs and groups takes effect: batches from the spool, each doing once.

Messages are written together; what refers to a message that is not here yet is parked until it comes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from holdfast.channels.direct import EDIT_MS
from holdfast.media import release_media, use_what_is_there
from holdfast.members.aliases import Aliases, aliases_of
from holdfast.portal.talks import spooled, store
from holdfast.portal.talks.seats import Seat
from holdfast.portal.talks.spooled import Edited, Reacted, Said, Spooled, Unsent
from holdfast.storage import Envelope, Tx

NOT_THERE: Final = "You are not in this thread any more."
Seats = Mapping[str, Mapping[str, Seat]]


async def apply_members(tx: Tx, envelopes: Sequence[Envelope], now: int) -> None:
    """Apply envelopes in their order, inside the applier's transaction; each can be applied twice without harm.

    What a guest did who has become a member since is done by that member.

    Raises msgspec.DecodeError for what is no doing of a member.
    """
    together: list[Said] = []
    doings = [spooled.decoded(envelope) for envelope in envelopes]
    aliases = await aliases_of(tx, {each.by for each in doings})
    for given in doings:
        doing = _by_member(given, aliases)
        if isinstance(doing, Said):
            together.append(doing)
            continue
        await _say(tx, together, aliases, now)
        together = []
        await _change(tx, doing, now)
    await _say(tx, together, aliases, now)


def _by_member(doing: Spooled, aliases: Aliases) -> Spooled:
    member_id = aliases.now(doing.by)
    return doing if member_id == doing.by else msgspec.structs.replace(doing, by=member_id)


async def _fresh(tx: Tx, doings: Sequence[Said], aliases: Aliases) -> list[Said]:
    """What was not said before, each once: what a guest's device said and says again for the member is one."""
    ids = {each.id for each in doings}
    ids.update(*(aliases.same(each) for each in tuple(ids)))
    said = await store.known_messages(tx, ids) if ids else set()
    fresh = []
    for each in doings:
        if said.isdisjoint((each.id, *aliases.same(each.id))):
            fresh.append(each)
            said.add(each.id)
    return fresh


async def _say(tx: Tx, doings: Sequence[Said], aliases: Aliases, now: int) -> None:
    """Write new messages together."""
    fresh = await _fresh(tx, doings, aliases)
    if not fresh:
        return
    threads = {each.thread for each in fresh}
    seats = await seats_of(tx, threads)
    await _open_answered(tx, fresh, seats, now)
    blocked = await _blocks(tx, fresh, seats)
    await _introduce(tx, fresh, seats, blocked, now)
    first = await store.last_seq(tx) + 1
    rows = [_row(each, place, seats, blocked) for place, each in enumerate(fresh, first)]
    await store.insert_messages(tx, rows)
    for each in fresh:
        if each.attachments:
            await use_what_is_there(tx, _shown_by(each.id), [file["id"] for file in each.attachments])
    await store.log_all(tx, [_logged(row) for row in rows])
    await store.note_spoken(tx, _spoken(rows, seats))
    here = [each.id for each in fresh]
    while bodies := await store.take_parked(tx, here):
        parked = [msgspec.json.decode(body, type=Spooled) for body in bodies]
        since = await aliases_of(tx, {each.by for each in parked})
        for each in parked:
            await _change(tx, _by_member(each, since), now)


def _shown_by(message_id: str) -> str:
    """The name under which a message uses files."""
    return f"message:{message_id}"


async def seats_of(tx: Tx, threads: Iterable[str]) -> dict[str, dict[str, Seat]]:
    """Who is in each thread, by thread and member."""
    found: dict[str, dict[str, Seat]] = defaultdict(dict)
    for row in await store.seats(tx, set(threads)):
        found[row["thread_id"]][row["member_id"]] = Seat.of(row)
    return found


async def _open_answered(tx: Tx, doings: Iterable[Said], seats: Seats, now: int) -> None:
    """Whoever answers a request has accepted it."""
    for thread, member in dict.fromkeys((each.thread, each.by) for each in doings):
        seat = seats.get(thread, {}).get(member)
        if seat is not None and seat.state == "request":
            await store.set_state(tx, thread, member, "open")
            await store.log(tx, at=now, kind="thread", thread_id=thread, subject=member)
            seats[thread][member] = msgspec.structs.replace(seat, state="open")  # type: ignore[index]


async def _blocks(tx: Tx, doings: Iterable[Said], seats: Seats) -> set[tuple[str, str]]:
    """Who does not want to hear from whom, of those who share a pair here."""
    pairs = [
        (each.by, other)
        for each in doings
        for other, seat in seats.get(each.thread, {}).items()
        if seat.kind == "pair" and other != each.by
    ]
    if not pairs:
        return set()
    return await store.blocks(tx, {other for _, other in pairs}, {by for by, _ in pairs})


async def _introduce(
    tx: Tx, doings: Iterable[Said], seats: Seats, blocked: set[tuple[str, str]], now: int
) -> None:
    """Whoever has not heard of a thread yet is told of it before its first message."""
    for doing in {each.thread: each for each in doings}.values():
        here = seats.get(doing.thread, {})
        for member, seat in here.items():
            if not seat.heard and seat.may_write and not _is_unheard(doing, here, blocked):
                await store.log(
                    tx, at=now, kind="thread", thread_id=doing.thread, member_id=member, subject=member
                )


def _row(doing: Said, place: int, seats: Seats, blocked: set[tuple[str, str]]) -> dict[str, Any]:
    here = seats.get(doing.thread, {})
    refused = "" if doing.by in here and here[doing.by].may_write else NOT_THERE
    only_for = doing.by if refused or _is_unheard(doing, here, blocked) else None
    return {
        "id": doing.id,
        "thread_id": doing.thread,
        "place": place,
        "author": doing.by,
        "kind": "text",
        "text": doing.text,
        "reply_to": doing.reply_to,
        "attachments": msgspec.json.encode(doing.attachments).decode(),
        "at": doing.at,
        "only_for": only_for,
        "refused": refused,
    }


def _is_unheard(doing: Said, here: Mapping[str, Seat], blocked: set[tuple[str, str]]) -> bool:
    """Whether the other of a pair has turned away from the author, who is not told."""
    return any(
        seat.kind == "pair" and (seat.state == "declined" or (other, doing.by) in blocked)
        for other, seat in here.items()
        if other != doing.by
    )


def _logged(row: Mapping[str, Any]) -> dict[str, object]:
    return {
        "seq": row["place"],
        "at": row["at"],
        "thread_id": row["thread_id"],
        "member_id": row["only_for"],
        "kind": "message",
        "subject": row["id"],
    }


def _spoken(rows: Iterable[Mapping[str, Any]], seats: Seats) -> list[dict[str, object]]:
    latest: dict[tuple[str, str], int] = {}
    for row in rows:
        hearing = [row["only_for"]] if row["only_for"] else seats.get(row["thread_id"], {})
        for member in hearing:
            key = (str(row["thread_id"]), str(member))
            latest[key] = max(latest.get(key, 0), row["at"])
    return [{"thread_id": thread, "member_id": member, "at": at} for (thread, member), at in latest.items()]


async def _change(tx: Tx, doing: Edited | Unsent | Reacted | Said, now: int) -> None:
    """Apply an edit, a withdrawal or a reaction; one that is not allowed shows the author what holds."""
    message = (await store.messages(tx, [doing.id])).get(doing.id)
    if message is None:
        await store.park(tx, doing.id, spooled.encode(doing).decode(), now)
        return
    thread = str(message["thread_id"])
    seat = (await seats_of(tx, [thread])).get(thread, {}).get(doing.by)
    is_in = seat is not None and seat.may_write and message["place"] > seat.since
    sees = is_in and message["only_for"] in {None, doing.by}
    own = message["author"] == doing.by
    changed = False
    match doing:
        case Edited():
            in_time = sees and own and doing.at <= message["at"] + EDIT_MS
            changed = in_time and await store.edit(tx, doing.id, doing.text, doing.at)
        case Unsent():
            changed = sees and own and await store.unsend(tx, doing.id, doing.at)
            if changed:
                await release_media(tx, _shown_by(doing.id))
        case Reacted() if sees and message["unsent_at"] is None:
            changed = await store.react(tx, doing.id, doing.by, doing.emoji, doing.at)
    if changed or own:
        only_for = message["only_for"] if changed else doing.by
        await store.log(tx, at=now, kind="message", thread_id=thread, member_id=only_for, subject=doing.id)
