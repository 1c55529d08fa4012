"""Letting people in, changing what they may do, and letting them go."""

from typing import Any

import pytest
from argon2 import PasswordHasher

from holdfast.inbox import Access, Role
from holdfast.inbox.access import AgentChange, Agents, Passwords, SignInRefusedError, TooManySignInsError
from holdfast.inbox.access.access import SIGN_INS_PER_ACCOUNT
from holdfast.kernel import IdSource
from holdfast.storage import Database, EventLog, Tx
from holdfast.work import TakenError, UnknownError, WorkRefusedError

BOSS = "agent:agt_boss"
EMAIL = "noor@kelp.example"


class Office:
    """Access and agents over one store, with a hasher that costs nothing."""

    def __init__(self, database: Database, clock: Any, ids: IdSource) -> None:
        calls = iter(range(1, 10_000))

        def counting(length: int) -> bytes:
            return next(calls).to_bytes(length, "big")

        cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        shared: dict[str, Any] = {"database": database, "clock": clock, "ids": ids, "random_bytes": counting}
        self.access = Access(**shared, passwords=cheap)
        self.agents = Agents(**shared, passwords=cheap, events=EventLog(database, clock))
        self._database = database

    async def sign_in(self, password: str) -> Any:
        return await self.access.sign_in(email=EMAIL, password=password, address="10.0.0.1")

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        async def read(tx: Tx) -> list[dict[str, Any]]:
            return [dict(row) for row in await tx.all(sql)]

        return await self._database.read(read)

    async def trail(self) -> list[tuple[str, str, str]]:
        rows = await self.rows("SELECT who, action, detail FROM audit_entry ORDER BY id")
        return [(row["who"], row["action"], row["detail"]) for row in rows if row["who"] == BOSS]


@pytest.fixture
async def office(database: Database, clock: Any, ids: IdSource) -> Office:
    office = Office(database, clock, ids)
    await office.access.put_agent(email="boss@kelp.example", name="Boss", password="a long password")
    return office


async def test_whoever_is_let_in_signs_in_with_the_password_that_was_told(office: Office) -> None:
    made = await office.agents.add(" Noor@Kelp.example", "Noor", Role.AGENT, BOSS)
    session = await office.sign_in(made.password)
    assert (session.principal.author, session.principal.role) == (f"agent:{made.id}", Role.AGENT)
    assert await office.trail() == [(BOSS, "agent.added", "noor@kelp.example, agent")]
    assert all(made.password not in str(row) for row in await office.rows("SELECT * FROM audit_entry"))
    with pytest.raises(TakenError, match="already"):
        await office.agents.add(EMAIL, "Another", Role.OWNER, BOSS)


@pytest.mark.parametrize(
    "email", ["", "noor", "noor@home", "@kelp.example", "no or@kelp.example", f"{'n' * 250}@a.bc"]
)
async def test_what_is_no_address_is_refused_by_its_field(office: Office, email: str) -> None:
    with pytest.raises(WorkRefusedError, match="not an email address") as refused:
        await office.agents.add(email, "Noor", Role.AGENT, BOSS)
    assert refused.value.field == "email"


async def test_a_role_counts_at_once_and_stands_in_the_trail(office: Office) -> None:
    made = await office.agents.add(EMAIL, "Noor", Role.AGENT, BOSS)
    session = await office.sign_in(made.password)
    await office.agents.change(made.id, AgentChange(role=Role.VIEWER, capacity=3), BOSS)
    principal = await office.access.by_session(session.token)
    assert principal is not None
    assert principal.role is Role.VIEWER
    assert (await office.trail())[-1] == (BOSS, "agent.changed", "role: agent → viewer, capacity: 20 → 3")
    await office.agents.change(made.id, AgentChange(role=Role.VIEWER), BOSS)
    assert len(await office.trail()) == 2


async def test_somebody_stays_an_owner(office: Office) -> None:
    [boss] = await office.rows("SELECT id FROM agent")
    for attempt in (
        office.agents.change(boss["id"], AgentChange(role=Role.AGENT), BOSS),
        office.agents.remove(boss["id"], "agent:somebody"),
    ):
        with pytest.raises(WorkRefusedError, match="stay an owner"):
            await attempt
    await office.agents.add(EMAIL, "Noor", Role.OWNER, BOSS)
    await office.agents.change(boss["id"], AgentChange(role=Role.AGENT), BOSS)


async def test_whoever_is_let_go_is_out_at_once_and_may_come_back(office: Office) -> None:
    made = await office.agents.add(EMAIL, "Noor", Role.AGENT, BOSS)
    session = await office.sign_in(made.password)
    with pytest.raises(WorkRefusedError, match="removes themselves"):
        await office.agents.remove(made.id, f"agent:{made.id}")
    await office.agents.remove(made.id, BOSS)
    assert await office.access.by_session(session.token) is None
    with pytest.raises(SignInRefusedError):
        await office.sign_in(made.password)
    for attempt in (
        office.agents.remove(made.id, BOSS),
        office.agents.change(made.id, AgentChange(name="Noor"), BOSS),
        office.agents.new_password(made.id, BOSS),
    ):
        with pytest.raises(UnknownError):
            await attempt
    again = await office.agents.add(EMAIL, "Noor", Role.AGENT, BOSS)
    assert again.id == made.id
    assert await office.sign_in(again.password)


async def test_ones_own_password_needs_the_old_one_and_keeps_this_session(office: Office) -> None:
    made = await office.agents.add(EMAIL, "Noor", Role.AGENT, BOSS)
    here, elsewhere = await office.sign_in(made.password), await office.sign_in(made.password)
    for current, new, field in (("wrong", "a good long one", "current"), (made.password, "short", "new")):
        with pytest.raises(WorkRefusedError) as refused:
            await office.agents.change_own_password(made.id, current, new, here.token)
        assert refused.value.field == field
    await office.agents.change_own_password(made.id, made.password, "a good long one", here.token)
    assert await office.access.by_session(here.token)
    assert await office.access.by_session(elsewhere.token) is None
    assert await office.sign_in("a good long one")


async def test_ones_own_password_cannot_be_guessed_for_long(office: Office) -> None:
    made = await office.agents.add(EMAIL, "Noor", Role.AGENT, BOSS)
    guess = ("wrong", "a good long one", "")
    for _ in range(int(SIGN_INS_PER_ACCOUNT.burst)):
        with pytest.raises(WorkRefusedError):
            await office.agents.change_own_password(made.id, *guess)
    with pytest.raises(TooManySignInsError):
        await office.agents.change_own_password(made.id, *guess)
