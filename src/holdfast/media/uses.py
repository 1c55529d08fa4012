"""Who uses which file, inside the transaction that makes the use: a file goes with its last use."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from holdfast.media import store
from holdfast.media.model import Item, UnknownMediaError
from holdfast.storage import Tx

DUE_NOW: Final = 0
"""A file that was used and is not any more goes at once."""


async def attachments_of(tx: Tx, ids: Iterable[str], owner: str | None = None) -> Mapping[str, Item]:
    """The files of these ids that are there, and are the owner's where one is named."""
    wanted = list(dict.fromkeys(ids))
    rows = await store.by_id(tx, wanted) if wanted else {}
    return {name: store.item_of(row) for name, row in rows.items() if owner in {None, row["owner"]}}


async def use_media(tx: Tx, used_by: str, ids: Sequence[str], owner: str | None = None) -> list[Item]:
    """Note that ``used_by``, such as ``message:<id>``, shows these files, in their order.

    Doing it again has no second effect. Raises UnknownMediaError.
    """
    if not ids:
        return []
    found = await attachments_of(tx, ids, owner)
    missing = next((each for each in ids if each not in found), None)
    if missing is not None:
        raise UnknownMediaError(missing)
    await store.use(tx, used_by, dict.fromkeys(ids))
    return [found[each] for each in ids]


async def show_as_picture(tx: Tx, used_by: str, media_id: str, owner: str) -> str:
    """Make an upload the picture of ``used_by``, such as ``member:<id>``, in place of the one before; its path.

    An empty id takes the picture away. Raises UnknownMediaError where it is no picture of the owner's.
    """
    await release_media(tx, used_by)
    if not media_id:
        return ""
    [shown] = await use_media(tx, used_by, [media_id], owner)
    if shown.kind != "picture":
        raise UnknownMediaError(media_id)
    return shown.square()


async def use_what_is_there(tx: Tx, used_by: str, ids: Iterable[str]) -> None:
    """The same for something that has happened already: what is not there any more is passed over."""
    found = await attachments_of(tx, ids)
    if found:
        await store.use(tx, used_by, found)


async def release_media(tx: Tx, used_by: str) -> None:
    """Nothing is shown by ``used_by`` any more; what nobody else shows is removed soon."""
    await store.release(tx, used_by, DUE_NOW)


async def give_back_media(tx: Tx, used_by: str, now: int) -> None:
    """Nothing is shown by ``used_by`` any more; what nobody else shows stays as long as what was just uploaded."""
    await store.release(tx, used_by, now)


class MediaUses:
    """The same for units beside this one, which are handed it."""

    async def shown(self, tx: Tx, used_by: str, ids: Iterable[str]) -> None:
        await use_what_is_there(tx, used_by, ids)

    async def taken_back(self, tx: Tx, used_by: str) -> None:
        await release_media(tx, used_by)


async def items_of(tx: Tx, owner: str) -> list[Item]:
    """What somebody uploaded and the hub keeps, the newest first; the first thousands of it."""
    return [store.item_of(row) for row in await store.kept_of(tx, owner)]


async def inherit_media(tx: Tx, heir: str, owner: str) -> None:
    """What one uploaded is another's from here on: a guest has turned out to be a member."""
    await store.inherit(tx, heir, owner)


async def forget_media_of(tx: Tx, *owners: str) -> None:
    """Everything that these people uploaded is removed soon, whoever shows it."""
    await store.forget_owners(tx, owners, DUE_NOW)
