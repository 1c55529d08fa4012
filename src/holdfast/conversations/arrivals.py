"""What arrived, in its order: messages of people who are known are written together, the rest one by one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from holdfast.channels.contract import InboundEvent, MessageReceived
from holdfast.conversations import store
from holdfast.conversations.apply_event import Context, apply_event, message_columns, preview, show_files
from holdfast.storage import Row, Tx

Happened = tuple[Context, InboundEvent]


class Arrival(msgspec.Struct, frozen=True):
    """A new message of a person who is known."""

    context: Context
    event: MessageReceived
    writer: Row


async def apply_all(tx: Tx, happened: Sequence[Happened]) -> None:
    """Apply events in their order; each of them can be applied twice without harm."""
    known = await _look(tx, happened)
    together: list[Arrival] = []
    for context, event in happened:
        arrival = known.arrival(context, event)
        if arrival is not None:
            together.append(arrival)
            continue
        await _write(tx, together)
        together = []
        await apply_event(tx, context, event)
        await known.learn(tx, context, event)
    await _write(tx, together)


class _Known:
    """Who has a conversation, and which of the platform's ids are taken; kept true while events are applied."""

    def __init__(self) -> None:
        self._writers: dict[tuple[str, str], Row] = {}
        self._taken: set[tuple[str, str]] = set()

    def arrival(self, context: Context, event: InboundEvent) -> Arrival | None:
        """A message that needs nothing but to be written, or None."""
        if not isinstance(event, MessageReceived):
            return None
        writer = self._writers.get((context.channel, event.address))
        if writer is None or (context.channel, event.external_id) in self._taken:
            return None
        if event.name and (event.name != writer["name"] or not writer["contact_name"]):
            return None
        self._taken.add((context.channel, event.external_id))
        return Arrival(context, event, writer)

    async def learn(self, tx: Tx, context: Context, event: InboundEvent) -> None:
        """Whoever has just written for the first time is known from now on."""
        self._taken.add((context.channel, str(getattr(event, "external_id", ""))))
        if isinstance(event, MessageReceived):
            self.meet(await store.writers(tx, context.channel, [event.address]))

    def meet(self, writers: Iterable[Row]) -> None:
        self._writers |= {(str(each["channel"]), str(each["value"])): each for each in writers}

    def take(self, channel: str, external_ids: Iterable[str]) -> None:
        self._taken |= {(channel, each) for each in external_ids}


async def _look(tx: Tx, happened: Sequence[Happened]) -> _Known:
    known = _Known()
    by_channel: dict[str, list[MessageReceived]] = defaultdict(list)
    for context, event in happened:
        if isinstance(event, MessageReceived):
            by_channel[context.channel].append(event)
    for channel, events in by_channel.items():
        known.meet(await store.writers(tx, channel, {event.address for event in events}))
        known.take(channel, await store.spoken_of(tx, channel, {event.external_id for event in events}))
    return known


async def _write(tx: Tx, arrivals: Sequence[Arrival]) -> None:
    if not arrivals:
        return
    rows = [_row(each) for each in arrivals]
    await store.insert_messages(tx, rows)
    for each in arrivals:
        await show_files(tx, each.context, each.event)
    await store.note_all_wrote(tx, _wrote(arrivals))
    await store.conversations_heard(tx, _heard(arrivals))
    await store.tell_received(tx, [row["id"] for row in rows], arrivals[0].context.now)
    conversations = dict.fromkeys(str(row["conversation_id"]) for row in rows)
    await store.tell_conversations(tx, list(conversations), arrivals[0].context.now)


def _row(each: Arrival) -> dict[str, Any]:
    writer = each.writer
    return message_columns(each.context, each.event, writer["conversation_id"], writer["address_id"])


def _wrote(arrivals: Iterable[Arrival]) -> list[dict[str, Any]]:
    """Each address once, with the latest time at which it wrote."""
    wrote: dict[str, dict[str, Any]] = {}
    for each in arrivals:
        row = wrote.setdefault(each.writer["address_id"], {"at": 0, "name": "", "proof": None})
        row["id"], row["at"] = each.writer["address_id"], max(row["at"], each.event.at)
        row["proof"] = "wrote" if each.event.proven else row["proof"]
    return list(wrote.values())


def _heard(arrivals: Iterable[Arrival]) -> list[dict[str, Any]]:
    """Each conversation once, with what its latest message says."""
    heard: dict[str, dict[str, Any]] = {}
    for each in arrivals:
        conversation, at = each.writer["conversation_id"], each.event.at
        row = heard.setdefault(conversation, {"id": conversation, "at": at, "first_at": at, "messages": 0})
        row["messages"] += 1
        if at >= row["at"]:
            row |= {"at": at, "preview": preview(each.event), "channel": each.context.channel}
            row["window_ms"] = each.context.window_ms
    return list(heard.values())
