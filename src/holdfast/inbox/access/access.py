"""Signing in, sessions, API tokens, and the audit trail of them."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from holdfast.inbox.access import store
from holdfast.inbox.access.buckets import Buckets, Rate
from holdfast.inbox.access.passwords import BusyError, Passwords
from holdfast.inbox.access.principal import Principal, Role, Scope, role_of_scopes, scopes_of_role, widen
from holdfast.inbox.access.secrets import RandomBytes, new_token, token_hash
from holdfast.kernel import Clock, IdSource
from holdfast.storage import Database, Row, Tx

TOKEN_PREFIX: Final = "hf_"  # noqa: S105 - the visible beginning of every API token
SESSION_DAYS: Final = 14
DAY_MS: Final = 86_400_000
TOKEN_DAYS_MAX: Final = 3_650
USED_MS: Final = 3_600_000
"""A token's last use is kept to the hour, so that reading costs no writing."""
NAME_CHARACTERS_MAX: Final = 100
EMAIL_CHARACTERS_MAX: Final = 254
SIGN_INS_PER_ADDRESS: Final = Rate(burst=20, per_second=0.2)
SIGN_INS_PER_ACCOUNT: Final = Rate(burst=10, per_second=0.1)


class Session(msgspec.Struct, frozen=True):
    """A fresh sign-in; ``token`` goes into the cookie and nowhere else."""

    token: str
    principal: Principal
    seconds: int


class SignInRefusedError(Exception):
    """The address and password do not belong together; nothing says which of them is wrong."""


class TooManySignInsError(Exception):
    """Failed too often; ``wait_seconds`` until another try is taken."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__("too many tries to sign in")
        self.wait_seconds = wait_seconds


class NewToken(msgspec.Struct, frozen=True):
    """``token`` is shown once; only its hash is kept."""

    id: str
    token: str


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """Times in ms; ``last_used_at`` to the hour, 0 for never."""

    id: str
    name: str
    scopes: list[str]
    created_at: int
    created_by: str
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int


class Access:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        random_bytes: RandomBytes,
        passwords: Passwords | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._random_bytes = random_bytes
        self._passwords = passwords or Passwords()
        self._by_address = Buckets(clock, SIGN_INS_PER_ADDRESS)
        self._by_account = Buckets(clock, SIGN_INS_PER_ACCOUNT)

    async def put_agent(self, *, email: str, name: str, password: str, role: Role = Role.OWNER) -> str:
        """Make an agent, or give the one of that address a new password; the id. Raises ValueError."""
        email = _clean_email(email)
        if "@" not in email:
            raise ValueError("this is not an email address")
        hashed = await self._passwords.hash(password)
        return await self._database.write(self._put_agent, email, name[:NAME_CHARACTERS_MAX], hashed, role)

    async def agents(self) -> Sequence[Row]:
        return await self._database.read(store.agents)

    async def sign_in(self, *, email: str, password: str, address: str) -> Session:
        """Raises SignInRefusedError after an even delay, TooManySignInsError."""
        email = _clean_email(email)
        self._take_try(address, email)
        agent = await self._database.read(store.agent_by_email, email)
        try:
            genuine = await self._passwords.matches(password, (agent and agent["password_hash"]) or None)
        except BusyError as error:
            raise TooManySignInsError(1.0) from error
        if agent is None or not genuine:
            await self._database.write(self._note, "", "sign_in.refused", email)
            raise SignInRefusedError
        self._by_address.give_back(address)
        self._by_account.give_back(email)
        return await self._open_session(agent)

    async def sign_out(self, token: str) -> None:
        await self._database.write(store.drop_session, token_hash(token))

    async def by_session(self, token: str) -> Principal | None:
        row = await self._database.read(store.session, token_hash(token), self._clock.now_ms())
        return _agent_principal(row, row["csrf"]) if row else None

    async def create_token(
        self, name: str, scopes: Sequence[Scope], by: str, expires_at: int | None = None
    ) -> NewToken:
        """Raises ValueError for an empty name, no scope, or an end (ms) that is not to come."""
        name = " ".join(name.replace("\0", "").split())
        if not name or not scopes:
            raise ValueError("a token needs a name and at least one scope")
        if expires_at is not None and not 0 < expires_at - self._clock.now_ms() <= TOKEN_DAYS_MAX * DAY_MS:
            raise ValueError(f"a token ends at a time to come, within {TOKEN_DAYS_MAX // 365} years")
        token = NewToken(self._ids.new("tok"), new_token(self._random_bytes, TOKEN_PREFIX))
        wanted = {
            "name": name[:NAME_CHARACTERS_MAX],
            "scopes": " ".join(sorted(scopes)),
            "expires_at": expires_at,
        }
        await self._database.write(self._create_token, token, wanted, by)
        return token

    async def tokens(self) -> list[TokenView]:
        """Those that are good, and those that ended or were revoked; the newest first."""
        rows = await self._database.read(store.tokens)
        return [_token_view(row) for row in reversed(rows)]

    async def revoke_token(self, token_id: str, by: str) -> bool:
        return await self._database.write(self._revoke_token, token_id, by)

    async def by_token(self, token: str) -> Principal | None:
        if not token.startswith(TOKEN_PREFIX):
            return None
        now = self._clock.now_ms()
        row = await self._database.read(store.token, token_hash(token), now)
        if row is None:
            return None
        if now - row["last_used_at"] >= USED_MS:
            await self._database.write(store.use_token, row["id"], now)
        scopes = widen(Scope(scope) for scope in str(row["scopes"]).split())
        return Principal(
            kind="token",
            name=row["name"],
            role=role_of_scopes(scopes),
            scopes=scopes,
            author=f"api:{row['name']}",
        )

    async def note(self, who: str, action: str, subject: str = "") -> None:
        """Write an entry into the audit trail."""
        await self._database.write(self._note, who, action, subject)

    def _take_try(self, address: str, email: str) -> None:
        wait = self._by_address.take(address) or self._by_account.take(email)
        if wait:
            raise TooManySignInsError(wait)

    async def _open_session(self, agent: Row) -> Session:
        token, csrf = new_token(self._random_bytes), new_token(self._random_bytes)
        await self._database.write(self._insert_session, token, agent["id"], csrf)
        return Session(token, _agent_principal(agent, csrf), SESSION_DAYS * 86_400)

    async def _insert_session(self, tx: Tx, token: str, agent_id: str, csrf: str) -> None:
        now = self._clock.now_ms()
        await store.insert_session(
            tx,
            token_hash=token_hash(token),
            agent_id=agent_id,
            csrf=csrf,
            at=now,
            expires_at=now + SESSION_DAYS * DAY_MS,
        )
        await self._note(tx, f"agent:{agent_id}", "sign_in.accepted", "")

    async def _put_agent(self, tx: Tx, email: str, name: str, hashed: str, role: Role) -> str:
        agent_id = await store.put_agent(
            tx,
            agent_id=self._ids.new("agt"),
            email=email,
            name=name,
            password_hash=hashed,
            role=role.value,
            at=self._clock.now_ms(),
        )
        await store.drop_sessions_of(tx, agent_id)
        await self._note(tx, "", "agent.stored", agent_id)
        return agent_id

    async def _create_token(self, tx: Tx, token: NewToken, wanted: dict[str, Any], by: str) -> None:
        now = self._clock.now_ms()
        if len(await store.tokens(tx)) >= store.LISTED_MAX:
            raise ValueError(f"there can be {store.LISTED_MAX} tokens at most, with those that ended")
        await store.insert_token(tx, id=token.id, token_hash=token_hash(token.token), at=now, by=by, **wanted)
        await self._note(tx, by, "token.created", token.id, f"{wanted['name']}: {wanted['scopes']}")

    async def _revoke_token(self, tx: Tx, token_id: str, by: str) -> bool:
        revoked = await store.revoke_token(tx, token_id, self._clock.now_ms())
        if revoked:
            await self._note(tx, by, "token.revoked", token_id)
        return revoked

    async def _note(self, tx: Tx, who: str, action: str, subject: str, detail: str = "") -> None:
        await store.audit(
            tx,
            entry_id=self._ids.new("aud"),
            at=self._clock.now_ms(),
            who=who,
            action=action,
            subject=subject[:EMAIL_CHARACTERS_MAX],
            detail=detail,
        )


def _token_view(row: Row) -> TokenView:
    return TokenView(
        id=row["id"],
        name=row["name"],
        scopes=str(row["scopes"]).split(),
        created_at=row["created_at"],
        created_by=row["created_by"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
    )


def _clean_email(email: str) -> str:
    return email.strip().lower()[:EMAIL_CHARACTERS_MAX]


def _agent_principal(row: Row, csrf: str) -> Principal:
    role = Role(row["role"])
    return Principal(
        kind="agent",
        name=row["name"],
        role=role,
        scopes=scopes_of_role(role),
        author=f"agent:{row['id']}",
        csrf=csrf,
    )
