"""Making one person of two, with a record of both as they were, so that they can be parted exactly."""

from collections.abc import Awaitable, Mapping
from typing import Any, Final, Protocol

import msgspec

from holdfast.conversations.joining import store
from holdfast.storage import Row, Tx

MERGES_FOLLOWED_MAX: Final = 50
WAITING: Final = ("unread", "waiting_since", "answer_by")
NAME: Final = "name"


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two people, by the ids of their contacts and conversations. ``take`` names what the kept one gets from the
    other although it has something of its own there: ``name``, and names that upper units understand.
    """

    kept_contact: str
    dropped_contact: str
    kept: str
    dropped: str
    take: frozenset[str] = frozenset()


class Beside(Protocol):
    """What an upper unit keeps of people and conversations; handed in from above."""

    def join(self, tx: Tx, pair: Pair) -> Awaitable[Any]:
        """Move what is kept of the dropped to the kept; what ``part`` needs to know, as plain values."""
        ...

    def part(self, tx: Tx, pair: Pair, record: Any) -> Awaitable[None]:
        """Undo a join: what the dropped had goes back, what came since stays."""
        ...


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """How two people stood before they were joined. ``loose`` are messages of no address; ``joined`` what the kept
    conversation waited for right after.
    """

    kept: dict[str, Any]
    dropped: dict[str, Any]
    kept_name: str
    dropped_name: str
    addresses: list[str]
    loose: list[str]
    joined: dict[str, Any]
    beside: dict[str, Any]


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kept_id: str
    dropped_id: str
    at: int
    who: str
    before: Before


async def merge(
    tx: Tx, *, kept: Row, dropped: Row, take: frozenset[str], beside: Mapping[str, Beside]
) -> tuple[Pair, Before]:
    """Move everything of one person to another; rows are conversations."""
    pair = Pair(
        kept_contact=kept["contact_id"],
        dropped_contact=dropped["contact_id"],
        kept=kept["id"],
        dropped=dropped["id"],
        take=take,
    )
    names = await store.names(tx, [pair.kept_contact, pair.dropped_contact])
    addresses = await store.address_ids(tx, pair.dropped_contact)
    loose = await store.loose_messages(tx, pair.dropped)
    records = {name: await each.join(tx, pair) for name, each in beside.items()}
    await store.move_all(tx, pair.kept, pair.kept_contact, pair.dropped, pair.dropped_contact)
    name = _name(names[pair.kept_contact], names[pair.dropped_contact], take)
    await store.set_name(tx, pair.kept_contact, name)
    joined = await store.conversation(tx, pair.kept)
    before = Before(
        kept=dict(kept),
        dropped=dict(dropped),
        kept_name=names[pair.kept_contact],
        dropped_name=names[pair.dropped_contact],
        addresses=addresses,
        loose=loose,
        joined={key: joined[key] for key in WAITING},
        beside=records,
    )
    return pair, before


def _name(kept: str, dropped: str, take: frozenset[str]) -> str:
    return (dropped if NAME in take else kept) or kept or dropped


async def merge_of(tx: Tx, merge_id: str) -> Merge | None:
    """Raises ValueError where it has been undone."""
    row = await store.get_merge(tx, merge_id)
    if row is None:
        return None
    if row["undone_at"] is not None:
        raise ValueError("this merge has been undone already")
    before = msgspec.json.decode(row["before"], type=Before)
    return Merge(
        id=row["id"],
        kept_id=row["kept_id"],
        dropped_id=row["dropped_id"],
        at=row["at"],
        who=row["who"],
        before=before,
    )


async def part(tx: Tx, made: Merge, beside: Mapping[str, Beside]) -> Pair:
    """Give a person back what was theirs before a merge; what came since goes by its address.

    Whoever has been kept meanwhile by a later merge is who gives it.
    """
    before = made.before
    holder = await _holder(tx, made.kept_id)
    kept = await store.conversation_of(tx, holder)
    pair = Pair(
        kept_contact=holder,
        dropped_contact=made.dropped_id,
        kept=kept["id"],
        dropped=before.dropped["id"],
    )
    await store.revive(tx, before.dropped)
    addresses = await store.move_addresses(tx, before.addresses, pair.kept_contact, pair.dropped_contact)
    await store.move_messages(tx, addresses, before.loose, pair.kept, pair.dropped, pair.dropped_contact)
    for name, each in beside.items():
        if name in before.beside:
            await each.part(tx, pair, before.beside[name])
    if holder == made.kept_id:
        await _name_again(tx, holder, before)
    await _wait_again(tx, made, kept, pair)
    return pair


async def _holder(tx: Tx, contact_id: str) -> str:
    for _ in range(MERGES_FOLLOWED_MAX):
        into = await store.merged_into(tx, contact_id)
        if into is None:
            break
        contact_id = into
    return contact_id


async def _name_again(tx: Tx, contact_id: str, before: Before) -> None:
    """A name that came by the merge goes with it; one that was given since stays."""
    now = (await store.names(tx, [contact_id]))[contact_id]
    if now == before.dropped_name and now != before.kept_name:
        await store.set_name(tx, contact_id, before.kept_name)


async def _wait_again(tx: Tx, made: Merge, joined: Row, pair: Pair) -> None:
    """Who waits for an answer, and since when: as before where nothing happened since."""
    before = made.before
    for was, conversation_id in ((before.kept, pair.kept), (before.dropped, pair.dropped)):
        values = {key: was[key] for key in WAITING}
        if joined["id"] != before.kept["id"] or any(joined[key] != before.joined[key] for key in WAITING):
            since = await store.heard_since(tx, conversation_id, made.at)
            values = _waits(joined, before.joined, was, since)
        await store.set_waiting(tx, conversation_id, values)


def _waits(now: Row, joined: Mapping[str, Any], was: Mapping[str, Any], since: Row) -> dict[str, Any]:
    """What one side waits for after both went on together; ``since`` is what its person wrote meanwhile."""
    unread = min(now["unread"], since["messages"])
    if now["unread"] >= joined["unread"]:
        unread = min(now["unread"], was["unread"] + since["messages"])
    if now["waiting_since"] is None:
        return {"unread": unread, "waiting_since": None, "answer_by": None}
    if now["waiting_since"] == joined["waiting_since"] and was["waiting_since"] is not None:
        return {"unread": unread, "waiting_since": was["waiting_since"], "answer_by": was["answer_by"]}
    if since["first_at"] is None or since["last_at"] < now["waiting_since"]:
        return {"unread": unread, "waiting_since": None, "answer_by": None}
    first = max(since["first_at"], now["waiting_since"])
    return {"unread": unread, "waiting_since": first, "answer_by": now["answer_by"]}


async def split_off(tx: Tx, *, address_id: str, source: Row, target: Row) -> None:
    """Move one address and what was said over it to another contact's conversation; rows are conversations."""
    moved = await store.move_addresses(tx, [address_id], source["contact_id"], target["contact_id"])
    await store.move_messages(tx, moved, [], source["id"], target["id"], target["contact_id"])
