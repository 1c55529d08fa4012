"""How a device is told of what is new while no page is open."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.push import Devices, DeviceSettings, Keys, PushRefusedError, Quiet, Subscription
from holdfast.web.direct.asking import take
from holdfast.web.direct.router import Answer, Call, Route
from holdfast.web.errors import ApiError

CHANGES_OF_MEMBER: Final = Rate(burst=30, per_second=0.2)

Short = Annotated[str, Meta(max_length=200)]


class KeysGiven(msgspec.Struct, frozen=True):
    p256dh: Short
    auth: Short


class SubscriptionGiven(msgspec.Struct, frozen=True):
    endpoint: Annotated[str, Meta(max_length=2_000)]
    keys: KeysGiven


class ToSubscribe(msgspec.Struct, frozen=True):
    subscription: SubscriptionGiven


class QuietGiven(msgspec.Struct, frozen=True, rename={"start": "from", "end": "until"}):
    start: Short
    end: Short
    zone: Short = "UTC"


class SettingsGiven(msgspec.Struct, frozen=True):
    level: Literal["all", "direct", "none"] | UnsetType = UNSET
    previews: bool | UnsetType = UNSET
    posts: bool | UnsetType = UNSET
    quiet: QuietGiven | UnsetType | None = UNSET


class SettingsView(msgspec.Struct, frozen=True, kw_only=True):
    """``subscribed``: whether this device is told at all."""

    subscribed: bool
    settings: DeviceSettings


class PushRoutes:
    def __init__(self, *, devices: Devices, clock: Clock) -> None:
        self._devices = devices
        self._changes = Buckets(clock, CHANGES_OF_MEMBER)

    def routes(self) -> list[Route]:
        return [
            Route("GET", "push", self._get),
            Route("POST", "push", self._subscribe),
            Route("PATCH", "push", self._change),
            Route("DELETE", "push", self._unsubscribe),
        ]

    async def _get(self, call: Call) -> Answer:
        found = await self._devices.settings(call.session.id)
        return Answer(200, SettingsView(subscribed=found is not None, settings=found or DeviceSettings()))

    async def _subscribe(self, call: Call) -> Answer:
        take(self._changes, call.member.id)
        given = (await call.body(ToSubscribe)).subscription
        subscription = Subscription(given.endpoint, Keys(given.keys.p256dh, given.keys.auth))
        try:
            settings = await self._devices.subscribe(
                session_id=call.session.id, member_id=call.member.id, subscription=subscription
            )
        except PushRefusedError as error:
            raise _refused(error) from error
        return Answer(201, SettingsView(subscribed=True, settings=settings))

    async def _change(self, call: Call) -> Answer:
        take(self._changes, call.member.id)
        given = await call.body(SettingsGiven)
        before = await self._devices.settings(call.session.id)
        if before is None:
            raise ApiError(404, "not_found", "This device is not told of anything; subscribe it first.")
        settings = _changed(before, given)
        try:
            await self._devices.change(call.session.id, settings)
        except PushRefusedError as error:
            raise _refused(error) from error
        return Answer(200, SettingsView(subscribed=True, settings=settings))

    async def _unsubscribe(self, call: Call) -> Answer:
        await self._devices.unsubscribe(call.session.id)
        return Answer(204)


def _changed(before: DeviceSettings, given: SettingsGiven) -> DeviceSettings:
    quiet = given.quiet
    return DeviceSettings(
        level=before.level if given.level is UNSET else given.level,
        previews=before.previews if given.previews is UNSET else given.previews,
        posts=before.posts if given.posts is UNSET else given.posts,
        quiet=before.quiet
        if quiet is UNSET
        else Quiet(quiet.start, quiet.end, quiet.zone)
        if quiet is not None
        else None,
    )


def _refused(error: PushRefusedError) -> ApiError:
    status = 400 if error.code == "invalid" else 422
    return ApiError(status, error.code, error.message, field=error.field)
