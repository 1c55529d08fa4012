"""The platforms that Holdfast speaks, and how an account on one of them is made."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec

from holdfast.channels.between import BetweenAccounts, refuse_impossible
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
    """``name`` stands in configuration and addresses of webhooks, ``title`` is for people. ``between``: how
    two accounts of it write to each other, or why they cannot. ``caller`` signs its webhooks with the setting
    ``signed_with``; both are empty where no webhooks come.
    """

    name: str
    title: str
    settings_type: type[ChannelSettings]
    make: Make
    between: BetweenAccounts = BetweenAccounts(
        refused="it is not known whether two accounts of this platform may write to each other"
    )
    caller: str = ""
    signed_with: str = ""

    @property
    def asks_first(self) -> bool:
        """Whether it asks for our word before it delivers (Meta's handshake)."""
        return "verify_token" in self.settings_type.__struct_fields__


PLATFORMS: Final[Mapping[str, PlatformKind]] = {
    kind.name: kind
    for kind in (
        PlatformKind(
            "instagram",
            "Instagram",
            InstagramSettings,
            make_instagram,
            BetweenAccounts(has_window=True),
            caller="Meta",
            signed_with="app_secret",
        ),
        PlatformKind(
            "whatsapp",
            "WhatsApp",
            WhatsAppSettings,
            make_whatsapp,
            BetweenAccounts(has_window=True),
            caller="Meta",
            signed_with="app_secret",
        ),
        PlatformKind(
            "sms",
            "SMS",
            SmsSettings,
            make_sms,
            BetweenAccounts(address_of=lambda sms: sms.number),
            caller="Twilio",
            signed_with="auth_token",
        ),
        PlatformKind(
            "email",
            "Email",
            EmailSettings,
            make_email,
            BetweenAccounts(address_of=lambda mail: mail.address, with_itself=True),
        ),
        PlatformKind(
            "direct",
            "Web chat",
            DirectSettings,
            make_direct,
            BetweenAccounts(refused="the web chat is our own and needs no test message"),
        ),
    )
}


def decode_channel_settings(platform: str, table: Mapping[str, Any]) -> ChannelSettings:
    """The settings of a channel from its table, which does not hold the platform's name itself.

    Raises ValueError with a sentence that names the field and the remedy.
    """
    if platform not in PLATFORMS:
        raise ValueError(f"`{platform}` is not a platform; known are: {', '.join(PLATFORMS)}.")
    settings = decode_settings(PLATFORMS[platform].settings_type, table)
    refuse_impossible(PLATFORMS[platform].between, settings)
    return settings
