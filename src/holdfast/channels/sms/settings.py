"""What an SMS channel can be told."""

from typing import Annotated

from msgspec import Meta

from holdfast.channels.settings import BaseUrl, ChannelSettings, PerSecond, Seconds, Secrets
from holdfast.settings import Secret


class SmsSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    failure_domain: str = "twilio"
    base_url: BaseUrl = "https://api.twilio.com"
    version: Annotated[str, Meta(min_length=1, description="version of the REST API")] = "2010-04-01"
    account_sid: Annotated[str, Meta(min_length=1, description="the account's id (AC…)")]
    auth_token: Annotated[
        Secrets, Meta(min_length=1, description="the auth token; a list while it changes, the new one first")
    ]
    api_key: Annotated[str, Meta(description="an API key (SK…) for calls, instead of the auth token")] = ""
    api_secret: Annotated[Secret | None, Meta(description="the secret of that API key")] = None
    number: Annotated[str, Meta(min_length=1, description="our number, such as +31612345678")]
    messaging_service_sid: Annotated[str, Meta(description="a messaging service (MG…) to send with")] = ""
    sends_per_second: PerSecond = 1.0
    text_characters_max: Annotated[int, Meta(ge=4, description="longest text, in characters")] = 1600
    receipt_seconds: Annotated[Seconds, Meta(description="when a missing status becomes evidence")] = 30.0

    def __post_init__(self) -> None:
        if bool(self.api_key) != bool(self.api_secret):
            raise ValueError("`api_key` and `api_secret` belong together; give both or neither.")

    @property
    def credentials(self) -> tuple[str, str]:
        """User and password of the API's basic authentication."""
        if self.api_secret:
            return self.api_key, self.api_secret.reveal()
        return self.account_sid, self.auth_token[0].reveal()
