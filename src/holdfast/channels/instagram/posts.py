"""Reading what the account has published.

Source: IG User media and IG Media of the Instagram Platform: the newest first, pages by cursor; a carousel has
children; a video's ``thumbnail_url`` is a picture; ``media_url`` is left out where rights forbid it, and expires.
"""

from typing import Any, Final

from holdfast.channels.contract import (
    HistoryUnavailableError,
    PostListing,
    PublishedMedia,
    PublishedPost,
)
from holdfast.channels.graph import CallFailedError, GraphClient
from holdfast.channels.instagram.parse import created_ms
from holdfast.channels.untrusted import id_at, items_at, text_at, value_at

POSTS_PER_PAGE: Final = 25
PAGES_MAX: Final = 20
MEDIA_MAX: Final = 20
"""Of one post; the platform's own limit for a carousel."""

_MEDIA: Final = "id,media_type,media_url,thumbnail_url,alt_text"
_FIELDS: Final = f"{_MEDIA},caption,permalink,timestamp,children{{{_MEDIA}}}"

Json = dict[str, Any]


async def read_posts(client: GraphClient, account_id: str, most: int) -> PostListing:
    """Raises HistoryUnavailableError: a listing that broke off says nothing about what is not in it."""
    found: list[PublishedPost] = []
    query = {"fields": _FIELDS, "limit": str(min(POSTS_PER_PAGE, most))}
    for _ in range(PAGES_MAX):
        try:
            data = await client.read(f"{account_id}/media", query)
        except CallFailedError as error:
            raise HistoryUnavailableError(f"Instagram does not list its posts now: {error}") from error
        if not isinstance(value_at(data, "data"), list):
            raise HistoryUnavailableError("Instagram's answer holds no list of posts.")
        found += [post for item in items_at(data, "data") if (post := _post(item)) is not None]
        after = text_at(data, "paging", "cursors", "after") if value_at(data, "paging", "next") else ""
        if not after or after == query.get("after") or len(found) >= most:
            return PostListing(tuple(found[:most]), is_whole=not after and len(found) <= most)
        query = query | {"after": after}
    return PostListing(tuple(found[:most]), is_whole=False)


def _post(item: Any) -> PublishedPost | None:
    post_id = id_at(item, "id")
    at = created_ms({"created_time": text_at(item, "timestamp")}, 0)
    if not post_id or not at:
        return None
    parts = items_at(item, "children", "data") or [item]
    media = [found for part in parts[:MEDIA_MAX] if (found := _media(part)) is not None]
    return PublishedPost(post_id, at, text_at(item, "caption"), text_at(item, "permalink"), tuple(media))


def _media(item: Json) -> PublishedMedia | None:
    is_video = text_at(item, "media_type") in {"VIDEO", "REELS"}
    url = text_at(item, "thumbnail_url") if is_video else text_at(item, "media_url")
    if not url or not id_at(item, "id"):
        return None
    return PublishedMedia(
        id_at(item, "id"), "video" if is_video else "picture", url, text_at(item, "alt_text")
    )
