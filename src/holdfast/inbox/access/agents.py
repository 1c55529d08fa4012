"""Who answers: agents are added, changed and removed here, by owners; and change their own passwords."""

import base64
from typing import Final

import msgspec

from holdfast.conversations.store import audit
from holdfast.inbox.access import store
from holdfast.inbox.access.access import SIGN_INS_PER_ACCOUNT, TooManySignInsError
from holdfast.inbox.access.buckets import Buckets
from holdfast.inbox.access.passwords import BusyError, Passwords
from holdfast.inbox.access.principal import Role
from holdfast.inbox.access.secrets import RandomBytes, token_hash
from holdfast.kernel import Clock, IdSource
from holdfast.storage import Database, EventLog, Row, Tx, append_event
from holdfast.work import TEAM_CHANGED, TakenError, UnknownError, WorkRefusedError, leave, set_capacity
from holdfast.work.team import checked_name

AGENTS_MAX: Final = 500
EMAIL_CHARACTERS_MAX: Final = 254
FIRST_PASSWORD_BYTES: Final = 10
GROUP: Final = 4


class NewPassword(msgspec.Struct, frozen=True):
    """``password`` is shown once; only its hash is kept."""

    id: str
    password: str


class AgentChange(msgspec.Struct, frozen=True):
    """Only what is to be different. ``capacity``: waiting conversations that an agent is given at most."""

    name: str | None = None
    role: Role | None = None
    capacity: int | None = None


class Agents:
    """Every method is one committed unit of work with its entries in the audit trail.

    Raises UnknownError, TakenError and WorkRefusedError, each with a sentence for people.
    """

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        random_bytes: RandomBytes,
        passwords: Passwords,
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._random_bytes = random_bytes
        self._passwords = passwords
        self._tries = Buckets(clock, SIGN_INS_PER_ACCOUNT)

    async def add(self, email: str, name: str, role: Role, by: str) -> NewPassword:
        """Let somebody in who is not in yet; whoever was removed comes back as who they were."""
        password = self._first_password()
        hashed = await self._passwords.hash(password)
        agent_id = await self._database.write(self._add, checked_email(email), name, hashed, role, by)
        self._events.wake()
        return NewPassword(agent_id, password)

    async def change(self, agent_id: str, change: AgentChange, by: str) -> None:
        await self._database.write(self._change, agent_id, change, by)
        self._events.wake()

    async def remove(self, agent_id: str, by: str) -> None:
        """They are signed out and can sign in no more; what they had goes back to nobody, what they said stays."""
        await self._database.write(self._remove, agent_id, by)
        self._events.wake()

    async def new_password(self, agent_id: str, by: str) -> NewPassword:
        """For somebody who forgot theirs; they are signed out everywhere."""
        password = self._first_password()
        hashed = await self._passwords.hash(password)
        await self._database.write(self._put_password, agent_id, hashed, by, "")
        return NewPassword(agent_id, password)

    async def change_own_password(self, agent_id: str, current: str, new: str, session: str) -> None:
        """Every other sign-in of theirs ends; ``session`` is the token of this one.

        Raises TooManySignInsError.
        """
        wait = self._tries.take(agent_id)
        if wait:
            raise TooManySignInsError(wait)
        row = await self._database.read(store.agent, agent_id)
        try:
            genuine = row is not None and await self._passwords.matches(current, row["password_hash"])
        except BusyError as error:
            raise TooManySignInsError(1.0) from error
        if not genuine:
            raise WorkRefusedError("That is not the password you have now.", "current")
        try:
            hashed = await self._passwords.hash(new)
        except ValueError as error:
            sentence = str(error)
            raise WorkRefusedError(f"{sentence[:1].upper()}{sentence[1:]}.", "new") from error
        kept = token_hash(session)
        await self._database.write(self._put_password, agent_id, hashed, f"agent:{agent_id}", kept)

    def _first_password(self) -> str:
        """Groups of letters and digits that can be read over a telephone."""
        text = base64.b32encode(self._random_bytes(FIRST_PASSWORD_BYTES)).decode().lower()
        return "-".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))

    async def _add(self, tx: Tx, email: str, name: str, hashed: str, role: Role, by: str) -> str:
        there = await store.agent_by_email(tx, email)
        if there is not None and there["removed_at"] is None:
            raise TakenError(f"{email} may sign in already.")
        if there is None and len(await store.agents(tx)) >= AGENTS_MAX:
            raise WorkRefusedError(f"There can be {AGENTS_MAX} people at most.")
        now = self._clock.now_ms()
        agent_id = await store.put_agent(
            tx,
            agent_id=self._ids.new("agt"),
            email=email,
            name=checked_name(name),
            password_hash=hashed,
            role=role.value,
            at=now,
        )
        await self._tell(tx, by, "agent.added", agent_id, f"{email}, {role.value}")
        return agent_id

    async def _change(self, tx: Tx, agent_id: str, change: AgentChange, by: str) -> None:
        row = await _known(tx, agent_id)
        name = row["name"] if change.name is None else checked_name(change.name)
        role = Role(row["role"]) if change.role is None else change.role
        if row["role"] == Role.OWNER and role is not Role.OWNER:
            await _refuse_without_owner(tx, agent_id)
        if change.capacity is not None:
            await set_capacity(tx, agent_id, change.capacity)
        await store.change_agent(tx, agent_id, name=name, role=role.value)
        wanted = {"name": name, "role": role.value, "capacity": change.capacity}
        changed = [
            f"{key}: {row[key]} → {value}" for key, value in wanted.items() if value not in {row[key], None}
        ]
        if changed:
            await self._tell(tx, by, "agent.changed", agent_id, ", ".join(changed))

    async def _remove(self, tx: Tx, agent_id: str, by: str) -> None:
        row = await _known(tx, agent_id)
        if by == f"agent:{agent_id}":
            raise WorkRefusedError("Nobody removes themselves; another owner can.")
        if row["role"] == Role.OWNER:
            await _refuse_without_owner(tx, agent_id)
        await store.remove_agent(tx, agent_id, self._clock.now_ms())
        await leave(tx, agent_id)
        await self._tell(tx, by, "agent.removed", agent_id, str(row["email"]))

    async def _put_password(self, tx: Tx, agent_id: str, hashed: str, by: str, kept: str) -> None:
        await _known(tx, agent_id)
        await store.put_password(tx, agent_id, hashed)
        await store.drop_sessions_of(tx, agent_id, kept)
        await self._note(tx, by, "agent.password", agent_id, "")

    async def _tell(self, tx: Tx, by: str, action: str, subject: str, detail: str) -> None:
        await self._note(tx, by, action, subject, detail)
        await append_event(tx, at=self._clock.now_ms(), kind=TEAM_CHANGED, body={})

    async def _note(self, tx: Tx, by: str, action: str, subject: str, detail: str) -> None:
        entry = {"who": by, "action": action, "subject": subject, "detail": detail}
        await audit(tx, entry_id=self._ids.new("aud"), at=self._clock.now_ms(), **entry)


def checked_email(email: str) -> str:
    email = email.replace("\0", "").strip().lower()
    name, _, host = email.rpartition("@")
    if (
        not name
        or "." not in host
        or len(email) > EMAIL_CHARACTERS_MAX
        or any(mark.isspace() for mark in email)
    ):
        raise WorkRefusedError("This is not an email address; it looks like mara@example.org.", "email")
    return email


async def _known(tx: Tx, agent_id: str) -> Row:
    row = await store.agent(tx, agent_id)
    if row is None:
        raise UnknownError(f"There is no agent {agent_id[:80]}.")
    return row


async def _refuse_without_owner(tx: Tx, agent_id: str) -> None:
    if not await store.is_other_owner(tx, agent_id):
        raise WorkRefusedError("Somebody must stay an owner: make another one first.", "role")
