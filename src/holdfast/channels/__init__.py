"""The platforms: one package each, one contract for all."""

from holdfast.channels.registry import PLATFORMS, PlatformKind, decode_channel_settings
from holdfast.channels.settings import ChannelSettings
from holdfast.channels.text import split_text, text_size

__all__ = [
    "PLATFORMS",
    "ChannelSettings",
    "PlatformKind",
    "decode_channel_settings",
    "split_text",
    "text_size",
]
