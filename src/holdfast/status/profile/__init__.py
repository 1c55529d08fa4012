"""The business's profile and posts as public pages, and the file and pictures that they are made of.

Only what the page's own process needs is named here; the hub's side is ``holdfast.status.profile.publisher``.
"""

from holdfast.status.profile.pages import ProfilePages
from holdfast.status.profile.snapshot import (
    PAGE_BYTES_MAX,
    Known,
    PublicPage,
    PublicPicture,
    PublicPost,
    decode_page,
    encode_page,
    page_path,
    pictures_path,
)
from holdfast.status.profile.sources import KnownFiles, PictureSource

__all__ = [
    "PAGE_BYTES_MAX",
    "Known",
    "KnownFiles",
    "PictureSource",
    "ProfilePages",
    "PublicPage",
    "PublicPicture",
    "PublicPost",
    "decode_page",
    "encode_page",
    "page_path",
    "pictures_path",
]
