"""What came from our own pages, by whom its writers are now: a guest may have become a member in the meantime."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from holdfast.channels.contract import InboundEvent, MessageReceived
from holdfast.conversations import store
from holdfast.storage import Tx


class Aliases(Protocol):
    """Who has become whom; handed in from above."""

    @property
    def names(self) -> Mapping[str, str]:
        """Of those whom others have become, by their address; empty where nobody has."""
        ...

    def now(self, member_id: str, /) -> str:
        """The address by which a writer is known now."""
        ...

    def same(self, message_id: str, /) -> Sequence[str]:
        """Other ids under which the same message may have come."""
        ...


WhoBecameWhom = Callable[[Tx, Iterable[str]], Awaitable[Aliases]]

Came = tuple[str, InboundEvent]
"""A channel of our own, and what came on it."""


async def as_they_are_now(tx: Tx, came: Sequence[Came], who: WhoBecameWhom) -> list[InboundEvent | None]:
    """The same events by whoever their writers are now, in their order; None for what was said before."""
    said = [(channel, event) for channel, event in came if isinstance(event, MessageReceived)]
    aliases = await who(tx, {event.address for _, event in said})
    if not aliases.names:
        return [event for _, event in came]
    known = await _known(tx, said, aliases)
    found: list[InboundEvent | None] = []
    for channel, event in came:
        if not isinstance(event, MessageReceived):
            found.append(event)
            continue
        is_known = not known[channel].isdisjoint(aliases.same(event.external_id))
        known[channel].add(event.external_id)
        found.append(None if is_known else _by(event, aliases))
    return found


async def _known(
    tx: Tx, said: Iterable[tuple[str, MessageReceived]], aliases: Aliases
) -> dict[str, set[str]]:
    others: dict[str, set[str]] = defaultdict(set)
    for channel, event in said:
        others[channel].update(aliases.same(event.external_id))
    known: dict[str, set[str]] = defaultdict(set)
    for channel, ids in others.items():
        if ids:
            known[channel] = await store.said_already(tx, channel, ids)
    return known


def _by(event: MessageReceived, aliases: Aliases) -> MessageReceived:
    address = aliases.now(event.address)
    if address == event.address:
        return event
    return msgspec.structs.replace(event, address=address, name=aliases.names.get(address, ""))
