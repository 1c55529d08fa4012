"""Files that members send along."""

from typing import Final

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.media import Media
from holdfast.settings import Settings
from holdfast.web.direct.asking import take
from holdfast.web.direct.router import Answer, Call, Route
from holdfast.web.uploading import take_upload

UPLOADS_OF_MEMBER: Final = Rate(burst=60, per_second=0.2)


class Uploads:
    def __init__(self, *, media: Media, clock: Clock, settings: Settings) -> None:
        self._media = media
        self._settings = settings
        self._uploads = Buckets(clock, UPLOADS_OF_MEMBER)

    def routes(self) -> list[Route]:
        return [Route("POST", "uploads", self._upload)]

    async def _upload(self, call: Call) -> Answer:
        take(self._uploads, call.member.id)
        kept = await take_upload(
            self._media,
            self._settings.media,
            call.member.id,
            call.scope,
            call.receive,
            member_bound=True,
        )
        return Answer(201, kept)
