"""A member shows that an address is theirs, and what was said from there goes on here.

Whether anybody ever wrote from an address, and whether a code left, no answer tells.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from holdfast.channels.contract import Adapter
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.members.claims import store
from holdfast.members.codes import ATTEMPTS_MAX, CODE_LIFE_MS, code_hash, is_code, new_code
from holdfast.members.courier import Courier
from holdfast.members.joining import Joiner
from holdfast.members.members import Members, present
from holdfast.members.model import MemberRefusedError, Session
from holdfast.members.signing_in.letters import Places, claim_letter, claim_text
from holdfast.members.signing_in.sign_in import Mailing
from holdfast.members.tokens import RandomBytes
from holdfast.outbox import NewReply, ReplyRefusedError
from holdfast.storage import Database, Row, Tx

CLAIMS_OF_MEMBER_MAX: Final = 5
"""Within an hour; likewise of one address."""
CLAIMS_OF_PLACE_MAX: Final = 5
HOUR_MS: Final = 3_600_000
VALUE_CHARACTERS_MAX: Final = 254
AUTHOR: Final = "hub:Address check"
"""Shown as the author of the message with the code: it is nobody's words."""

_NOT_DIGITS: Final = re.compile(r"[\s()./-]")
_NUMBER: Final = re.compile(r"\+?\d{6,15}")

Enqueue = Callable[[NewReply], Awaitable[object]]


class Claims:
    """``channels`` are the connected ones, ``enqueue`` queues a message to a person. Raises ReplyRefusedError."""

    def __init__(
        self,
        *,
        members: Members,
        joiner: Joiner,
        database: Database,
        clock: Clock,
        ids: IdSource,
        random_bytes: RandomBytes,
        courier: Courier,
        channels: Callable[[], Mapping[str, Adapter]],
        enqueue: Enqueue,
        mailing: Callable[[], Mailing | None],
        places: Callable[[], Places],
    ) -> None:
        self._members = members
        self._joiner = joiner
        self._database = database
        self._clock = clock
        self._ids = ids
        self._random_bytes = random_bytes
        self._courier = courier
        self._channels = channels
        self._enqueue = enqueue
        self._mailing = mailing
        self._places = places
        self._log = get_log("members")

    async def ask(self, session: Session, channel: str, value: str) -> str:
        """Send a code to an address, if somebody wrote from there; the claim's id. Raises MemberRefusedError."""
        platform = self._platform_of(channel)
        value = value.replace("\0", "").strip()
        if not value or len(value) > VALUE_CHARACTERS_MAX:
            raise MemberRefusedError("invalid", "Say which address it is.", "value")
        claim_id, code = self._ids.new("clm"), new_code(self._random_bytes)
        found = await self._database.write(self._note, session.member.id, claim_id, channel, value, code)
        if found is not None:
            self._courier.hand(lambda: self._send(claim_id, channel, platform, found, code))
        return claim_id

    async def prove(self, session: Session, claim_id: str, code: str) -> None:
        """Join what was said from the address to the member's own thread. Raises MemberRefusedError."""
        if not await self._database.write(self._prove, session.member.id, claim_id, code):
            raise MemberRefusedError("wrong_code", "This code is not good, or not any more.", "code")
        self._members.changed_here(session.member.id)

    def _platform_of(self, channel: str) -> str:
        adapter = self._channels().get(channel)
        if adapter is None or adapter.platform == "direct":
            raise MemberRefusedError("invalid", "There is no such channel.", "channel")
        return adapter.platform

    async def _note(
        self, tx: Tx, member_id: str, claim_id: str, channel: str, value: str, code: str
    ) -> Row | None:
        """The address to write to; None where there is none, or too many codes were asked for: these are never good."""
        now = self._clock.now_ms()
        found = await store.wrote_from(tx, channel, spellings(value), name_in(value))
        place = _place(channel, value)
        by_member, of_place = await store.counts_since(tx, member_id, place, now - HOUR_MS)
        if by_member >= CLAIMS_OF_MEMBER_MAX or of_place >= CLAIMS_OF_PLACE_MAX:
            found = None
        await store.add(
            tx,
            claim_id=claim_id,
            member_id=member_id,
            address_id=found["id"] if found else "",
            place=place,
            code_hash=code_hash(claim_id, code),
            at=now,
            expires_at=now + CODE_LIFE_MS,
        )
        return found

    async def _send(self, claim_id: str, channel: str, platform: str, found: Row, code: str) -> None:
        mailing = self._mailing() if platform == "email" else None
        if mailing is not None:
            letter = claim_letter(
                self._places(),
                claim_id=claim_id,
                email=found["value"],
                code=code,
                made_at=self._clock.now_ms(),
            )
            await mailing.send_notice(letter)
            return
        reply = NewReply(
            conversation_id=found["conversation_id"],
            text=claim_text(self._places().business, code),
            author=AUTHOR,
            route=f"only:{channel}",
            address_id=found["id"],
            klass="bot",
            source="members",
            idempotency_key=f"claim:{claim_id}",
        )
        try:
            await self._enqueue(reply)
        except ReplyRefusedError as error:
            self._log.info("a code could not be sent", claim=claim_id, problem=error.code)

    async def _prove(self, tx: Tx, member_id: str, claim_id: str, code: str) -> bool:
        """Whether the code was right; a wrong one is counted, so the transaction has to end well."""
        now = self._clock.now_ms()
        claim = await store.claim(tx, claim_id, member_id, now)
        if claim is None or not await store.count_attempt(tx, claim_id, ATTEMPTS_MAX):
            return False
        if not is_code(claim_id, code, claim["code_hash"]) or not claim["address_id"]:
            return False
        await store.use(tx, claim_id, now)
        await self._joiner.join(tx, await present(tx, member_id), [claim["address_id"]], now)
        await self._members.neighbours.changed(tx, member_id)
        return True


def spellings(value: str) -> Sequence[str]:
    """How an address may be stored: as it was typed, in small letters, a number with and without its plus."""
    number = _NOT_DIGITS.sub("", value)
    if not _NUMBER.fullmatch(number):
        return list(dict.fromkeys([value, value.casefold()]))
    digits = number.lstrip("+").removeprefix("00") if not number.startswith("+") else number[1:]
    return list(dict.fromkeys([value, f"+{digits}", digits]))


def name_in(value: str) -> str:
    """The account's name, where that is what people know, such as ``@ann_93``; an empty text for numbers and mail."""
    name = value.removeprefix("@").casefold()
    return name if re.fullmatch(r"[\w.]{2,50}", name) and not name.isdecimal() else ""


def _place(channel: str, value: str) -> str:
    """The same for every spelling of an address; only its hash is kept."""
    known = spellings(value.casefold())[-1].lstrip("+@")
    return hashlib.sha256(f"{channel}|{known}".encode("utf-8", "replace")).hexdigest()
