"""The key pair by which push services know this hub: made at its first use, kept sealed."""

from typing import Protocol
from urllib.parse import urlsplit

from holdfast.kernel import Clock
from holdfast.push import store
from holdfast.push.vapid import Vapid, new_secret
from holdfast.storage import Database


class Seal(Protocol):
    def lock(self, text: bytes) -> bytes: ...

    def open(self, sealed: bytes) -> bytes: ...


class PushKeys:
    """``contact`` is whom a push service may write to about this hub: ``mailto:`` or ``https:``."""

    def __init__(self, *, database: Database, clock: Clock, seal: Seal, contact: str) -> None:
        self._database = database
        self._clock = clock
        self._seal = seal
        self._contact = contact if urlsplit(contact).scheme in {"mailto", "https"} else ""
        self._vapid: Vapid | None = None

    async def public_key(self) -> str:
        """What browsers subscribe with. Raises StoreUnavailableError."""
        return (await self.vapid()).public_key

    async def vapid(self) -> Vapid:
        """Raises StoreUnavailableError."""
        if self._vapid is None:
            sealed = await self._database.read(store.key)
            if sealed is None:
                made = self._seal.lock(new_secret()).decode()
                sealed = await self._database.write(store.keep_key, made, self._clock.now_ms())
            self._vapid = Vapid(self._seal.open(sealed.encode()), self._contact)
        return self._vapid
