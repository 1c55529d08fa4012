"""Instagram Direct over the Graph API with Instagram Login."""

from holdfast.channels.instagram.adapter import InstagramAdapter, make_instagram
from holdfast.channels.instagram.settings import InstagramSettings

__all__ = ["InstagramAdapter", "InstagramSettings", "make_instagram"]
