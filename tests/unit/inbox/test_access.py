"""Signing in, sessions and tokens against a real store."""

from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from holdfast.inbox import Access, Role, Scope
from holdfast.inbox.access import SignInRefusedError, TooManySignInsError
from holdfast.inbox.access.passwords import Passwords
from holdfast.kernel import IdSource
from holdfast.storage import Database, Tx

PASSWORD = "correct horse battery"


def counting_bytes() -> Callable[[int], bytes]:
    """Bytes that differ with every call, the same in every run."""
    calls = iter(range(1, 10_000))
    return lambda length: next(calls).to_bytes(length, "big")


@pytest.fixture
def access(database: Database, clock: Any, ids: IdSource) -> Access:
    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    return Access(database=database, clock=clock, ids=ids, random_bytes=counting_bytes(), passwords=cheap)


@pytest.fixture
async def mara(access: Access) -> str:
    return await access.put_agent(email="Mara@Kelp.example ", name="Mara", password=PASSWORD)


async def sign_in(access: Access, email: str = "mara@kelp.example", password: str = PASSWORD) -> Any:
    return await access.sign_in(email=email, password=password, address="10.0.0.1")


async def test_a_session_is_its_agent_until_it_ends(access: Access, mara: str, clock: Any) -> None:
    session = await sign_in(access, email=" MARA@kelp.example")
    principal = await access.by_session(session.token)
    assert principal is not None
    assert (principal.author, principal.role) == (f"agent:{mara}", Role.OWNER)
    assert principal.csrf
    clock.seconds += session.seconds
    assert await access.by_session(session.token) is None


async def test_signing_out_ends_one_session_only(access: Access, mara: str) -> None:
    first, second = await sign_in(access), await sign_in(access)
    await access.sign_out(first.token)
    assert await access.by_session(first.token) is None
    assert await access.by_session(second.token) is not None


async def test_a_new_password_ends_every_session(access: Access, mara: str) -> None:
    session = await sign_in(access)
    again = await access.put_agent(email="mara@kelp.example", name="Mara", password="another password")
    assert again == mara
    assert await access.by_session(session.token) is None
    with pytest.raises(SignInRefusedError):
        await sign_in(access)


async def test_failures_are_limited_and_successes_are_not(access: Access, mara: str, clock: Any) -> None:
    for _ in range(30):
        await sign_in(access)
    for _ in range(10):
        with pytest.raises(SignInRefusedError):
            await sign_in(access, password="wrong")
    with pytest.raises(TooManySignInsError) as refused:
        await sign_in(access)
    clock.seconds += refused.value.wait_seconds + 0.1
    await sign_in(access)


async def test_many_accounts_from_one_address_are_limited_too(access: Access) -> None:
    for number in range(20):
        with pytest.raises(SignInRefusedError):
            await sign_in(access, email=f"a{number}@x.example")
    with pytest.raises(TooManySignInsError):
        await sign_in(access, email="fresh@x.example")


@pytest.mark.parametrize("password", ["short", "x" * 1001, ""])
async def test_poor_passwords_are_refused(access: Access, password: str) -> None:
    with pytest.raises(ValueError, match="characters"):
        await access.put_agent(email="a@b.example", name="A", password=password)


async def test_a_token_is_shown_once_and_kept_as_a_hash(access: Access, database: Database) -> None:
    created = await access.create_token("counter", [Scope.WRITE], "agent:1")
    principal = await access.by_token(created.token)
    assert principal is not None
    assert principal.scopes == {Scope.READ, Scope.WRITE}
    assert principal.author == "api:counter"
    assert created.token.startswith("hf_")

    async def stored(tx: Tx) -> list[str]:
        return [row["token_hash"] for row in await tx.all("SELECT token_hash FROM api_token")]

    assert created.token not in await database.read(stored)


async def test_a_revoked_token_opens_nothing(access: Access) -> None:
    created = await access.create_token("counter", [Scope.READ], "agent:1")
    assert await access.revoke_token(created.id, "agent:1")
    assert not await access.revoke_token(created.id, "agent:1")
    assert await access.by_token(created.token) is None


@pytest.mark.parametrize("token", ["", "hf_", "hf_nothing", "x" * 10_000, "hf_\ud800", "hf_\0"])
async def test_invented_tokens_open_nothing(access: Access, token: str) -> None:
    assert await access.by_token(token) is None
    assert await access.by_session(token) is None


@pytest.mark.parametrize(("name", "scopes"), [("", [Scope.READ]), ("x", [])])
async def test_a_token_needs_a_name_and_a_scope(access: Access, name: str, scopes: list[Scope]) -> None:
    with pytest.raises(ValueError, match="name"):
        await access.create_token(name, scopes, "agent:1")


async def test_what_happened_is_in_the_audit_trail(access: Access, database: Database, mara: str) -> None:
    await sign_in(access)
    with pytest.raises(SignInRefusedError):
        await sign_in(access, password="wrong")

    async def actions(tx: Tx) -> list[str]:
        return [row["action"] for row in await tx.all("SELECT action FROM audit_entry ORDER BY id")]

    assert await database.read(actions) == ["agent.stored", "sign_in.accepted", "sign_in.refused"]


async def test_a_token_ends_at_its_time_and_tells_when_it_was_used(access: Access, clock: Any) -> None:
    now = clock.now_ms()
    created = await access.create_token(" week \0 ", [Scope.READ], "agent:1", now + 7 * 86_400_000)
    [shown] = await access.tokens()
    assert (shown.name, shown.scopes, shown.created_by, shown.last_used_at) == (
        "week",
        ["read"],
        "agent:1",
        0,
    )
    assert await access.by_token(created.token)
    clock.seconds += 60
    assert await access.by_token(created.token)
    assert [each.last_used_at for each in await access.tokens()] == [now]
    clock.seconds += 7 * 86_400
    assert await access.by_token(created.token) is None


@pytest.mark.parametrize("days", [-1, 0, 4_000])
async def test_a_tokens_end_is_to_come_and_not_too_far(access: Access, clock: Any, days: int) -> None:
    with pytest.raises(ValueError, match="a time to come, within 10 years"):
        await access.create_token("x", [Scope.READ], "agent:1", clock.now_ms() + days * 86_400_000)
