"""From posts as they are kept to what the public may see. Pure; who wrote them stays inside."""

from collections.abc import Callable, Sequence
from typing import Final

from holdfast.posts import Picture, Post, Profile
from holdfast.posts.model import heading_of
from holdfast.status.profile.snapshot import PublicPage, PublicPicture, PublicPost

POSTS_MAX: Final = 200
"""The newest posts that the page shows; pinned and dated ones stay beside them."""


def build_page(
    profile: Profile, posts: Sequence[Post], *, business: str, origin: Callable[[str], str], now: int
) -> PublicPage:
    """``origin`` gives what people call the platform of a channel; a post may be given twice."""
    each = {post.id: post for post in posts}
    newest = sorted(each.values(), key=lambda post: (post.at, post.id), reverse=True)
    return PublicPage(
        business=profile.name or business,
        written_at=now,
        profile=profile,
        posts=tuple(_public(post, origin) for post in newest),
    )


def _public(post: Post, origin: Callable[[str], str]) -> PublicPost:
    return PublicPost(
        id=post.id,
        slug=post.slug,
        at=post.at,
        updated_at=max(post.at, post.updated_at),
        heading=heading_of(post.title, post.text) or "A picture",
        title=post.title,
        text=post.text,
        link=post.link,
        origin=origin(post.source) if post.source else "",
        pinned=post.pinned,
        starts_at=post.starts_at,
        ends_at=post.ends_at,
        place=post.place,
        pictures=tuple(_picture(picture) for picture in post.pictures),
    )


def _picture(picture: Picture) -> PublicPicture:
    return PublicPicture(file=picture.file, kind=picture.kind, alt=picture.alt, link=picture.link)
