"""The platforms that Holdfast speaks, and how an account on one of them is made."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec

from holdfast.channels.contract import Adapter
from holdfast.channels.direct import DirectSettings, make_direct
from holdfast.channels.email import EmailSettings, make_email
from holdfast.channels.instagram import InstagramSettings, make_instagram
from holdfast.channels.settings import ChannelSettings, decode_settings
from holdfast.channels.sms import SmsSettings, make_sms
from holdfast.channels.transport import Transport
from holdfast.channels.whatsapp import WhatsAppSettings, make_whatsapp
from holdfast.kernel import Clock


class Make(Protocol):
    def __call__(self, channel_id: str, settings: Any, *, transport: Transport, clock: Clock) -> Adapter: ...


class PlatformKind(msgspec.Struct, frozen=True):
    """``name`` stands in configuration and addresses of webhooks, ``title`` is for people."""

    name: str
    title: str
    settings_type: type[ChannelSettings]
    make: Make


PLATFORMS: Final[Mapping[str, PlatformKind]] = {
    kind.name: kind
    for kind in (
        PlatformKind("instagram", "Instagram", InstagramSettings, make_instagram),
        PlatformKind("whatsapp", "WhatsApp", WhatsAppSettings, make_whatsapp),
        PlatformKind("sms", "SMS", SmsSettings, make_sms),
        PlatformKind("email", "Email", EmailSettings, make_email),
        PlatformKind("direct", "Web chat", DirectSettings, make_direct),
    )
}


def decode_channel_settings(platform: str, table: Mapping[str, Any]) -> ChannelSettings:
    """The settings of a channel from its table, which does not hold the platform's name itself.

    Raises ValueError with a sentence that names the field and the remedy.
    """
    if platform not in PLATFORMS:
        raise ValueError(f"`{platform}` is not a platform; known are: {', '.join(PLATFORMS)}.")
    return decode_settings(PLATFORMS[platform].settings_type, table)
