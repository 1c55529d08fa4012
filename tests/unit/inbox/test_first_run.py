"""A fresh hub's owner and its first steps, against a real store."""

from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from holdfast.inbox import Access, Role
from holdfast.inbox.access import Passwords, TooManySignInsError
from holdfast.inbox.first_run import (
    FirstOwner,
    FirstRun,
    WrongSetupCodeError,
    dismiss_first_run,
    first_run,
)
from holdfast.kernel import IdSource
from holdfast.storage import Database, Tx
from holdfast.work import TakenError, WorkRefusedError

GIVEN = {"email": "mara@kelp.example", "name": "Mara", "password": "a long password", "address": "10.0.0.1"}


@pytest.fixture
def owner(database: Database, clock: Any, ids: IdSource, tmp_path: Path) -> FirstOwner:
    calls = iter(range(1, 10_000))

    def counting(length: int) -> bytes:
        return next(calls).to_bytes(length, "big")

    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    access = Access(database=database, clock=clock, ids=ids, random_bytes=counting, passwords=cheap)
    return FirstOwner(database=database, access=access, clock=clock, random_bytes=counting, data_dir=tmp_path)


async def test_whoever_has_the_code_becomes_the_owner_once(owner: FirstOwner, tmp_path: Path) -> None:
    assert await owner.is_wanted()
    code = await owner.code()
    assert await owner.code() == code
    assert (tmp_path / "setup-code").stat().st_mode & 0o077 == 0
    with pytest.raises(WrongSetupCodeError):
        await owner.become(code=code[:-1], **GIVEN)
    session = await owner.become(code=f" {code} ", **GIVEN)
    assert session.principal.role is Role.OWNER
    assert not await owner.is_wanted()
    assert not (tmp_path / "setup-code").exists()
    with pytest.raises(TakenError):
        await owner.become(code=code, **{**GIVEN, "email": "eve@evil.example"})


@pytest.mark.parametrize(("field", "value"), [("email", "mara"), ("password", "short"), ("name", "  ")])
async def test_what_does_not_do_is_named_and_the_code_stays_good(
    owner: FirstOwner, field: str, value: str
) -> None:
    code = await owner.code()
    with pytest.raises(WorkRefusedError) as refused:
        await owner.become(code=code, **{**GIVEN, field: value})
    assert refused.value.field == field
    assert await owner.become(code=code, **GIVEN)


async def test_a_code_cannot_be_guessed_for_long(owner: FirstOwner) -> None:
    for _ in range(10):
        with pytest.raises(WrongSetupCodeError):
            await owner.become(code="a guess", **GIVEN)
    with pytest.raises(TooManySignInsError):
        await owner.become(code=await owner.code(), **GIVEN)


async def test_the_guide_ends_when_it_is_put_away(database: Database, clock: Any) -> None:
    async def seen(tx: Tx) -> FirstRun:
        return await first_run(tx, has_channel=True)

    assert await database.read(seen) == FirstRun(over=False, channel=True)
    await database.write(dismiss_first_run, clock.now_ms())
    assert await database.read(seen) == FirstRun(over=True)
