"""Channels, what the radar says of them, and what is under way on each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from holdfast.channels import PLATFORMS
from holdfast.channels.contract import Capability
from holdfast.channels.describing import SettingField, setting_fields
from holdfast.inbox import breakers, channel_counts
from holdfast.inbox.model import BreakerView, ChannelCounts, Page
from holdfast.radar import Verdict
from holdfast.radar.model import DETAIL_CHARACTERS_MAX
from holdfast.radar.round_trips import Trip, latest
from holdfast.storage import Tx
from holdfast.web.api.parts import ADMIN, READ, WRITE, Asker, Services, plain, refuses
from holdfast.web.errors import ApiError, not_found, refusals
from holdfast.web.services import ChannelTakenError, KeptSettings, WebServices

ChannelId = Annotated[str, PathParameter(max_length=100, description="Such as `instagram:shop`.")]


class VerdictView(msgspec.Struct, frozen=True, kw_only=True):
    """What the radar concludes about one capability; ``share`` is how much of it fails."""

    capability: str
    state: str
    cause: str
    confidence: float
    share: float
    since: int
    evidence: list[str]


class RoundTripView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest test message to another account of ours; no ``state`` before the first.

    ``state``: sending, under_way, in_doubt, arrived, late, missing, failed or unknown. Times in ms.
    """

    channel: str
    state: str = ""
    at: int | None = None
    latency_ms: int | None = None
    reason: str = ""


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    platform: str
    name: str
    failure_domain: str
    hook_url: str
    verdicts: list[VerdictView]
    breaker: BreakerView
    waiting: int
    held: int
    in_doubt: int
    round_trip: RoundTripView | None


class NewChannel(msgspec.Struct, frozen=True):
    """``settings`` are those of the platform, as in the configuration file."""

    id: Annotated[str, Meta(pattern="^[a-z]+:[a-z0-9][a-z0-9_-]{0,62}$")]
    settings: dict[str, Any]


class ChangedChannel(msgspec.Struct, frozen=True):
    """Only what is to be different; null takes a setting back to its default."""

    settings: dict[str, Any]


class PlatformView(msgspec.Struct, frozen=True, kw_only=True):
    """What can be connected, and what such a channel can be told. ``caller``: who calls its webhook, if anybody."""

    platform: str
    title: str
    caller: str
    hook_base: str
    settings: list[SettingField]


class SubscribedView(msgspec.Struct, frozen=True):
    subscribed: bool


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """``capability`` may also be handshake, call or address. ``ok`` null means that the look could not tell.
    ``mend``: what to do; ``setting``: which setting would mend it.
    """

    capability: str
    ok: bool | None
    detail: str
    mend: str
    setting: str


class NewTrouble(msgspec.Struct, frozen=True):
    """What an agent sees going wrong, in their words."""

    text: Annotated[str, Meta(min_length=1, max_length=DETAIL_CHARACTERS_MAX)]
    capability: Literal["send", "receive", "history", "sign_in"] = "send"


class TroubleView(msgspec.Struct, frozen=True):
    """The open incident whose story tells of it, null where none is open."""

    incident_id: str | None


class ChecksView(msgspec.Struct, frozen=True):
    results: list[CheckView]


class PlatformsController(Controller):
    tags = ("Channels and verdicts",)

    @get(
        "/platforms",
        opt=READ,
        operation_id="listPlatforms",
        summary="What can be connected, and with which settings",
        responses=refuses(),
    )
    async def platforms(self, services: Services) -> Page[PlatformView]:
        return Page(
            [
                PlatformView(
                    platform=kind.name,
                    title=kind.title,
                    caller=kind.caller,
                    hook_base=f"{services.settings.public_url}/hooks/{kind.name}/",
                    settings=setting_fields(kind.settings_type),
                )
                for kind in PLATFORMS.values()
            ]
        )


class ChannelsController(Controller):
    path = "/channels"
    tags = ("Channels and verdicts",)

    @get(
        opt=READ, operation_id="listChannels", summary="Every channel with its verdicts", responses=refuses()
    )
    async def list_channels(self, services: Services) -> Page[ChannelView]:
        return Page(await _channels(services))

    @post(opt=ADMIN, operation_id="addChannel", summary="Connect a channel", responses=refuses(409, 422))
    async def add_channel(
        self, services: Services, principal: Asker, data: JSONBody[NewChannel]
    ) -> ChannelView:
        try:
            with _naming_the_setting():
                await services.channel_desk.add(data.id, data.settings, principal.author)
        except ApiError as error:
            if isinstance(error.__cause__, ChannelTakenError):
                raise ApiError(409, "channel_taken", error.message, field="id") from error
            raise
        return await _channel(services, data.id)

    @patch(
        "/{channel_id:str}",
        opt=ADMIN,
        operation_id="changeChannel",
        summary="Change settings of a channel that was added while running",
        responses=refuses(404, 422),
    )
    async def change_channel(
        self, services: Services, principal: Asker, channel_id: ChannelId, data: JSONBody[ChangedChannel]
    ) -> ChannelView:
        try:
            with _naming_the_setting():
                await services.channel_desk.change(channel_id, data.settings, principal.author)
        except LookupError as error:
            raise not_found("channel", channel_id) from error
        return await _channel(services, channel_id)

    @post(
        "/{channel_id:str}/check",
        opt=WRITE,
        status_code=200,
        operation_id="checkChannel",
        summary="Look at a channel now",
        responses=refuses(404),
    )
    async def check_channel(self, services: Services, channel_id: ChannelId) -> ChecksView:
        try:
            results = await services.channel_desk.check(channel_id)
        except LookupError as error:
            raise not_found("channel", channel_id) from error
        return ChecksView(
            [
                CheckView(
                    capability=each.step, ok=each.ok, detail=each.detail, mend=each.mend, setting=each.setting
                )
                for each in results
            ]
        )

    @post(
        "/{channel_id:str}/subscribe",
        opt=ADMIN,
        status_code=200,
        operation_id="subscribeChannel",
        summary="Ask the platform to deliver this channel's webhooks",
        responses=refuses(404, 422),
    )
    async def subscribe(self, services: Services, principal: Asker, channel_id: ChannelId) -> SubscribedView:
        try:
            return SubscribedView(await services.channel_desk.subscribe(channel_id, principal.author))
        except LookupError as error:
            raise not_found("channel", channel_id) from error
        except TimeoutError as error:
            raise ApiError(422, "refused", "The platform did not answer in time.") from error

    @get(
        "/{channel_id:str}/settings",
        opt=ADMIN,
        operation_id="channelSettings",
        summary="What a channel was told, without its secrets",
        responses=refuses(404),
    )
    async def kept(self, services: Services, channel_id: ChannelId) -> KeptSettings:
        try:
            return await services.channel_desk.kept(channel_id)
        except LookupError as error:
            raise not_found("channel", channel_id) from error

    @delete(
        "/{channel_id:str}",
        opt=ADMIN,
        operation_id="removeChannel",
        summary="Disconnect a channel that was added while running; what was said on it stays",
        responses=refuses(404, 422),
    )
    async def remove_channel(self, services: Services, principal: Asker, channel_id: ChannelId) -> None:
        try:
            with refusals():
                await services.channel_desk.remove(channel_id, principal.author)
        except LookupError as error:
            raise not_found("channel", channel_id) from error

    @post(
        "/{channel_id:str}/trouble",
        opt=WRITE,
        operation_id="tellTrouble",
        summary="Say that something is wrong: evidence for the radar",
        responses=refuses(404, 422),
    )
    async def tell_trouble(
        self, services: Services, principal: Asker, channel_id: ChannelId, data: JSONBody[NewTrouble]
    ) -> TroubleView:
        text = plain(data.text).strip()
        if channel_id not in services.channels():
            raise not_found("channel", channel_id)
        if not text:
            raise ApiError(422, "refused", "Say what is wrong in a few words.", field="text")
        capability = Capability(data.capability)
        told = await services.incident_desk.tell_trouble(channel_id, capability, text, principal.author)
        services.radar.wake()
        return TroubleView(told or None)


@contextmanager
def _naming_the_setting() -> Iterator[None]:
    """Refuse with the setting that the sentence is about, where it names one."""
    try:
        with refusals("settings"):
            yield
    except ApiError as error:
        named = re.match(r"`(\w+)", error.message)
        sentence = error.message.replace("`", "")
        field = named.group(1) if named else error.field
        raise ApiError(error.status, error.code, sentence, field=field) from error.__cause__


async def _channel(services: WebServices, channel_id: str) -> ChannelView:
    found = [channel for channel in await _channels(services) if channel.id == channel_id]
    if not found:
        raise not_found("channel", channel_id)
    return found[0]


async def _channels(services: WebServices) -> list[ChannelView]:
    partners = {face.id: face.round_trip_with for face in services.faces().values() if face.round_trip_with}
    counts, broken, trips = await services.database.read(_under_way, partners)
    verdicts: dict[str, list[VerdictView]] = {}
    for verdict in services.radar.all_verdicts():
        verdicts.setdefault(verdict.channel, []).append(verdict_view(verdict))
    adapters = services.channels()
    return [
        ChannelView(
            id=face.id,
            platform=face.platform,
            name=face.name,
            failure_domain=adapters[face.id].failure_domain,
            hook_url=face.webhook_url or _hook_url(services, face.id),
            verdicts=verdicts.get(face.id, []),
            breaker=broken.get(face.id, BreakerView()),
            waiting=count.waiting,
            held=count.held,
            in_doubt=count.in_doubt,
            round_trip=trips.get(face.id),
        )
        for face in services.faces().values()
        if face.id in adapters
        for count in (counts.get(face.id, ChannelCounts()),)
    ]


def verdict_view(verdict: Verdict) -> VerdictView:
    return VerdictView(
        capability=verdict.capability.value,
        state=verdict.state.value,
        cause=verdict.cause.value,
        confidence=verdict.confidence,
        share=verdict.share,
        since=verdict.since,
        evidence=list(verdict.evidence),
    )


async def _under_way(
    tx: Tx, partners: Mapping[str, str]
) -> tuple[dict[str, ChannelCounts], dict[str, BreakerView], dict[str, RoundTripView]]:
    trips = {channel: _trip_view(partner, await latest(tx, channel)) for channel, partner in partners.items()}
    return await channel_counts(tx), await breakers(tx), trips


def _trip_view(partner: str, newest: Sequence[Trip]) -> RoundTripView:
    if not newest:
        return RoundTripView(channel=partner)
    [trip] = newest
    return RoundTripView(
        channel=trip.receiver,
        state=trip.state.value,
        at=trip.began_at,
        latency_ms=trip.latency_ms,
        reason=trip.reason,
    )


def _hook_url(services: WebServices, channel: str) -> str:
    platform, _, name = channel.partition(":")
    return f"{services.settings.public_url}/hooks/{platform}/{name}"
