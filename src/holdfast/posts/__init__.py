"""What the business tells of itself: its profile with opening hours, and its posts, some of them mirrored.

Only what the public page's own process needs is named here, so that it starts fast and does not carry the hub
with it. The hub's side is ``holdfast.posts.desk`` and ``holdfast.posts.mirror``.
"""

from holdfast.posts.hours import Hours, Opening, Span, SpecialDay, open_at, opening_words, week_words
from holdfast.posts.model import Link, Picture, PictureKind, Post, PostState, Profile

__all__ = [
    "Hours",
    "Link",
    "Opening",
    "Picture",
    "PictureKind",
    "Post",
    "PostState",
    "Profile",
    "Span",
    "SpecialDay",
    "open_at",
    "opening_words",
    "week_words",
]
