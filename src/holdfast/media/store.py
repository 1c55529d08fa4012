"""Every statement of this unit."""

from collections.abc import Iterable, Mapping
from typing import Final

from holdfast.media.model import Item, item
from holdfast.storage import Row, Tx

EXPORTED_MAX: Final = 10_000

_ARRIVING: Final = """
INSERT INTO media (id, owner, state, created_at, unused_since) VALUES (:id, :owner, 'arriving', :at, :at)
"""
_OF_OWNER: Final = """
SELECT COALESCE(SUM(bytes), 0) AS bytes,
    COUNT(CASE WHEN state = 'arriving' AND created_at > :after THEN 1 END) AS arriving
FROM media WHERE owner = :owner
"""
_KEEP: Final = """
UPDATE media SET state = 'kept', kind = :kind, type = :type, name = :name, bytes = :bytes, width = :width,
    height = :height, seconds = :seconds, has_thumb = :has_thumb, unused_since = :at
WHERE id = :id AND state = 'arriving'
"""
_BY_ID: Final = "SELECT * FROM media WHERE id IN :ids AND state = 'kept'"
_USE: Final = """
INSERT INTO media_use (used_by, media_id) VALUES (:used_by, :id) ON CONFLICT (used_by, media_id) DO NOTHING
"""
_USED_BY: Final = """
SELECT media.* FROM media_use JOIN media ON media.id = media_use.media_id
WHERE media_use.used_by = :used_by AND media.state = 'kept'
"""
_USED: Final = "UPDATE media SET unused_since = NULL WHERE id IN :ids"
_RELEASED: Final = """
UPDATE media SET unused_since = :due
WHERE id IN (SELECT media_id FROM media_use WHERE used_by = :used_by)
    AND NOT EXISTS (SELECT 1 FROM media_use other WHERE other.media_id = media.id AND other.used_by <> :used_by)
"""
_RELEASE: Final = "DELETE FROM media_use WHERE used_by = :used_by"
_RELEASE_ALL_OF: Final = (
    "DELETE FROM media_use WHERE media_id IN (SELECT id FROM media WHERE owner IN :owners)"
)
_FORGET_OWNERS: Final = "UPDATE media SET state = 'leaving', unused_since = :due WHERE owner IN :owners"
_KEPT_OF: Final = """
SELECT * FROM media WHERE owner = :owner AND state = 'kept' ORDER BY created_at DESC, id LIMIT :limit
"""
_INHERIT: Final = "UPDATE media SET owner = :heir WHERE owner = :owner"
_PREVIEW: Final = "SELECT * FROM link_preview WHERE url = :url"
_PUT_PREVIEW: Final = """
INSERT INTO link_preview (url, found, title, text, picture_id, fetched_at)
VALUES (:url, :found, :title, :text, :picture_id, :at)
ON CONFLICT (url) DO UPDATE SET found = excluded.found, title = excluded.title, text = excluded.text,
    picture_id = excluded.picture_id, fetched_at = excluded.fetched_at
"""
_OLD_PREVIEWS: Final = (
    "SELECT url FROM link_preview WHERE fetched_at < :before ORDER BY fetched_at LIMIT :limit"
)
_DROP_PREVIEWS: Final = "DELETE FROM link_preview WHERE url IN :urls"
_RELEASE_ONE: Final = "DELETE FROM media_use WHERE media_id = :id"
_EXPEL: Final = (
    "UPDATE media SET state = 'leaving', unused_since = :due WHERE id = :id AND state <> 'arriving'"
)
_LEAVE: Final = """
UPDATE media SET state = 'leaving'
WHERE id IN (SELECT id FROM media WHERE unused_since < :before ORDER BY unused_since LIMIT :limit)
RETURNING id
"""
_GONE: Final = "DELETE FROM media WHERE id IN :ids AND state <> 'kept'"


async def arriving(tx: Tx, *, media_id: str, owner: str, at: int) -> None:
    await tx.run(_ARRIVING, id=media_id, owner=owner, at=at)


async def of_owner(tx: Tx, owner: str, after: int) -> Row:
    """How many bytes somebody keeps, and how many files of theirs have been arriving since a time."""
    row = await tx.one(_OF_OWNER, owner=owner, after=after)
    return row or {"bytes": 0, "arriving": 0}


async def keep(tx: Tx, kept: Item, at: int) -> bool:
    """The file is there, and nobody uses it yet; False where it was given up meanwhile."""
    changed = await tx.run(
        _KEEP,
        id=kept.id,
        kind=kept.kind,
        type=kept.type,
        name=kept.name,
        bytes=kept.bytes,
        width=kept.width,
        height=kept.height,
        seconds=kept.seconds,
        has_thumb=int(bool(kept.thumb)),
        at=at,
    )
    return changed > 0


async def by_id(tx: Tx, ids: Iterable[str]) -> Mapping[str, Row]:
    rows = await tx.all(_BY_ID, ids=list(ids))
    return {str(row["id"]): row for row in rows}


async def use(tx: Tx, used_by: str, ids: Iterable[str]) -> None:
    wanted = list(ids)
    await tx.many(_USE, [{"used_by": used_by, "id": each} for each in wanted])
    await tx.run(_USED, ids=wanted)


async def release(tx: Tx, used_by: str, due: int) -> None:
    await tx.run(_RELEASED, used_by=used_by, due=due)
    await tx.run(_RELEASE, used_by=used_by)


async def forget_owners(tx: Tx, owners: Iterable[str], due: int) -> None:
    gone = list(owners)
    await tx.run(_RELEASE_ALL_OF, owners=gone)
    await tx.run(_FORGET_OWNERS, owners=gone, due=due)


async def kept_of(tx: Tx, owner: str) -> list[Row]:
    return await tx.all(_KEPT_OF, owner=owner, limit=EXPORTED_MAX)


async def inherit(tx: Tx, heir: str, owner: str) -> None:
    await tx.run(_INHERIT, heir=heir, owner=owner)


async def expel(tx: Tx, media_id: str, due: int) -> bool:
    """Nothing may show a file any more; whether there is one."""
    await tx.run(_RELEASE_ONE, id=media_id)
    return bool(await tx.run(_EXPEL, id=media_id, due=due))


async def leave(tx: Tx, before: int, limit: int) -> list[str]:
    """Files that nobody has used since before a time; nobody can use them from here on."""
    return [str(row["id"]) for row in await tx.all(_LEAVE, before=before, limit=limit)]


async def gone(tx: Tx, ids: Iterable[str]) -> None:
    await tx.run(_GONE, ids=list(ids))


async def preview(tx: Tx, url: str) -> Row | None:
    return await tx.one(_PREVIEW, url=url)


async def put_preview(tx: Tx, **columns: object) -> None:
    await tx.run(_PUT_PREVIEW, **columns)


async def old_previews(tx: Tx, before: int, limit: int) -> list[str]:
    return [str(row["url"]) for row in await tx.all(_OLD_PREVIEWS, before=before, limit=limit)]


async def drop_previews(tx: Tx, urls: Iterable[str]) -> None:
    await tx.run(_DROP_PREVIEWS, urls=list(urls))


def item_of(row: Row) -> Item:
    return item(
        media_id=row["id"],
        kind=row["kind"],
        mime=row["type"],
        name=row["name"],
        size=row["bytes"],
        width=row["width"],
        height=row["height"],
        seconds=row["seconds"],
        has_thumb=bool(row["has_thumb"]),
    )


async def files_of_use(tx: Tx, used_by: str) -> list[Row]:
    """The files that something shows."""
    return await tx.all(_USED_BY, used_by=used_by)
