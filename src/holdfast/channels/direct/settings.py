"""What a Direct channel can be told."""

from typing import Annotated

from msgspec import Meta

from holdfast.channels.settings import ChannelSettings, InDoubtPolicy, PerSecond


class DirectSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    failure_domain: str = "own"
    sends_per_second: PerSecond = 1000.0
    text_characters_max: Annotated[int, Meta(ge=4, description="longest text, in characters")] = 10_000
    in_doubt: InDoubtPolicy = "resend"
