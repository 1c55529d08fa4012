"""What an Instagram channel can be told."""

from typing import Annotated

from msgspec import Meta

from holdfast.channels.settings import BaseUrl, ChannelSettings, PerSecond, Seconds, Secrets
from holdfast.settings import Secret


class InstagramSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    failure_domain: str = "meta"
    base_url: BaseUrl = "https://graph.instagram.com"
    version: Annotated[str, Meta(pattern=r"^v\d+\.\d+$", description="version of the Graph API")] = "v26.0"
    account_id: Annotated[str, Meta(min_length=1, description="the professional account's id (17841…)")]
    app_id: Annotated[str, Meta(description="our app's id, to know our own subscription")] = ""
    token: Annotated[Secret, Meta(description="the account's access token")]
    app_secret: Annotated[
        Secrets, Meta(min_length=1, description="the app secret that signs webhooks; a list while it changes")
    ]
    verify_token: Annotated[Secret, Meta(description="the word that Meta repeats when the webhook is set up")]
    human_agent: Annotated[
        bool, Meta(description="whether the Human Agent feature is granted: people may answer for 7 days")
    ] = False
    sends_per_second: PerSecond = 80.0
    history_calls_per_second: Annotated[PerSecond, Meta(description="pace of reading conversations")] = 2.0
    text_bytes_max: Annotated[int, Meta(ge=4, description="longest text, in bytes of UTF-8")] = 1000
    echo_seconds: Annotated[Seconds, Meta(description="when a missing echo of a send becomes evidence")] = (
        15.0
    )
