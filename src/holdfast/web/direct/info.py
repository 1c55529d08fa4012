"""What anybody may know of a chat before they write: the business, whether somebody is there, what is asked."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from holdfast.posts import Profile, open_at, opening_words
from holdfast.storage import StoreUnavailableError
from holdfast.web.direct.router import Answer, Call, Route
from holdfast.web.direct.views import BusinessView, ElsewhereView, InfoView, OpenView, limits
from holdfast.web.errors import ApiError
from holdfast.web.services import WebServices
from holdfast.widget import Setup

FRESH_SECONDS: Final = 5.0
"""Every open widget asks once a minute; what is read for one is good for all of them for so long."""


PICTURE_PATH: Final = "/direct/v1/picture/"
PICTURE_HEADERS: Final = (
    ("cache-control", "public, max-age=86400, immutable"),
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; sandbox"),
    ("cross-origin-resource-policy", "cross-origin"),
)
"""A picture's name follows from its bytes, and any site may show it."""


class Info:
    """``ways`` are those of signing in. What cannot be read while the store is away is as it was last."""

    def __init__(self, services: WebServices, *, ways: Callable[[], list[str]]) -> None:
        self._services = services
        self._ways = ways
        self._profile = Profile()
        self._push_key = ""
        self._picture: tuple[str, str, bytes] | None = None
        self._read_at: float | None = None

    def routes(self) -> list[Route]:
        return [
            Route("GET", "info", self._info, who="anyone"),
            Route("GET", "picture/{name}", self._picture_of_business, who="anyone"),
        ]

    async def _info(self, call: Call) -> Answer:
        services = self._services
        channel = self._channel(call.query.get("channel", ""))
        setups = services.setups
        setup = await setups.shown(f"direct:{channel}") if setups else Setup()
        await self._refresh()
        incidents = services.radar.open_incidents()
        info = InfoView(
            business=self._business(),
            channel=channel,
            greeting=setup.greeting or services.settings.direct.greeting,
            notice=f"{incidents[0].title}." if incidents else None,
            status_url=services.settings.status_url,
            open=self._open(setup),
            look=setup.look,
            questions=setup.questions,
            consent=setup.consent,
            push_key=self._push_key,
            sign_in=self._ways(),
            elsewhere=self._elsewhere(),
            limits=limits(services.settings),
        )
        return Answer(200, info)

    def _business(self) -> BusinessView:
        profile = self._profile
        picture = f"{PICTURE_PATH}{profile.picture}" if profile.picture else ""
        return BusinessView(profile.name or self._services.settings.hub.name, picture, profile.text)

    async def _picture_of_business(self, call: Call) -> Answer:
        """What the profile shows now, and no other picture of the business."""
        await self._refresh()
        name = self._profile.picture
        if not name or call.params["name"] != name or self._services.posts is None:
            raise ApiError(404, "not_found", "There is no such picture.")
        if self._picture is None or self._picture[0] != name:
            found = await self._services.posts.picture(name)
            if found is None:
                raise ApiError(404, "not_found", "There is no such picture.")
            self._picture = (name, *found)
        _, content_type, data = self._picture
        return Answer(200, data, (("content-type", content_type), *PICTURE_HEADERS))

    def _channel(self, wanted: str) -> str:
        """The name of a Direct channel, the first one where none is named. Raises ApiError."""
        faces = self._services.faces().values()
        names = [face.id.partition(":")[2] for face in faces if face.platform == "direct"]
        if not names or (wanted and wanted not in names):
            raise ApiError(404, "not_found", "There is no such chat.", field="channel")
        return wanted or names[0]

    def _elsewhere(self) -> list[ElsewhereView]:
        faces = self._services.faces().values()
        return [
            ElsewhereView(each.id, each.platform, each.name) for each in faces if each.platform != "direct"
        ]

    def _open(self, setup: Setup) -> OpenView:
        """Without hours there is no time at which nobody answers."""
        now = self._services.clock.now_ms()
        is_open = open_at(self._profile.hours, now).is_open is not False
        words = opening_words(self._profile.hours, now)
        if is_open or not setup.away:
            return OpenView(is_open, words)
        return OpenView(is_open, f"{setup.away} {words}.")

    async def _refresh(self) -> None:
        now = self._services.clock.monotonic()
        if self._read_at is not None and now - self._read_at < FRESH_SECONDS:
            return
        self._read_at = now
        with suppress(StoreUnavailableError):
            if self._services.posts is not None:
                self._profile = await self._services.posts.profile()
            if self._services.push is not None:
                self._push_key = await self._services.push.keys.public_key()
