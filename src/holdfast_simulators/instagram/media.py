"""The account's posts as they can be read: pages by cursor, carousels with children, pictures behind signed addresses.

Source: developers.facebook.com, instagram-platform/reference: IG User media, IG Media.
"""

from typing import Any

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.instagram.fields import Field, parse_fields
from holdfast_simulators.instagram.history import graph_time, page_of, paging
from holdfast_simulators.meta.graph_errors import no_such_object
from holdfast_simulators.post_book import Part, Post
from holdfast_simulators.settings import InstagramAccount
from holdfast_simulators.wire import Answer, Call, json_answer
from holdfast_simulators.world import World

LIMIT_DEFAULT = 25
KINDS = {"image": "IMAGE", "video": "VIDEO", "carousel": "CAROUSEL_ALBUM"}


class Media:
    def __init__(self, world: World) -> None:
        self._world = world

    def answer_list(self, call: Call, account: AccountState) -> Answer:
        """Raises GraphError, as all answers here."""
        fields = parse_fields(call.query.get("fields", "id"))
        page, after = page_of(self._world.posts.newest(account.key), call, LIMIT_DEFAULT, _place)
        data = [self._shown(post, fields, account) for post in page]
        return json_answer({"data": data, **paging(call, self._base(), after)})

    def answer_one(self, call: Call, account: AccountState, post: Post) -> Answer:
        if post.account != account.key:
            raise no_such_object(post.id)
        return json_answer(self._shown(post, parse_fields(call.query.get("fields", "id")), account))

    def _shown(self, post: Post, fields: dict[str, Field], account: AccountState) -> dict[str, Any]:
        username = account.settings.username if isinstance(account.settings, InstagramAccount) else ""
        alone = {} if post.kind == "carousel" else self._part(post.parts[0])
        everything = {
            "id": post.id,
            "caption": post.text or None,
            "media_type": KINDS[post.kind],
            "media_product_type": "REELS" if post.kind == "video" else "FEED",
            "permalink": f"https://www.instagram.com/p/{post.shortcode}/",
            "shortcode": post.shortcode,
            "timestamp": graph_time(post.at_ms),
            "username": username,
            "media_url": alone.get("media_url"),
            "thumbnail_url": alone.get("thumbnail_url"),
            "children": self._children(post, fields.get("children")),
        }
        return _chosen(everything, fields)

    def _children(self, post: Post, wanted: Field | None) -> dict[str, Any] | None:
        if post.kind != "carousel" or wanted is None:
            return None
        fields = wanted.inside or {"id": Field()}
        return {"data": [_chosen(self._part(part), fields) for part in post.parts]}

    def _part(self, part: Part) -> dict[str, Any]:
        signed = f"oe={self._world.letters(8)}&oh={self._world.letters(12)}"
        address = f"{self._base()}/media/scene-{part.scene}.png?{signed}"
        video = f"{self._base()}/media/clip-{part.scene}.mp4"
        return {
            "id": part.id,
            "media_type": "VIDEO" if part.is_video else "IMAGE",
            "media_url": video if part.is_video else address,
            "thumbnail_url": address if part.is_video else None,
        }

    def _base(self) -> str:
        return self._world.addresses.get("instagram", "http://instagram.invalid")


def _place(post: Post) -> tuple[int, int]:
    return post.at_ms, int(post.id)


def _chosen(everything: dict[str, Any], fields: dict[str, Field]) -> dict[str, Any]:
    return {
        name: value
        for name, value in everything.items()
        if name == "id" or (name in fields and value is not None)
    }
