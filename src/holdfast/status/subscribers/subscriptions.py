"""Asking, confirming, leaving: who is told of changes. No answer tells whether an address is on the list."""

from collections.abc import Callable, Collection, Sequence
from typing import Final, Protocol

from holdfast.channels.email.compose import is_usable_address
from holdfast.channels.outside import url_problem
from holdfast.kernel import Clock, IdSource
from holdfast.status.subscribers import store
from holdfast.status.subscribers.model import (
    ASK_AGAIN_MS,
    CHANNELS_MAX,
    POSTS,
    Kind,
    State,
    Subscriber,
    address_key,
    joined,
    parted,
    with_posts,
)
from holdfast.status.subscribers.tokens import CONFIRM, LEAVE, is_genuine, subscriber_of
from holdfast.storage import Database, Row, Tx

SECRET_BYTES: Final = 32
MAIL_CHARACTERS_MAX: Final = 254
PAGE_MAX: Final = 500


class Seal(Protocol):
    """Keeps secrets under a key that is not in the database."""

    def lock(self, text: bytes) -> bytes: ...

    def open(self, sealed: bytes) -> bytes: ...


class SubscriptionRefusedError(ValueError):
    """``field`` cannot be taken; the sentence says why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Subscriptions:
    """``kinds`` gives the ways that are open now; ``channels`` the ids of the channels there are."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        random_bytes: Callable[[int], bytes],
        seal: Seal,
        channels: Callable[[], Collection[str]],
        kinds: Callable[[], Collection[Kind]],
        inside_allowed: bool = False,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._random_bytes = random_bytes
        self._seal = seal
        self._channels = channels
        self.kinds = kinds
        self._inside_allowed = inside_allowed

    async def ask(self, kind: Kind, address: str, channels: Sequence[str]) -> None:
        """Ask the address whether it wants to be told; the same whether it is known or not.

        Raises SubscriptionRefusedError.
        """
        self._check(kind, address, channels)
        fresh = self._fresh(kind, address, State.ASKED, ())
        await self._database.write(_ask, fresh, self._sealed(), self._wanted(channels))

    async def add(self, kind: Kind, address: str, channels: Sequence[str]) -> Subscriber:
        """Add one whose consent is known from elsewhere. Raises SubscriptionRefusedError."""
        self._check(kind, address, channels)
        if kind is Kind.WEBHOOK:
            raise SubscriptionRefusedError(
                "kind", "A webhook must answer its challenge; it cannot be added unasked."
            )
        fresh = self._fresh(kind, address, State.ACTIVE, channels)
        return await self._database.write(_add, fresh, self._sealed(), self._wanted(channels))

    async def confirm(self, token: str) -> bool:
        """Whether the link is a good one; its subscriber is told from now on."""
        return await self._database.write(self._confirm, token[:PAGE_MAX], self._clock.now_ms())

    async def leave(self, token: str) -> bool:
        """Whether the link is a good one; its subscriber is forgotten. One who is not known is no other case."""
        return await self._database.write(self._leave, token[:PAGE_MAX])

    async def remove(self, subscriber_id: str) -> bool:
        return await self._database.write(store.remove, subscriber_id)

    async def page(
        self, after: str = "", kind: str = "", limit: int = PAGE_MAX, *, state: str = ""
    ) -> list[Subscriber]:
        """By identifier, the oldest first; an empty kind or state is any."""
        return await self._database.read(store.page, after, kind, min(limit, PAGE_MAX), state)

    async def counts(self) -> list[tuple[Kind, State, int]]:
        """How many there are of each kind and state."""
        return await self._database.read(store.counts)

    async def _confirm(self, tx: Tx, token: str, now: int) -> bool:
        row = await store.by_id(tx, subscriber_of(token))
        if row is None or not is_genuine(token, self.secret_of(row["sealed"]), CONFIRM):
            return False
        await store.activate(tx, row["id"], now)
        return True

    async def _leave(self, tx: Tx, token: str) -> bool:
        row = await store.by_id(tx, subscriber_of(token))
        if row is None:
            return True
        if not is_genuine(token, self.secret_of(row["sealed"]), LEAVE):
            return False
        return await store.remove(tx, row["id"])

    def secret_of(self, sealed: str) -> str:
        return self._seal.open(sealed.encode()).decode()

    def _sealed(self) -> str:
        return self._seal.lock(self._random_bytes(SECRET_BYTES).hex().encode()).decode()

    def _fresh(self, kind: Kind, address: str, state: State, channels: Sequence[str]) -> Subscriber:
        now = self._clock.now_ms()
        return Subscriber(
            id=self._ids.new("sub"),
            kind=kind,
            address=address,
            channels=tuple(channels),
            state=state,
            asked_at=now,
            confirmed_at=now if state is State.ACTIVE else None,
        )

    def _wanted(self, channels: Sequence[str]) -> str:
        """All of them is the same as no choice: channels that come later are meant, too."""
        chosen = set(channels) - {POSTS}
        if POSTS not in channels:
            return "" if chosen >= set(self._channels()) else joined(chosen)
        return with_posts("") if chosen and chosen >= set(self._channels()) else joined(channels)

    def _check(self, kind: Kind, address: str, channels: Sequence[str]) -> None:
        if kind not in self.kinds():
            raise SubscriptionRefusedError("kind", f"This hub does not send updates by {kind.value}.")
        unknown = [channel for channel in channels if channel not in {*self._channels(), POSTS}]
        if unknown or len(channels) > CHANNELS_MAX:
            raise SubscriptionRefusedError("channel", "There is no such channel.")
        if kind is Kind.WEBHOOK:
            problem = url_problem(address, inside_allowed=self._inside_allowed)
            if problem:
                raise SubscriptionRefusedError("address", problem)
        elif len(address) > MAIL_CHARACTERS_MAX or not is_usable_address(address):
            raise SubscriptionRefusedError("address", "This is not an email address.")


async def _ask(tx: Tx, fresh: Subscriber, sealed: str, wanted: str) -> None:
    key = address_key(fresh.kind, fresh.address)
    known = await store.by_address(tx, fresh.kind, key)
    if known is not None:
        wanted = _beside(known, wanted)
    if known is None:
        await store.add(tx, fresh, key=key, sealed=sealed, wanted=wanted)
        await store.add_question(tx, fresh.id, fresh.kind, fresh.asked_at)
    elif known["asked_at"] + ASK_AGAIN_MS <= fresh.asked_at:
        await store.ask_again(tx, known["id"], wanted, fresh.asked_at)
        await store.add_question(tx, known["id"], fresh.kind, fresh.asked_at)
    else:
        await store.set_wanted(tx, known["id"], wanted)


def _beside(known: Row, wanted: str) -> str:
    """Who asks for posts keeps the channels, and who asks for channels keeps the posts."""
    before = known["channels"] if known["state"] == State.ACTIVE.value else known["wanted"]
    if parted(wanted) == (POSTS,):
        return with_posts(before)
    return with_posts(wanted) if POSTS in parted(before) else wanted


async def _add(tx: Tx, fresh: Subscriber, sealed: str, wanted: str) -> Subscriber:
    key = address_key(fresh.kind, fresh.address)
    known = await store.by_address(tx, fresh.kind, key)
    if known is None:
        await store.add(tx, fresh, key=key, sealed=sealed, wanted=wanted)
        found = fresh.id
    else:
        found = known["id"]
        await store.set_wanted(tx, found, _beside(known, wanted))
    await store.activate(tx, found, fresh.asked_at)
    row = await store.by_id(tx, found)
    return store.subscriber(row) if row else fresh
