"""Another email address for an account: a code goes to it, and whoever types the code has it.

No answer, and no time that it takes, tells whether an address has an account: only who reads its mail learns that.
"""

from collections.abc import Callable
from typing import Final

from holdfast.channels.contract import Accepted
from holdfast.channels.email import MailNotice
from holdfast.conversations.store import audit
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.members import store as members_store
from holdfast.members.codes import ATTEMPTS_MAX, CODE_LIFE_MS, code_hash, is_code, new_code
from holdfast.members.courier import Courier
from holdfast.members.members import Members, present
from holdfast.members.model import Member, MemberRefusedError, Session
from holdfast.members.signing_in import store
from holdfast.members.signing_in.letters import Places, changed_letter, new_email_letter
from holdfast.members.signing_in.sign_in import HOUR_MS, LETTERS_MAX, Mailing, checked_email
from holdfast.members.tokens import RandomBytes, new_token, token_hash
from holdfast.storage import Database, Tx

CHANGES_MAX: Final = 10
"""Codes that one member may ask for within an hour."""


class NewEmail:
    """``is_barred`` says whether agents keep an address out."""

    def __init__(
        self,
        *,
        members: Members,
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
        self._database = database
        self._clock = clock
        self._ids = ids
        self._random_bytes = random_bytes
        self._courier = courier
        self._mailing = mailing
        self._places = places
        self._is_barred = is_barred
        self._log = get_log("members")

    async def ask(self, session: Session, email: str) -> str:
        """Send a code to an address; the id to come back with. Raises MemberRefusedError."""
        email = checked_email(email)
        if session.member.is_guest:
            raise MemberRefusedError(
                "guest", "Sign in with the address; a guest becomes a member by it.", "email"
            )
        login_id, code = self._ids.new("lgn"), new_code(self._random_bytes)
        if await self._database.write(self._note, session.member.id, login_id, email, code):
            letter = new_email_letter(
                self._places(), login_id=login_id, email=email, code=code, made_at=self._clock.now_ms()
            )
            self._courier.hand(lambda: self._send(letter))
        return login_id

    async def prove(self, session: Session, login_id: str, code: str) -> Member:
        """The address is the account's now; the one before is told. Raises MemberRefusedError."""
        changed = await self._database.write(self._prove, session.member.id, login_id, code)
        if changed is None:
            raise MemberRefusedError("wrong_code", "This code is not good, or not any more.", "code")
        before, after = changed
        self._members.changed_here(after.id)
        if before.email and before.email != after.email:
            letter = changed_letter(
                self._places(), login_id=login_id, email=before.email, made_at=self._clock.now_ms()
            )
            self._courier.hand(lambda: self._send(letter))
        return after

    async def _note(self, tx: Tx, member_id: str, login_id: str, email: str, code: str) -> bool:
        """Whether the letter is to be sent; the code of one that is not is never good."""
        now = self._clock.now_ms()
        since = now - HOUR_MS
        if await store.changes_since(tx, member_id, since) >= CHANGES_MAX:
            raise MemberRefusedError("too_many", "That was too often; try again in an hour.", "email")
        may_send = await store.logins_since(tx, email, since) < LETTERS_MAX and not self._is_barred(email)
        await store.add_login(
            tx,
            login_id=login_id,
            email=email,
            code_hash=code_hash(login_id, code),
            link_hash=token_hash(new_token(self._random_bytes)),
            at=now,
            expires_at=now + CODE_LIFE_MS if may_send else now,
            member_id=member_id,
        )
        return may_send

    async def _prove(self, tx: Tx, member_id: str, login_id: str, code: str) -> tuple[Member, Member] | None:
        """The member before and after; None for a wrong code, whose attempt is counted."""
        now = self._clock.now_ms()
        login = await store.login(tx, login_id, now, member_id=member_id)
        if login is None or not await store.count_attempt(tx, login_id, ATTEMPTS_MAX):
            return None
        if not is_code(login_id, code, login["code_hash"]) or not await store.use_login(tx, login_id, now):
            return None
        before, email = await present(tx, member_id), str(login["email"])
        known = await members_store.by_email(tx, email)
        if known is not None and known.id != member_id:
            raise MemberRefusedError(
                "taken", "This address has an account of its own: sign in with it.", "email"
            )
        await store.set_email(tx, member_id, email)
        await self._members.neighbours.changed(tx, member_id)
        await audit(
            tx,
            entry_id=self._ids.new("aud"),
            at=now,
            who=f"member:{member_id}",
            action="member.email_changed",
            subject=member_id,
            detail="",
        )
        return before, await present(tx, member_id)

    async def _send(self, letter: MailNotice) -> None:
        mailing = self._mailing()
        if mailing is None:
            return
        outcome = await mailing.send_notice(letter)
        if not isinstance(outcome, Accepted):
            self._log.warning("a letter was not sent", letter=letter.id, problem=outcome.reason)
