"""The first owner of a fresh hub, who shows by a code from its machine that it is theirs."""

import asyncio
import hmac
from contextlib import suppress
from pathlib import Path
from typing import Final

from holdfast.inbox.access import Access, Buckets, RandomBytes, Rate, Role, Session, TooManySignInsError
from holdfast.inbox.access.secrets import new_token
from holdfast.inbox.first_run import store
from holdfast.kernel import Clock, make_synced
from holdfast.storage import Database
from holdfast.work import TakenError, WorkRefusedError
from holdfast.work.team import checked_name

CODE_FILE: Final = "setup-code"
TRIES: Final = Rate(burst=10, per_second=0.1)


class WrongSetupCodeError(Exception):
    """The code is not the one that stands on the machine."""


class FirstOwner:
    def __init__(
        self, *, database: Database, access: Access, clock: Clock, random_bytes: RandomBytes, data_dir: Path
    ) -> None:
        self._database = database
        self._access = access
        self._random_bytes = random_bytes
        self._path = data_dir / CODE_FILE
        self._tries = Buckets(clock, TRIES)
        self._making = asyncio.Lock()

    async def is_wanted(self) -> bool:
        """Whether nobody could ever sign in yet."""
        return not await self._database.read(store.is_any_agent)

    async def code(self) -> str:
        """The code of this machine; made where there is none yet."""
        with suppress(FileExistsError):
            await asyncio.to_thread(make_synced, self._path, new_token(self._random_bytes)[:16].encode())
        return (await asyncio.to_thread(self._path.read_text, "ascii")).strip()

    async def become(self, *, code: str, email: str, name: str, password: str, address: str) -> Session:
        """Make the owner and sign them in. Raises TakenError, WrongSetupCodeError, WorkRefusedError,
        TooManySignInsError.
        """
        wait = self._tries.take(address)
        if wait:
            raise TooManySignInsError(wait)
        async with self._making:
            if not await self.is_wanted():
                raise TakenError("This hub has an owner already; sign in.")
            if not hmac.compare_digest(code.strip().encode(), (await self.code()).encode()):
                raise WrongSetupCodeError
            await self._make(email, checked_name(name), password)
            await asyncio.to_thread(self._path.unlink, missing_ok=True)
        return await self._access.sign_in(email=email, password=password, address=address)

    async def _make(self, email: str, name: str, password: str) -> None:
        try:
            await self._access.put_agent(email=email, name=name, password=password, role=Role.OWNER)
        except ValueError as error:
            field = "password" if "password" in str(error) else "email"
            sentence = str(error)
            raise WorkRefusedError(f"{sentence[:1].upper()}{sentence[1:]}.", field) from error
