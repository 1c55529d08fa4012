"""What a WhatsApp channel can be told."""

from typing import Annotated

from msgspec import Meta

from holdfast.channels.settings import BaseUrl, ChannelSettings, PerSecond, Seconds, Secrets
from holdfast.settings import Secret


class WhatsAppSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    failure_domain: str = "meta"
    base_url: BaseUrl = "https://graph.facebook.com"
    version: Annotated[str, Meta(pattern=r"^v\d+\.\d+$", description="version of the Graph API")] = "v26.0"
    phone_number_id: Annotated[str, Meta(min_length=1, description="the sender's id, not its phone number")]
    waba_id: Annotated[str, Meta(min_length=1, description="the WhatsApp Business account's id")]
    app_id: Annotated[str, Meta(description="our app's id, to know our own subscription")] = ""
    token: Annotated[Secret, Meta(description="the system user's access token")]
    app_secret: Annotated[
        Secrets, Meta(min_length=1, description="the app secret that signs webhooks; a list while it changes")
    ]
    verify_token: Annotated[Secret, Meta(description="the word that Meta repeats when the webhook is set up")]
    sends_per_second: PerSecond = 80.0
    text_characters_max: Annotated[int, Meta(ge=4, description="longest text, in characters")] = 4096
    receipt_seconds: Annotated[Seconds, Meta(description="when a missing status becomes evidence")] = 15.0
