"""Signing in by what was sent to an address. No answer, and no time that it takes, tells who has an account."""

from collections.abc import Callable
from typing import Final, Protocol

from holdfast.channels.contract import Accepted, Outcome
from holdfast.channels.email import MailNotice
from holdfast.channels.email.compose import is_usable_address
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.members import store as members_store
from holdfast.members.codes import ATTEMPTS_MAX, CODE_LIFE_MS, code_hash, is_code, new_code
from holdfast.members.courier import Courier
from holdfast.members.members import Members
from holdfast.members.model import Member, MemberRefusedError, NewSession, Session
from holdfast.members.signing_in import store
from holdfast.members.signing_in.coming_along import ComingAlong
from holdfast.members.signing_in.letters import Places, login_letter
from holdfast.members.tokens import RandomBytes, new_token, token_hash
from holdfast.storage import Database, Tx

MAIL_CHARACTERS_MAX: Final = 254
LETTERS_MAX: Final = 5
"""To one address within an hour."""
HOUR_MS: Final = 3_600_000


class Mailing(Protocol):
    async def send_notice(self, notice: MailNotice) -> Outcome: ...


class SignIn:
    """``mailing`` gives the email channel that letters leave by, None while there is none; ``is_barred`` says whether
    agents keep an address out.
    """

    def __init__(
        self,
        *,
        members: Members,
        coming_along: ComingAlong,
        database: Database,
        clock: Clock,
        ids: IdSource,
        random_bytes: RandomBytes,
        courier: Courier,
        mailing: Callable[[], Mailing | None],
        places: Callable[[], Places],
        is_barred: Callable[[str], bool],
    ) -> None:
        self._members = members
        self._coming_along = coming_along
        self._database = database
        self._clock = clock
        self._ids = ids
        self._random_bytes = random_bytes
        self._courier = courier
        self._mailing = mailing
        self._places = places
        self._is_barred = is_barred
        self._log = get_log("members")

    @property
    def is_open(self) -> bool:
        return self._mailing() is not None

    async def ask(self, email: str) -> str:
        """Send a code and a link to an address; the login's id. Raises MemberRefusedError."""
        email = checked_email(email)
        login_id, code, link = (
            self._ids.new("lgn"),
            new_code(self._random_bytes),
            new_token(self._random_bytes),
        )
        if await self._database.write(self._note_login, login_id, email, code, link):
            self._courier.hand(lambda: self._send(login_id, email, code, link))
        return login_id

    async def by_code(self, login_id: str, code: str, *, guest: Session | None, device: str) -> NewSession:
        """Raises MemberRefusedError."""
        made = await self._database.write(self._by_code, login_id, code, guest, device)
        return self._opened(made, guest)

    async def by_link(self, link: str, *, guest: Session | None, device: str) -> NewSession:
        """Raises MemberRefusedError."""
        made = await self._database.write(self._by_link, link, guest, device)
        return self._opened(made, guest)

    async def _note_login(self, tx: Tx, login_id: str, email: str, code: str, link: str) -> bool:
        """Whether the letter is to be sent; the code of a letter that is not is never good, so that nobody who asks
        again and again has more codes to guess at than were sent.
        """
        now = self._clock.now_ms()
        may_send = await store.logins_since(tx, email, now - HOUR_MS) < LETTERS_MAX and not self._is_barred(
            email
        )
        await store.add_login(
            tx,
            login_id=login_id,
            email=email,
            code_hash=code_hash(login_id, code),
            link_hash=token_hash(link),
            at=now,
            expires_at=now + CODE_LIFE_MS if may_send else now,
        )
        return may_send

    async def _send(self, login_id: str, email: str, code: str, link: str) -> None:
        mailing = self._mailing()
        if mailing is None:
            return
        letter = login_letter(
            self._places(), login_id=login_id, email=email, code=code, link=link, made_at=self._clock.now_ms()
        )
        outcome = await mailing.send_notice(letter)
        if not isinstance(outcome, Accepted):
            self._log.warning("a code was not sent", login=login_id, problem=outcome.reason)

    async def _by_code(
        self, tx: Tx, login_id: str, code: str, guest: Session | None, device: str
    ) -> NewSession | None:
        """None for a wrong code: the attempt is counted, so the transaction has to end well."""
        now = self._clock.now_ms()
        login = await store.login(tx, login_id, now)
        if login is None or not await store.count_attempt(tx, login_id, ATTEMPTS_MAX):
            return None
        if not is_code(login_id, code, login["code_hash"]) or not await store.use_login(tx, login_id, now):
            return None
        return await self._enter(tx, login["email"], guest, device)

    async def _by_link(self, tx: Tx, link: str, guest: Session | None, device: str) -> NewSession | None:
        email = await store.use_login_link(tx, token_hash(link), self._clock.now_ms())
        return None if email is None else await self._enter(tx, email, guest, device)

    def _opened(self, made: NewSession | None, guest: Session | None) -> NewSession:
        if made is None:
            raise MemberRefusedError("wrong_code", "This code or link is not good, or not any more.", "code")
        if guest is not None:
            self._members.changed_here(guest.member.id)
        self._members.changed_here(made.member.id)
        return made

    async def _enter(self, tx: Tx, email: str, guest: Session | None, device: str) -> NewSession:
        """Whoever holds the address comes in: as the member they are, or as a new one; a guest's threads come along.

        Raises MemberRefusedError.
        """
        guest = guest if guest is not None and guest.member.is_guest else None
        known = await members_store.by_email(tx, email)
        if self._is_barred(email) or (known is not None and known.standing == "banned"):
            reason = known.standing_reason if known else ""
            raise MemberRefusedError("forbidden", f"This account is closed. {reason}".strip())
        if known is None:
            member = await self._new_member(tx, email, guest)
        else:
            member = known
            await self._coming_along.bring(tx, known, guest)
        opened = await self._members.open_session(tx, member, device)
        return NewSession(
            member=member, session_id=opened.session_id, token=opened.token, is_new=known is None
        )

    async def _new_member(self, tx: Tx, email: str, guest: Session | None) -> Member:
        if guest is not None:
            member_id = guest.member.id
            await store.promote(tx, member_id, email)
            await members_store.end_session(tx, member_id, guest.id)
            await self._members.neighbours.changed(tx, member_id)
        else:
            member_id = self._ids.new("mem")
            await store.add_member(tx, member_id=member_id, email=email, name="", at=self._clock.now_ms())
        member = await members_store.member(tx, member_id)
        if member is None:
            raise MemberRefusedError("wrong_code", "This account is not there any more.")
        return member


def checked_email(email: str) -> str:
    """One plain address in small letters. Raises MemberRefusedError."""
    email = email.strip().casefold()
    if len(email) > MAIL_CHARACTERS_MAX or not is_usable_address(email):
        raise MemberRefusedError("invalid", "This is not an email address.", "email")
    return email
