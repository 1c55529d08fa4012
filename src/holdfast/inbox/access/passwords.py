"""Passwords, hashed with argon2 beside the event loop."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

PASSWORD_CHARACTERS_MIN: Final = 10
PASSWORD_CHARACTERS_MAX: Final = 1_000
HASHES_AT_ONCE: Final = 2
"""Each takes tens of MiB and a core for a while."""
WAITING_MAX: Final = 16


class BusyError(Exception):
    """Too many sign-ins are being checked at this moment."""


class Passwords:
    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._slots = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting = 0
        self._decoy = ""

    async def hash(self, password: str) -> str:
        """Raises ValueError for a password that is too short or too long."""
        if not PASSWORD_CHARACTERS_MIN <= len(password) <= PASSWORD_CHARACTERS_MAX:
            raise ValueError(
                f"a password has {PASSWORD_CHARACTERS_MIN} to {PASSWORD_CHARACTERS_MAX} characters"
            )
        return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether the password is the stored one; costs the same where there is no account.

        Raises BusyError.
        """
        if self._waiting >= WAITING_MAX:
            raise BusyError
        self._waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(self._verify, password[:PASSWORD_CHARACTERS_MAX], stored)
        finally:
            self._waiting -= 1

    def _verify(self, password: str, stored: str | None) -> bool:
        if stored is None and not self._decoy:
            self._decoy = self._hasher.hash("no account has this password")
        try:
            return self._hasher.verify(stored or self._decoy, password) and stored is not None
        except (Argon2Error, InvalidHashError, UnicodeEncodeError):
            return False
