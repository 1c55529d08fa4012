"""Every statement about posts, their pictures and the profile."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from holdfast.posts.model import Picture, PictureKind, Post, PostState, Profile
from holdfast.storage import Row, Tx

THE_ONE: Final = "profile"
PINNED_MAX: Final = 20
DATED_MAX: Final = 100

_PROFILE: Final = "SELECT * FROM profile WHERE id = :id"
_PUT_PROFILE: Final = """
INSERT INTO profile (id, body, picture, updated_at, updated_by) VALUES (:id, :body, :picture, :at, :by)
ON CONFLICT (id) DO UPDATE SET body = excluded.body, picture = excluded.picture, updated_at = excluded.updated_at,
    updated_by = excluded.updated_by
"""
_COUNT_CHANGE: Final = """
INSERT INTO profile (id, body, version, updated_at) VALUES (:id, '{}', 1, :at)
ON CONFLICT (id) DO UPDATE SET version = profile.version + 1
"""
_POST: Final = "SELECT * FROM post WHERE id = :id"
_SLUG: Final = "SELECT id FROM post WHERE slug = :slug"
_NEWEST: Final = "SELECT * FROM post WHERE (at, id) < (:at, :id) ORDER BY at DESC, id DESC LIMIT :limit"
_NEWEST_OF: Final = """
SELECT * FROM post WHERE state = :state AND (at, id) < (:at, :id) ORDER BY at DESC, id DESC LIMIT :limit
"""
_PINNED: Final = """
SELECT * FROM post WHERE pinned = 1 AND state = 'published' ORDER BY at DESC LIMIT :limit
"""
_DATED: Final = """
SELECT * FROM post WHERE starts_at IS NOT NULL AND starts_at >= :since AND state = 'published'
ORDER BY starts_at LIMIT :limit
"""
_DUE: Final = "SELECT * FROM post WHERE state = 'scheduled' AND at <= :now ORDER BY at LIMIT :limit"
_PUT: Final = """
INSERT INTO post (id, slug, state, at, title, text, link, source, external_id, digest, pinned, starts_at, ends_at,
    place, created_at, created_by, updated_at)
VALUES (:id, :slug, :state, :at, :title, :text, :link, :source, :external_id, :digest, :pinned, :starts_at, :ends_at,
    :place, :created_at, :created_by, :updated_at)
ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, state = excluded.state, at = excluded.at, title = excluded.title,
    text = excluded.text, link = excluded.link, digest = excluded.digest, pinned = excluded.pinned,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, place = excluded.place,
    updated_at = excluded.updated_at, missed = 0
"""
_DELETE: Final = "DELETE FROM post WHERE id = :id"
_MIRRORED: Final = "SELECT * FROM post WHERE source = :source AND at >= :since ORDER BY at DESC LIMIT :limit"
_BY_EXTERNAL: Final = "SELECT * FROM post WHERE source = :source AND external_id = :external_id"
_MISSED: Final = "UPDATE post SET missed = missed + 1 WHERE id IN :ids"
_SEEN: Final = "UPDATE post SET missed = 0 WHERE id IN :ids"

_PICTURES: Final = "SELECT * FROM post_picture WHERE post_id IN :ids ORDER BY post_id, place"
_ADD_PICTURE: Final = """
INSERT INTO post_picture (post_id, place, file, kind, alt, link, external_id)
VALUES (:post_id, :place, :file, :kind, :alt, :link, :external_id)
"""
_DROP_PICTURES: Final = "DELETE FROM post_picture WHERE post_id = :id"

_KNOWN_FILES: Final = "SELECT name FROM post_file WHERE name IN :names"
_FILE: Final = "SELECT type, bytes FROM post_file WHERE name = :name"
_ADD_FILE: Final = """
INSERT INTO post_file (name, type, bytes, made_at) VALUES (:name, :type, :bytes, :at)
ON CONFLICT (name) DO UPDATE SET made_at = excluded.made_at
"""


class Mirrored(msgspec.Struct, frozen=True):
    """A post of another platform as it is kept: ``missed`` looks in a row did not find it there any more."""

    post: Post
    digest: str
    missed: int


# --- the profile ------------------------------------------------------------------------------------


async def load_profile(tx: Tx) -> Profile:
    row = await tx.one(_PROFILE, id=THE_ONE)
    return msgspec.json.decode(row["body"], type=Profile) if row else Profile()


async def put_profile(tx: Tx, profile: Profile, at: int, by: str) -> None:
    body = msgspec.json.encode(profile).decode()
    await tx.run(_PUT_PROFILE, id=THE_ONE, body=body, picture=profile.picture, at=at, by=by)


async def version(tx: Tx) -> int:
    """Counts the changes of everything that the public page shows."""
    row = await tx.one(_PROFILE, id=THE_ONE)
    return int(row["version"]) if row else 0


async def count_change(tx: Tx, at: int) -> None:
    await tx.run(_COUNT_CHANGE, id=THE_ONE, at=at)


# --- posts ------------------------------------------------------------------------------------------


async def load_post(tx: Tx, post_id: str) -> Post | None:
    row = await tx.one(_POST, id=post_id)
    return (await _with_pictures(tx, [row]))[0] if row else None


async def newest(tx: Tx, state: PostState | None, before: tuple[int, str], limit: int) -> list[Post]:
    """Those before a place in the order of time, the latest first."""
    at, post_id = before
    if state is None:
        return await _with_pictures(tx, await tx.all(_NEWEST, at=at, id=post_id, limit=limit))
    rows = await tx.all(_NEWEST_OF, state=state.value, at=at, id=post_id, limit=limit)
    return await _with_pictures(tx, rows)


async def pinned(tx: Tx) -> list[Post]:
    return await _with_pictures(tx, await tx.all(_PINNED, limit=PINNED_MAX))


async def dated(tx: Tx, since: int) -> list[Post]:
    """What is published and has a date from then on, the next first."""
    return await _with_pictures(tx, await tx.all(_DATED, since=since, limit=DATED_MAX))


async def due(tx: Tx, now: int, limit: int) -> list[Post]:
    return await _with_pictures(tx, await tx.all(_DUE, now=now, limit=limit))


async def slug_is_taken(tx: Tx, slug: str, post_id: str) -> bool:
    row = await tx.one(_SLUG, slug=slug)
    return row is not None and row["id"] != post_id


async def put_post(tx: Tx, post: Post, digest: str = "") -> None:
    values = {field: getattr(post, field) for field in Post.__struct_fields__ if field != "pictures"}
    values |= {"state": post.state.value, "pinned": int(post.pinned), "digest": digest}
    values["external_id"] = post.external_id or post.id
    await tx.run(_PUT, **values)
    await tx.run(_DROP_PICTURES, id=post.id)
    await tx.many(
        _ADD_PICTURE,
        [
            {**msgspec.to_builtins(picture), "post_id": post.id, "place": place}
            for place, picture in enumerate(post.pictures)
        ],
    )


async def delete_post(tx: Tx, post_id: str) -> bool:
    await tx.run(_DROP_PICTURES, id=post_id)
    return await tx.run(_DELETE, id=post_id) > 0


# --- what is mirrored -------------------------------------------------------------------------------


async def mirrored(tx: Tx, source: str, since: int, limit: int) -> list[Mirrored]:
    rows = await tx.all(_MIRRORED, source=source, since=since, limit=limit)
    posts = await _with_pictures(tx, rows)
    return [_mirrored(row, post) for row, post in zip(rows, posts, strict=True)]


async def mirrored_one(tx: Tx, source: str, external_id: str) -> Mirrored | None:
    row = await tx.one(_BY_EXTERNAL, source=source, external_id=external_id)
    return _mirrored(row, (await _with_pictures(tx, [row]))[0]) if row else None


async def count_missed(tx: Tx, ids: Sequence[str]) -> None:
    await tx.run(_MISSED, ids=list(ids))


async def mark_seen(tx: Tx, ids: Sequence[str]) -> None:
    await tx.run(_SEEN, ids=list(ids))


# --- files ------------------------------------------------------------------------------------------


async def known_files(tx: Tx, names: Collection[str]) -> set[str]:
    return {row["name"] for row in await tx.all(_KNOWN_FILES, names=list(names))}


async def load_file(tx: Tx, name: str) -> tuple[str, bytes] | None:
    """(content type, bytes)"""
    row = await tx.one(_FILE, name=name)
    return (row["type"], bytes(row["bytes"])) if row else None


async def add_file(tx: Tx, name: str, content_type: str, data: bytes, at: int) -> None:
    await tx.run(_ADD_FILE, name=name, type=content_type, bytes=data, at=at)


async def _with_pictures(tx: Tx, rows: Sequence[Row]) -> list[Post]:
    found: dict[str, list[Picture]] = defaultdict(list)
    ids = [row["id"] for row in rows]
    for row in await tx.all(_PICTURES, ids=ids) if ids else []:
        found[row["post_id"]].append(
            Picture(
                file=row["file"],
                kind=PictureKind(row["kind"]),
                alt=row["alt"],
                link=row["link"],
                external_id=row["external_id"],
            )
        )
    return [_post(row, tuple(found[row["id"]])) for row in rows]


def _post(row: Row, pictures: tuple[Picture, ...]) -> Post:
    same = ("id", "slug", "at", "title", "text", "link", "source", "starts_at", "ends_at")
    rest = ("place", "created_at", "created_by", "updated_at")
    return Post(
        **{name: row[name] for name in (*same, *rest)},
        external_id=row["external_id"] if row["source"] else "",
        state=PostState(row["state"]),
        pinned=bool(row["pinned"]),
        pictures=pictures,
    )


def _mirrored(row: Row, post: Post) -> Mirrored:
    return Mirrored(post, row["digest"], int(row["missed"]))
