"""What anybody may know of a chat before they write: the business, whether somebody is there, what is asked."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from holdfast.posts import Profile, open_at, opening_words
from holdfast.storage import StoreUnavailableError
from holdfast.web.direct.router import Answer, Call, Route
from holdfast.web.direct.views import BusinessView, InfoView, OpenView, limits
from holdfast.web.errors import ApiError
from holdfast.web.services import WebServices
from holdfast.widget import Setup

FRESH_SECONDS: Final = 5.0
"""Every open widget asks once a minute; what is read for one is good for all of them for so long."""


class Info:
    """``ways`` are those of signing in. What cannot be read while the store is away is as it was last."""

    def __init__(self, services: WebServices, *, ways: Callable[[], list[str]]) -> None:
        self._services = services
        self._ways = ways
        self._profile = Profile()
        self._push_key = ""
        self._read_at: float | None = None

    def routes(self) -> list[Route]:
        return [Route("GET", "info", self._info, who="anyone")]

    async def _info(self, call: Call) -> Answer:
        services = self._services
        channel = self._channel(call.query.get("channel", ""))
        setups = services.setups
        setup = await setups.shown(f"direct:{channel}") if setups else Setup()
        await self._refresh()
        incidents = services.radar.open_incidents()
        info = InfoView(
            business=BusinessView(self._profile.name or services.settings.hub.name, about=self._profile.text),
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
            limits=limits(services.settings),
        )
        return Answer(200, info)

    def _channel(self, wanted: str) -> str:
        """The name of a Direct channel, the first one where none is named. Raises ApiError."""
        faces = self._services.faces().values()
        names = [face.id.partition(":")[2] for face in faces if face.platform == "direct"]
        if not names or (wanted and wanted not in names):
            raise ApiError(404, "not_found", "There is no such chat.", field="channel")
        return wanted or names[0]

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
