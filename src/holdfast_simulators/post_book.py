"""What the shop has published on a platform: posts with pictures, in memory."""

import random
from dataclasses import dataclass, field
from typing import Any, Literal

PostKind = Literal["image", "video", "carousel"]

POSTS_MAX = 10_000
CHILDREN_MAX = 10
SHORTCODE_LETTERS = 11


class PostBookFull(RuntimeError):  # noqa: N818 - a limit that was reached
    pass


@dataclass(kw_only=True)
class Part:
    """One picture of a post, or a video with the picture that stands for it; ``scene`` says what is drawn."""

    id: str
    scene: int
    is_video: bool = False


@dataclass(kw_only=True)
class Post:
    id: str
    shortcode: str
    account: str
    kind: PostKind
    text: str
    at_ms: int
    parts: list[Part] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "account": self.account,
            "kind": self.kind,
            "text": self.text,
            "at_ms": self.at_ms,
            "pictures": len(self.parts),
        }


class PostBook:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._posts: dict[str, Post] = {}

    def publish(self, *, account: str, kind: PostKind, text: str, pictures: int, at_ms: int) -> Post:
        """Raises PostBookFull."""
        if len(self._posts) >= POSTS_MAX:
            raise PostBookFull(f"The simulated world holds at most {POSTS_MAX} posts.")
        count = min(pictures, CHILDREN_MAX) if kind == "carousel" else 1
        post = Post(
            id=self._new_id(),
            shortcode="".join(self._chance.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", k=11)),
            account=account,
            kind=kind,
            text=text,
            at_ms=at_ms,
        )
        post.parts = [
            Part(
                id=self._new_id() if kind == "carousel" else post.id,
                scene=self._chance.randrange(1_000_000),
                is_video=kind == "video",
            )
            for _ in range(count)
        ]
        self._posts[post.id] = post
        return post

    def delete(self, post_id: str) -> bool:
        return self._posts.pop(post_id, None) is not None

    def get(self, post_id: str) -> Post | None:
        return self._posts.get(post_id)

    def newest(self, account: str | None = None) -> list[Post]:
        found = [post for post in self._posts.values() if account in (None, post.account)]
        return sorted(found, key=lambda post: (post.at_ms, post.id), reverse=True)

    def _new_id(self) -> str:
        return "179" + "".join(self._chance.choices("0123456789", k=14))
