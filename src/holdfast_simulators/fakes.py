"""All fake platforms around one world, as plain ASGI applications: no sockets, no real time."""

from dataclasses import dataclass
from typing import Any, Protocol

from holdfast_simulators.feed_book import FeedBook
from holdfast_simulators.feeds import Feeds
from holdfast_simulators.gate import Gate
from holdfast_simulators.instagram import Instagram
from holdfast_simulators.phone_line import PhoneLine
from holdfast_simulators.relay import Relay
from holdfast_simulators.twilio import Twilio
from holdfast_simulators.uplink import unrelated_host
from holdfast_simulators.webhooks import Transport, Webhooks
from holdfast_simulators.webpush import WebPush
from holdfast_simulators.whatsapp import WhatsApp
from holdfast_simulators.wire import Platform
from holdfast_simulators.world import World


class Messaging(Platform, Protocol):
    """A fake messaging platform: its API, its webhooks, and its people's phones."""

    @property
    def webhooks(self) -> Webhooks: ...

    @property
    def phone(self) -> PhoneLine: ...


@dataclass(frozen=True)
class Fakes:
    world: World
    feeds: FeedBook
    platforms: dict[str, Messaging]
    apps: dict[str, Any]
    """ASGI applications by listener: instagram, whatsapp, sms, feeds, webpush, uplink_a, uplink_b."""


def build_fakes(world: World, transport: Transport) -> Fakes:
    platforms: dict[str, Messaging] = {
        made.name: made
        for made in (Instagram(world, transport), WhatsApp(world, transport), Twilio(world, transport))
    }
    Relay(world, {name: made.phone for name, made in platforms.items()})
    book = FeedBook(world.settings.feed_lag_seconds)
    apps: dict[str, Any] = {name: Gate(world, made) for name, made in platforms.items()}
    apps["feeds"] = Gate(world, Feeds(world, book))
    apps["webpush"] = Gate(world, WebPush(world))
    apps["uplink_a"] = apps["uplink_b"] = unrelated_host
    return Fakes(world, book, platforms, apps)
