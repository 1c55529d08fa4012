"""Beginning threads, and what their members decide about them: each a transaction of its own."""

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import UNSET

from holdfast.kernel import Clock, IdSource
from holdfast.media import UnknownMediaError, show_as_picture
from holdfast.members import Member
from holdfast.members.profile import clean
from holdfast.portal.talks import store
from holdfast.portal.talks.applying import seats_of
from holdfast.portal.talks.model import (
    BUSINESS_THREAD,
    DAY_MS,
    DRAFT_CHARACTERS_MAX,
    GROUP_MEMBERS_MAX,
    STRANGERS_A_DAY,
    TITLE_CHARACTERS_MAX,
    TalkError,
    Thread,
    ThreadPatch,
    ThreadToMake,
    check_voice,
    not_yours,
)
from holdfast.portal.talks.seats import Seat
from holdfast.portal.talks.viewing import my_thread
from holdfast.storage import Row, Tx

TAKES_NONE: Final = "This member takes no messages from people they do not know."


class Threads:
    """Every method is a unit of work, and raises TalkError where a member may not do it."""

    def __init__(self, *, clock: Clock, ids: IdSource) -> None:
        self._clock = clock
        self._ids = ids

    async def make(self, tx: Tx, by: Member, wanted: ThreadToMake) -> Thread:
        check_voice(by, self._clock.now_ms())
        if wanted.kind == "pair":
            return await self._make_pair(tx, by, wanted.member)
        return await self._make_group(tx, by, wanted)

    async def change(self, tx: Tx, by: Member, thread_id: str, patch: ThreadPatch) -> None:
        """Set what the patch names; of a thread with the business only one's own notes of it."""
        now = self._clock.now_ms()
        mine = await self._noted(tx, by.id, thread_id)
        if patch.title is not UNSET or patch.picture is not UNSET:
            await self._rename(tx, by, thread_id, patch, now)
        noted = {
            "pinned": mine["pinned"] if patch.pinned is UNSET else int(patch.pinned),
            "muted_until": mine["muted_until"] if patch.muted_until is UNSET else patch.muted_until,
            "draft": mine["draft"] if patch.draft is UNSET else patch.draft[:DRAFT_CHARACTERS_MAX],
        }
        if any(mine[name] != value for name, value in noted.items()):
            await store.note(tx, thread_id, by.id, noted)
            await store.log(tx, at=now, kind="thread", thread_id=thread_id, member_id=by.id, subject=by.id)

    async def accept(self, tx: Tx, by: str, thread_id: str) -> Thread:
        seat = await self._seat(tx, by, thread_id)
        if seat.state == "request":
            await store.set_state(tx, thread_id, by, "open")
            await self._tell(tx, thread_id, by)
        return await my_thread(tx, by, thread_id)

    async def decline(self, tx: Tx, by: str, thread_id: str) -> None:
        """The other of a pair is not told; of a group one is no member any more."""
        seat = await self._seat(tx, by, thread_id)
        if seat.state != "request":
            raise TalkError(422, "refused", "This is no request any more.")
        now = self._clock.now_ms()
        await store.set_state(tx, thread_id, by, "declined" if seat.kind == "pair" else "left")
        await store.log(tx, at=now, kind="gone", thread_id=thread_id, member_id=by, subject=by)
        if seat.kind == "group":
            await store.log(tx, at=now, kind="thread", thread_id=thread_id, subject=by)

    async def add(self, tx: Tx, by: Member, thread_id: str, member_id: str) -> Thread:
        here = await self._group(tx, by.id, thread_id)
        check_voice(by, self._clock.now_ms())
        if here[by.id].state != "open":
            raise TalkError(403, "forbidden", "Accept the request first.")
        if member_id in here and here[member_id].state != "left":
            return await my_thread(tx, by.id, thread_id)
        if sum(seat.state != "left" for seat in here.values()) >= GROUP_MEMBERS_MAX:
            raise TalkError(422, "refused", f"A group has {GROUP_MEMBERS_MAX} members at most.")
        names = await self._invite(tx, by, thread_id, [member_id], kind="group")
        await self._say(tx, by.id, thread_id, f"{_named(by.name)} added {_named(names[member_id])}.")
        await self._tell(tx, thread_id, member_id)
        return await my_thread(tx, by.id, thread_id)

    async def remove(self, tx: Tx, by: Member, thread_id: str, member_id: str) -> None:
        here = await self._group(tx, by.id, thread_id)
        if member_id not in here or here[member_id].state == "left":
            return
        if member_id != by.id and here[by.id].role != "owner":
            raise TalkError(403, "forbidden", "Only owners of the group remove others.")
        now = self._clock.now_ms()
        who = (await store.members(tx, [member_id])).get(member_id)
        name = _named(who.name if who else "")
        text = f"{name} left." if member_id == by.id else f"{_named(by.name)} removed {name}."
        await store.set_state(tx, thread_id, member_id, "left")
        await store.promote(tx, thread_id)
        await self._say(tx, by.id, thread_id, text)
        await store.log(tx, at=now, kind="gone", thread_id=thread_id, member_id=member_id, subject=member_id)
        await self._tell(tx, thread_id, member_id)

    async def received(self, tx: Tx, by: str, thread_id: str, *, delivered: int = 0, seen: int = 0) -> None:
        """Receipts move forward, and no further than what was said."""
        await self._seat(tx, by, thread_id)
        newest = await store.last_seq(tx)
        delivered, seen = min(max(delivered, seen), newest), min(seen, newest)
        if await store.received(tx, thread_id, by, delivered=delivered, seen=seen):
            now = self._clock.now_ms()
            await store.log(tx, at=now, kind="receipt", thread_id=thread_id, subject=by)

    async def _make_pair(self, tx: Tx, by: Member, other: str) -> Thread:
        if other == by.id:
            raise TalkError(422, "invalid", "Name somebody else.", field="member")
        pair = pair_key(by.id, other)
        known = await store.pair_of(tx, pair)
        if known is not None:
            await self._return_to(tx, by.id, str(known["id"]))
            return await my_thread(tx, by.id, str(known["id"]))
        thread_id, now = self._ids.new("thr"), self._clock.now_ms()
        await store.insert_thread(tx, thread_id=thread_id, kind="pair", pair=pair, title="", at=now)
        await store.insert_participants(tx, [_place(thread_id, by.id, now, last_at=now)])
        await self._invite(tx, by, thread_id, [other], kind="pair")
        await self._tell(tx, thread_id, by.id, only=True)
        return await my_thread(tx, by.id, thread_id)

    async def _return_to(self, tx: Tx, by: str, thread_id: str) -> None:
        """Whoever begins a thread again that they had turned away from opens it."""
        seat = await self._any_seat(tx, by, thread_id)
        if seat.state != "open" or not seat.heard:
            now = self._clock.now_ms()
            await store.set_state(tx, thread_id, by, "open")
            await store.note_spoken(tx, [{"thread_id": thread_id, "member_id": by, "at": now}])
            await self._tell(tx, thread_id, by, only=True)

    async def _make_group(self, tx: Tx, by: Member, wanted: ThreadToMake) -> Thread:
        others = [each for each in dict.fromkeys(wanted.members) if each != by.id]
        if len(others) >= GROUP_MEMBERS_MAX:
            raise TalkError(
                422, "refused", f"A group has {GROUP_MEMBERS_MAX} members at most.", field="members"
            )
        title = _title(wanted.title)
        thread_id, now = self._ids.new("thr"), self._clock.now_ms()
        await store.insert_thread(tx, thread_id=thread_id, kind="group", pair=None, title=title, at=now)
        await store.insert_participants(tx, [_place(thread_id, by.id, now, role="owner", last_at=now)])
        await self._invite(tx, by, thread_id, others, kind="group")
        await self._say(tx, by.id, thread_id, f"{_named(by.name)} began the group.")
        await self._tell(tx, thread_id, by.id)
        return await my_thread(tx, by.id, thread_id)

    async def _invite(
        self, tx: Tx, by: Member, thread_id: str, others: Sequence[str], *, kind: Literal["pair", "group"]
    ) -> dict[str, str]:
        """Give others a place, strangers as a request; their names by id."""
        members = await store.members(tx, others)
        if any(each not in members or members[each].deleted_at is not None for each in others):
            raise TalkError(404, "not_found", "There is no such member.", field="members")
        known = await store.known_to(tx, by.id, [pair_key(by.id, each) for each in others])
        strangers = [each for each in others if each not in known]
        await self._may_invite(tx, by, [members[each] for each in strangers])
        blocked = await store.blocks(tx, others, [by.id])
        now, since = self._clock.now_ms(), await store.last_seq(tx)
        places = [
            _place(
                thread_id,
                each,
                now,
                state=_state(kind, is_stranger=each in strangers, is_blocked=(each, by.id) in blocked),
                since=since,
                invited_by=by.id if each in strangers else None,
            )
            for each in others
        ]
        await store.insert_participants(tx, places)
        return {member_id: member.name for member_id, member in members.items()}

    async def _may_invite(self, tx: Tx, by: Member, strangers: Sequence[Member]) -> None:
        if not strangers:
            return
        if by.is_guest:
            raise TalkError(403, "guest", "Sign in to write to people you do not know.")
        if any(each.requests == "nobody" for each in strangers):
            raise TalkError(422, "refused", TAKES_NONE, field="member")
        day_ago = self._clock.now_ms() - DAY_MS
        if await store.strangers_invited(tx, by.id, day_ago) + len(strangers) > STRANGERS_A_DAY:
            text = f"You have written to {STRANGERS_A_DAY} people today who do not know you; go on tomorrow."
            raise TalkError(429, "too_many", text, retry_after=3_600)

    async def _rename(self, tx: Tx, by: Member, thread_id: str, patch: ThreadPatch, now: int) -> None:
        await self._group(tx, by.id, thread_id)
        check_voice(by, now)
        [thread] = await store.threads(tx, [thread_id])
        title = thread["title"] if patch.title is UNSET else _title(patch.title)
        picture = thread["picture"]
        if patch.picture is not UNSET:
            picture = await _show_picture(tx, by.id, thread_id, patch.picture)
        if (title, picture) == (thread["title"], thread["picture"]):
            return
        await store.rename(tx, thread_id, title=title, picture=picture)
        if title != thread["title"]:
            await self._say(tx, by.id, thread_id, f"{_named(by.name)} named the group “{title}”.")
        await store.log(tx, at=now, kind="thread", thread_id=thread_id, subject=by.id)

    async def _say(self, tx: Tx, by: str, thread_id: str, text: str) -> None:
        """A sentence about what happened, in the thread itself."""
        now = self._clock.now_ms()
        message_id, place = self._ids.new("evt"), await store.last_seq(tx) + 1
        row = {"id": message_id, "thread_id": thread_id, "place": place, "author": by, "kind": "event"}
        row |= {"text": text, "reply_to": "", "attachments": "[]", "at": now, "only_for": None, "refused": ""}
        await store.insert_messages(tx, [row])
        await store.log(tx, at=now, kind="message", thread_id=thread_id, subject=message_id)
        here = (await seats_of(tx, [thread_id])).get(thread_id, {})
        hearing = [member for member, seat in here.items() if seat.may_write]
        await store.note_spoken(
            tx, [{"thread_id": thread_id, "member_id": each, "at": now} for each in hearing]
        )

    async def _tell(self, tx: Tx, thread_id: str, subject: str, *, only: bool = False) -> None:
        now, member_id = self._clock.now_ms(), subject if only else None
        await store.log(tx, at=now, kind="thread", thread_id=thread_id, member_id=member_id, subject=subject)

    async def _noted(self, tx: Tx, by: str, thread_id: str) -> Row:
        row = await store.seat(tx, thread_id, by)
        if row is not None and row["state"] in {"open", "request"}:
            return row
        if row is None and thread_id.startswith(BUSINESS_THREAD):
            return {"pinned": 0, "muted_until": 0, "draft": ""}
        raise not_yours()

    async def _group(self, tx: Tx, by: str, thread_id: str) -> dict[str, Seat]:
        here = (await seats_of(tx, [thread_id])).get(thread_id, {})
        if by not in here or not here[by].may_write:
            raise not_yours()
        if here[by].kind != "group":
            raise TalkError(422, "refused", "This is no group.")
        return here

    async def _seat(self, tx: Tx, by: str, thread_id: str) -> Seat:
        seat = await self._any_seat(tx, by, thread_id)
        if not seat.may_write:
            raise not_yours()
        return seat

    async def _any_seat(self, tx: Tx, by: str, thread_id: str) -> Seat:
        seat = (await seats_of(tx, [thread_id])).get(thread_id, {}).get(by)
        if seat is None:
            raise not_yours()
        return seat


def pair_key(one: str, other: str) -> str:
    return "|".join(sorted((one, other)))


def _place(
    thread_id: str,
    member_id: str,
    now: int,
    *,
    role: str = "member",
    state: str = "open",
    since: int = 0,
    last_at: int = 0,
    invited_by: str | None = None,
) -> dict[str, object]:
    return {
        "thread_id": thread_id,
        "member_id": member_id,
        "role": role,
        "state": state,
        "since": since,
        "last_at": last_at,
        "invited_by": invited_by,
        "invited_at": now,
    }


def _state(kind: str, *, is_stranger: bool, is_blocked: bool) -> str:
    """Whoever blocks the inviting member hears nothing of a group; of a pair nothing is said before a message."""
    if is_blocked and kind == "group":
        return "declined"
    return "request" if is_stranger else "open"


def _title(title: str) -> str:
    """One line, of characters that are seen: it stands in sentences, in notices and in lists."""
    title = " ".join(clean(title).split())
    if len(title) > TITLE_CHARACTERS_MAX:
        raise TalkError(
            422, "too_long", f"A title has {TITLE_CHARACTERS_MAX} characters at most.", field="title"
        )
    return title


def _named(name: str) -> str:
    return name or "Somebody"


async def _show_picture(tx: Tx, by: str, thread_id: str, upload: str) -> str:
    """The path of a group's new picture, which is an upload of who sets it."""
    try:
        return await show_as_picture(tx, f"thread:{thread_id}", upload, by)
    except UnknownMediaError as error:
        raise TalkError(
            422, "unknown_attachment", "There is no such picture of yours.", field="picture"
        ) from error
