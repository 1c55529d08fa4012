"""Members, their devices and whom they do not want to hear from, as the rest of Holdfast sees them."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

import msgspec

from holdfast.kernel import Clock, IdSource
from holdfast.media import UnknownMediaError, show_as_picture
from holdfast.members import store
from holdfast.members.known import KnownSessions
from holdfast.members.links import ContinueLinks
from holdfast.members.model import (
    BUSINESS,
    DEVICE_CHARACTERS_MAX,
    Card,
    Device,
    Member,
    MemberRefusedError,
    NewSession,
    Session,
    UnknownMemberError,
)
from holdfast.members.neighbours import Neighbours
from holdfast.members.profile import ProfileChange, changed, clean, clean_name
from holdfast.members.tokens import RandomBytes, new_token, token_hash
from holdfast.storage import Database, EventLog, Row, StoreUnavailableError, Tx

SEEN_AGAIN_MS: Final = 3_600_000
"""How exactly is known when a device was last here."""
BLOCKS_MAX: Final = 5_000


class Members:
    """``neighbours`` are those above who keep something of a member; the composition root names them."""

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        random_bytes: RandomBytes,
        continue_link_hours: float,
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._random_bytes = random_bytes
        self._known = KnownSessions(clock)
        self.neighbours = Neighbours()
        self.links = ContinueLinks(clock=clock, ids=ids, random_bytes=random_bytes, hours=continue_link_hours)

    async def create_guest(
        self, name: str, continue_token: str = "", *, device: str = "", channel: str = ""
    ) -> NewSession:
        """A new guest; a private link that is not good any more, or is of another channel, makes an ordinary one."""
        now = self._clock.now_ms()
        guest = Member(
            id=self._ids.new("mem"), kind="guest", name=clean_name(name), created_at=now, seen_at=now
        )
        made = await self._database.write(self._create, guest, continue_token, device, channel)
        self._events.wake()
        return made

    async def by_token(self, token: str) -> Session | None:
        """Whose token this is; while the store is away, whoever it was when it was last asked.

        Raises StoreUnavailableError where that is not known either.
        """
        key = token_hash(token)
        session = self._known.fresh(key)
        if session is not None:
            return session
        try:
            session = await self._database.read(store.session, key)
        except StoreUnavailableError:
            session = self._known.stale(key)
            if session is None:
                raise
            return session
        if session is None:
            self._known.forget(key)
            return None
        await self._note_seen(session)
        self._known.note(key, session)
        return session

    async def get(self, member_id: str) -> Member:
        """Raises UnknownMemberError."""
        return await self._database.read(present, member_id)

    async def card(self, ids: Iterable[str]) -> Mapping[str, Card]:
        """The cards of those of these members whom there is; 1,000 at most."""
        return await self._database.read(store.cards, ids)

    async def by_handle(self, handle: str) -> Card | None:
        member = await self._database.read(store.by_handle, handle.strip().removeprefix("@").lower())
        return member.card if member else None

    async def change(self, session: Session, change: ProfileChange) -> Member:
        """Raises MemberRefusedError, UnknownMemberError."""
        member = await self._database.write(self._change, session.member.id, change)
        self.changed_here(member.id)
        return member

    async def devices(self, session: Session) -> list[Device]:
        """The one that was here last comes first."""
        return await self._database.read(store.devices, session)

    async def end_session(self, session: Session, session_id: str) -> bool:
        """Sign a device out; whether there was one."""
        ended = await self._database.write(store.end_session, session.member.id, session_id)
        self.changed_here(session.member.id)
        return ended

    async def block(self, member_id: str, whom: str) -> None:
        """Raises MemberRefusedError."""
        if whom in {member_id, BUSINESS}:
            raise MemberRefusedError("invalid", "You cannot block yourself or the business.", "id")
        await self._database.write(self._block, member_id, whom)

    async def unblock(self, member_id: str, whom: str) -> None:
        await self._database.write(store.unblock, member_id, whom)

    async def blocks(self, member_id: str) -> list[Card]:
        """Whom a member does not want to hear from."""
        return await self._database.read(_blocked_cards, member_id)

    async def is_blocked(self, tx: Tx, by: str, whom: str) -> bool:
        return await store.is_blocked(tx, by, whom)

    async def blocks_of(self, tx: Tx, member_id: str) -> set[str]:
        return set(await store.blocks_of(tx, member_id))

    async def blocked_by(self, tx: Tx, whom: str, ids: Iterable[str]) -> set[str]:
        """Those of these members who have blocked somebody."""
        return await store.blocked_by(tx, whom, ids)

    async def addresses_of(self, tx: Tx, member_id: str) -> list[Row]:
        """The addresses whose talk with the business is the member's to read: their own on our channels, and those
        that they have proven, as long as agents leave these with the member's contact.
        """
        own = await store.own_addresses(tx, member_id)
        contacts = {row["contact_id"] for row in own}
        known = {row["id"] for row in own}
        proven = [row for row in await store.proven_addresses(tx, member_id) if row["contact_id"] in contacts]
        return [*own, *(row for row in proven if row["id"] not in known)]

    async def open_session(self, tx: Tx, member: Member, device: str) -> NewSession:
        """A new device of a member, within the caller's transaction."""
        token = new_token(self._random_bytes)
        session_id = self._ids.new("ses")
        await store.insert_session(
            tx,
            session_id=session_id,
            member_id=member.id,
            token_hash=token_hash(token),
            device=clean(device).strip()[:DEVICE_CHARACTERS_MAX],
            at=self._clock.now_ms(),
        )
        return NewSession(member=member, session_id=session_id, token=token)

    def changed_here(self, member_id: str) -> None:
        """After a commit that changed a member: what this process remembers of them is forgotten, readers wake."""
        self._known.forget_member(member_id)
        self._events.wake()

    async def _create(
        self, tx: Tx, guest: Member, continue_token: str, device: str, channel: str
    ) -> NewSession:
        await store.insert(tx, guest)
        opened = await self.open_session(tx, guest, device)
        continued = bool(continue_token) and await self.links.redeem(tx, continue_token, guest, channel)
        return NewSession(
            member=guest,
            session_id=opened.session_id,
            token=opened.token,
            continued=continued,
            is_new=True,
        )

    async def _note_seen(self, session: Session) -> None:
        now = self._clock.now_ms()
        if now - session.seen_at > SEEN_AGAIN_MS:
            with suppress(StoreUnavailableError):
                await self._database.write(store.note_seen, session, now)

    async def _change(self, tx: Tx, member_id: str, change: ProfileChange) -> Member:
        before = await present(tx, member_id)
        after = changed(before, change)
        if change.picture is not None:
            path = await _show_picture(tx, member_id, change.picture)
            after = msgspec.structs.replace(after, picture=path)
        if after.handle and after.handle != before.handle and await store.by_handle(tx, after.handle):
            raise MemberRefusedError("taken", "This handle is taken.", "handle")
        await store.set_profile(tx, after)
        await self.neighbours.changed(tx, member_id)
        return after

    async def _block(self, tx: Tx, member_id: str, whom: str) -> None:
        """Whoever there is not is blocked as well: no answer tells which accounts there are."""
        blocked = await store.blocks_of(tx, member_id)
        if len(blocked) >= BLOCKS_MAX and whom not in blocked:
            raise MemberRefusedError("refused", f"You can block {BLOCKS_MAX} members at most.", "id")
        await store.block(tx, member_id, whom, self._clock.now_ms())


async def present(tx: Tx, member_id: str) -> Member:
    """Raises UnknownMemberError."""
    member = await store.member(tx, member_id)
    if member is None or member.deleted_at is not None:
        raise UnknownMemberError(f"there is no member {member_id[:80]}")
    return member


async def _show_picture(tx: Tx, member_id: str, upload: str) -> str:
    """The path of a member's new picture. Raises MemberRefusedError."""
    try:
        return await show_as_picture(tx, f"member:{member_id}", upload, member_id)
    except UnknownMediaError as error:
        sentence = "There is no such picture of yours."
        raise MemberRefusedError("unknown_attachment", sentence, "picture") from error


async def _blocked_cards(tx: Tx, member_id: str) -> list[Card]:
    ids = await store.blocks_of(tx, member_id)
    cards = await store.cards(tx, ids)
    return [cards.get(each) or Card(each) for each in ids]
