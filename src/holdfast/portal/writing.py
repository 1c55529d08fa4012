"""What members write, on its way into the spool: checked, then durable, then acknowledged."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import msgspec

from holdfast.channels.direct import EDIT_MS
from holdfast.kernel import Clock
from holdfast.members import Member
from holdfast.members.aliases import aliases_of
from holdfast.portal.business import store as business
from holdfast.portal.business.spooled import SOURCE, ChatBody
from holdfast.portal.files import Attached
from holdfast.portal.talks import store
from holdfast.portal.talks.applying import seats_of
from holdfast.portal.talks.model import (
    ATTACHMENTS_MAX,
    BUSINESS_THREAD,
    EMOJI_CHARACTERS_MAX,
    MESSAGE_ID_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    TalkError,
    Written,
    check_voice,
    not_known,
    not_yours,
)
from holdfast.portal.talks.seats import KnownSeats, Seat
from holdfast.portal.talks.spooled import Edited, Reacted, Said, Spooled, Unsent, envelope_of
from holdfast.storage import Database, NewEnvelope, Row, Spool, StoreUnavailableError, Tx

_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9_:-]+")

Judge = Callable[[Member, str, str], str]
"""(who, thread, text) -> why it may not be said to other members, or nothing."""


class ToSend(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    text: str = ""
    reply_to: str | None = None
    attachments: list[str] | None = None


class Prepared(msgspec.Struct, frozen=True):
    """What is to be made durable, and what its writer is told then."""

    envelopes: list[NewEnvelope]
    written: Written | None = None


class Place(msgspec.Struct, frozen=True):
    """Where a message stands: ``row`` of a thread among members, or ``channel`` and ``external_id`` of one with the
    business; nothing of it where the message is not here yet.
    """

    row: Row | None = None
    channel: str = ""
    external_id: str = ""
    at: int = 0
    is_own: bool = False


class Writing:
    """Every method raises TalkError where a member may not do it, StoreUnavailableError where nothing can be said.

    ``channels`` names the Direct channels. While the store is away, threads that were in use are known all the same.
    """

    def __init__(
        self,
        *,
        database: Database,
        spool: Spool,
        clock: Clock,
        channels: Callable[[], Collection[str]],
    ) -> None:
        self._database = database
        self._spool = spool
        self._clock = clock
        self._channels = channels
        self.seats = KnownSeats()
        self.judge: Judge = lambda *_: ""

    async def keep(self, prepared: Prepared) -> None:
        """Make it durable. Raises SpoolUnavailableError."""
        for envelope in prepared.envelopes:
            await self._spool.append(envelope)

    async def message(self, by: Member, thread: str, wanted: ToSend, attached: Attached) -> Prepared:
        message_id = message_id_of(by, wanted.id)
        text = checked_text(wanted.text, may_be_empty=bool(attached))
        reply_to = _checked_message_id(wanted.reply_to) if wanted.reply_to else ""
        now = self._clock.now_ms()
        if thread.startswith(BUSINESS_THREAD):
            channel = self.channel_of(thread)
            body = ChatBody(
                id=message_id,
                visitor=by.id,
                name=by.name,
                text=text,
                at=now,
                kind="message",
                reply_to=reply_to,
                attachments=attached,
            )
            envelope = chat_envelope(channel, body)
        else:
            await self._check_seat(by, thread)
            self._check_words(by, thread, text, now)
            said = Said(
                by=by.id,
                id=message_id,
                at=now,
                thread=thread,
                text=text,
                reply_to=reply_to,
                attachments=attached,
            )
            envelope = envelope_of(said)
        return Prepared([envelope], Written(message_id, now))

    async def edit(self, by: Member, message_id: str, text: str) -> Prepared:
        place, now = await self._own(by, message_id), self._clock.now_ms()
        if place.at and now > place.at + EDIT_MS:
            raise TalkError(409, "too_late", "A message can be changed for 15 minutes.")
        text = checked_text(text)
        if not place.channel:  # what is still under way may be for members
            self._check_words(by, place.row["thread_id"] if place.row else "", text, now)
        doing = Edited(by=by.id, id=message_id, at=now, text=text)
        return self._prepared(place, doing, ChatBody(**_chat(doing, place), kind="edit", text=text))

    async def unsend(self, by: Member, message_id: str) -> Prepared:
        place, now = await self._own(by, message_id), self._clock.now_ms()
        doing = Unsent(by=by.id, id=message_id, at=now)
        return self._prepared(place, doing, ChatBody(**_chat(doing, place), kind="unsend"))

    async def react(self, by: Member, message_id: str, emoji: str) -> Prepared:
        emoji = emoji.replace("\0", "").strip()
        if len(emoji) > EMOJI_CHARACTERS_MAX:
            raise TalkError(422, "too_long", "A reaction is one emoji.", field="emoji")
        place, now = await self._place(by, _checked_message_id(message_id)), self._clock.now_ms()
        if place.row is not None and emoji:
            check_voice(by, now)
        doing = Reacted(by=by.id, id=message_id, at=now, emoji=emoji)
        return self._prepared(place, doing, ChatBody(**_chat(doing, place), kind="react", emoji=emoji))

    async def seats_in(self, thread: str) -> Mapping[str, Seat]:
        """Who is in a thread among members; nobody where there is none."""
        known = self.seats.get(thread)
        if known is None:
            forgotten = self.seats.forgotten
            known = (await self._database.read(seats_of, [thread])).get(thread, {})
            self.seats.note(thread, known, forgotten)
        return known

    def channel_of(self, thread: str) -> str:
        """The Direct channel of a thread with the business."""
        channel = f"direct:{thread.removeprefix(BUSINESS_THREAD)}"
        if channel not in self._channels():
            raise not_yours()
        return channel

    async def _check_seat(self, by: Member, thread: str) -> None:
        seat = (await self.seats_in(thread)).get(by.id)
        if seat is None or not seat.may_write:
            raise await self._refusal(by, not_yours())

    async def _refusal(self, by: Member, error: TalkError) -> TalkError:
        """The error; but where a guest has become a member meanwhile, that this device has to go on as one."""
        if by.is_guest and await self._database.read(_is_another, by.id):
            text = "This guest has signed in; go on with the session of the account."
            return TalkError(401, "unauthorized", text)
        return error

    def _check_words(self, by: Member, thread: str, text: str, now: int) -> None:
        check_voice(by, now)
        problem = self.judge(by, thread, text)
        if problem:
            raise TalkError(422, "refused", problem, field="text")

    async def _own(self, by: Member, message_id: str) -> Place:
        place = await self._place(by, _checked_message_id(message_id))
        if not (place.row["author"] == by.id if place.row else place.is_own):
            raise await self._refusal(by, TalkError(403, "forbidden", "This is not a message of yours."))
        return place

    async def _place(self, by: Member, message_id: str) -> Place:
        """Where a message is; nowhere yet, where it may still be under way or the store is away."""
        try:
            place = await self._database.read(_find_place, by.id, message_id, list(self._channels()))
        except StoreUnavailableError:
            place = Place(is_own=message_id.startswith(f"{by.id}:"))
        if place.row is None and not place.channel and ":" not in message_id:
            raise not_known()
        if place.row is not None:
            seat = (await self.seats_in(place.row["thread_id"])).get(by.id)
            sees = place.row["only_for"] in {None, by.id} and seat is not None and seat.may_write
            if not sees or place.row["place"] <= seat.since:  # type: ignore[union-attr] # it is one that sees
                raise await self._refusal(by, not_yours())
        return place

    def _prepared(self, place: Place, doing: Spooled, chat: ChatBody) -> Prepared:
        """Of what is one's own and not here yet both roads are told: on one of them it will be found."""
        if place.channel:
            return Prepared([chat_envelope(place.channel, chat)])
        if place.row is not None or not place.is_own:
            return Prepared([envelope_of(doing)])
        return Prepared([envelope_of(doing), *(chat_envelope(each, chat) for each in self._channels())])


async def _find_place(tx: Tx, by: str, message_id: str, channels: Collection[str]) -> Place:
    row = (await store.messages(tx, [message_id])).get(message_id)
    if row is not None:
        return Place(row, at=row["at"])
    writer = message_id.partition(":")[0]
    is_own = writer == by or (await aliases_of(tx, [writer])).now(writer) == by
    theirs = await business.of_member(tx, message_id, channels) if is_own else None
    if theirs is not None:
        return Place(None, theirs["channel"], message_id, theirs["at"], is_own)
    ours = await business.external_of(tx, message_id, by)
    return Place(None, ours["channel"], ours["external_id"]) if ours else Place(is_own=is_own)


async def _is_another(tx: Tx, member_id: str) -> bool:
    return member_id in (await aliases_of(tx, [member_id])).became


def _chat(doing: Spooled, place: Place) -> dict[str, Any]:
    return {"id": place.external_id or doing.id, "visitor": doing.by, "at": doing.at}


def chat_envelope(channel: str, body: ChatBody) -> NewEnvelope:
    return NewEnvelope(channel=channel, source=SOURCE, received_at=body.at, body=msgspec.json.encode(body))


def checked_text(text: str, *, may_be_empty: bool = False) -> str:
    text = text.replace("\0", "")
    if not text.strip() and not may_be_empty:
        raise TalkError(422, "empty", "The message is empty.", field="text")
    if len(text) > TEXT_CHARACTERS_MAX:
        raise TalkError(422, "too_long", f"The text is over {TEXT_CHARACTERS_MAX} characters.", field="text")
    return text


def checked_attachments(ids: list[str] | None) -> list[str]:
    found = list(dict.fromkeys(ids or ()))
    if len(found) > ATTACHMENTS_MAX:
        raise TalkError(
            422, "refused", f"A message has {ATTACHMENTS_MAX} attachments at most.", field="attachments"
        )
    return found


def message_id_of(by: Member, client_id: str) -> str:
    if not _CLIENT_ID.fullmatch(client_id):
        raise TalkError(422, "bad_id", "The id has 1 to 64 of A-Z a-z 0-9 _ and -.", field="id")
    return f"{by.id}:{client_id}"


def _checked_message_id(message_id: str) -> str:
    if len(message_id) > MESSAGE_ID_CHARACTERS_MAX or not _MESSAGE_ID.fullmatch(message_id):
        raise not_known()
    return message_id
