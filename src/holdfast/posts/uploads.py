"""From what somebody uploaded to a picture of the public page, which keeps a copy: it outlives the hub."""

import asyncio
from pathlib import Path
from typing import Final

from holdfast.media import Item, Shelf, attachments_of
from holdfast.posts import store
from holdfast.posts.model import Picture, PictureKind, PostRefusedError
from holdfast.posts.pictures import PICTURE_BYTES_MAX, file_name, picture_type, type_of_name
from holdfast.storage import Database

OWNER: Final = "business"
NO_SUCH: Final = "There is no such picture; upload it first."


class UploadedPictures:
    """``public_url`` is where the hub is found: a video plays from there."""

    def __init__(self, database: Database, shelf: Shelf, public_url: str) -> None:
        self._database = database
        self._shelf = shelf
        self._public_url = public_url

    async def take_over(self, named: Picture, now: int) -> Picture:
        """``file`` may be the id of an upload, or is a name that was given before. Raises PostRefusedError."""
        if type_of_name(named.file):
            return named
        found = await self._database.read(attachments_of, [named.file], OWNER)
        if named.file not in found:
            raise PostRefusedError("pictures", NO_SUCH)
        upload = found[named.file]
        data = await asyncio.to_thread(self._read, upload)
        content_type = picture_type(data)
        if not content_type:
            raise PostRefusedError(
                "pictures", f"{upload.name[:80]} is neither a picture nor a video that can be shown."
            )
        name = file_name(data, content_type)
        await self._database.write(store.add_file, name, content_type, data, now)
        if upload.kind == "video":
            link = f"{self._public_url}{upload.url}"
            return Picture(file=name, kind=PictureKind.VIDEO, alt=named.alt, link=link, external_id=upload.id)
        return Picture(file=name, alt=named.alt)

    def _read(self, upload: Item) -> bytes:
        """The picture itself, or a smaller one of it where it is too large or of a rarer kind, or is a video."""
        wanted = ["", "thumb"] if upload.kind == "picture" else ["thumb"] if upload.kind == "video" else []
        for small in wanted:
            path: Path | None = self._shelf.find(upload.id, small)
            if path is None or path.stat().st_size > PICTURE_BYTES_MAX:
                continue
            data = path.read_bytes()
            if picture_type(data):
                return data
        return b""
