"""What members' devices ask for: to be told, how, and no longer."""

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.kernel import Clock
from holdfast.push import store
from holdfast.push.keys import PushKeys, Seal
from holdfast.push.model import (
    DEVICES_OF_MEMBER_MAX,
    Device,
    DeviceSettings,
    Keys,
    PushRefusedError,
    Subscription,
)
from holdfast.push.quiet import checked
from holdfast.push.sealing import point_and_auth
from holdfast.push.services import check_endpoint
from holdfast.storage import Database, Tx

KEY_CHARACTERS_MAX: Final = 200


class Devices:
    """``services``: the push services that may be named; ``inside_allowed``: also inside addresses."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        seal: Seal,
        keys: PushKeys,
        services: Sequence[str],
        inside_allowed: bool,
    ) -> None:
        self._database = database
        self._clock = clock
        self._seal = seal
        self.keys = keys
        self._services = services
        self._inside_allowed = inside_allowed

    async def subscribe(
        self, *, session_id: str, member_id: str, subscription: Subscription
    ) -> DeviceSettings:
        """Tell this device from now on; what it had set before stays. Raises PushRefusedError."""
        _check_keys(subscription.keys)
        check_endpoint(subscription.endpoint, self._services, inside_allowed=self._inside_allowed)
        sealed = self._seal.lock(msgspec.json.encode(subscription)).decode()
        endpoint_hash = hashlib.sha256(subscription.endpoint.encode()).hexdigest()
        return await self._database.write(
            _subscribe, session_id, member_id, endpoint_hash, sealed, self._clock.now_ms()
        )

    async def settings(self, session_id: str) -> DeviceSettings | None:
        """None for a device that is not told anything."""
        found = await self._database.read(store.device, session_id)
        return found.settings if found else None

    async def change(self, session_id: str, settings: DeviceSettings) -> None:
        """Raises PushRefusedError."""
        if settings.quiet is not None:
            checked(settings.quiet)
        await self._database.write(store.set_settings, session_id, settings)

    async def unsubscribe(self, session_id: str) -> None:
        await self._database.write(store.remove_device, session_id)

    def subscription_of(self, device: Device) -> Subscription:
        return msgspec.json.decode(self._seal.open(device.sealed.encode()), type=Subscription)


def _check_keys(keys: Keys) -> None:
    if max(len(keys.p256dh), len(keys.auth)) > KEY_CHARACTERS_MAX:
        raise PushRefusedError("invalid", "These are not the keys of a browser.", "keys")
    point_and_auth(keys)


async def _subscribe(
    tx: Tx, session_id: str, member_id: str, endpoint_hash: str, sealed: str, now: int
) -> DeviceSettings:
    """A browser has one subscription: whoever is signed in there now takes it over."""
    await store.remove_endpoint(tx, endpoint_hash, besides=session_id)
    for old in (await store.sessions_of(tx, member_id, besides=session_id))[DEVICES_OF_MEMBER_MAX - 1 :]:
        await store.remove_device(tx, old)
    await store.put_device(
        tx, session_id=session_id, member_id=member_id, endpoint_hash=endpoint_hash, sealed=sealed, at=now
    )
    found = await store.device(tx, session_id)
    return found.settings if found else DeviceSettings()
