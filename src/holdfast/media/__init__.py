"""Pictures, videos, voice messages and files: taken in, made harmless, kept as long as something shows them."""

from holdfast.media.links import first_link
from holdfast.media.media import Media
from holdfast.media.model import (
    BUSINESS,
    ENDINGS,
    PATH,
    SMALL,
    Item,
    UnknownMediaError,
    UploadRefusedError,
    bytes_max,
    id_in,
)
from holdfast.media.previews import Preview, Previews
from holdfast.media.shelf import Shelf
from holdfast.media.uses import (
    MediaUses,
    attachments_of,
    forget_media_of,
    give_back_media,
    inherit_media,
    items_of,
    release_media,
    show_as_picture,
    use_media,
    use_what_is_there,
)

__all__ = [
    "BUSINESS",
    "ENDINGS",
    "PATH",
    "SMALL",
    "Item",
    "Media",
    "MediaUses",
    "Preview",
    "Previews",
    "Shelf",
    "UnknownMediaError",
    "UploadRefusedError",
    "attachments_of",
    "bytes_max",
    "first_link",
    "forget_media_of",
    "give_back_media",
    "id_in",
    "inherit_media",
    "items_of",
    "release_media",
    "show_as_picture",
    "use_media",
    "use_what_is_there",
]
