"""What the pages and the API may do to channels and to the playbook."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from holdfast.app.channel_set import ChannelExistsError, ChannelSet
from holdfast.channels.contract import Capability, ProbeResult
from holdfast.conversations.store import audit
from holdfast.kernel import Clock, IdSource
from holdfast.playbooks import PlaybookFile
from holdfast.settings import REFERENCES
from holdfast.storage import Database
from holdfast.web.services import ChannelTakenError, PlaybookText

CHECK_SECONDS_MAX: Final = 20.0


class Desk:
    """Channels from outside; implements the web's ``ChannelDesk``."""

    def __init__(self, channels: ChannelSet, database: Database, clock: Clock, ids: IdSource) -> None:
        self._channels = channels
        self._database = database
        self._clock = clock
        self._ids = ids

    async def add(self, channel_id: str, settings: dict[str, Any], by: str) -> None:
        _refuse_references(settings)
        try:
            await self._channels.add(channel_id, settings)
        except ChannelExistsError as error:
            raise ChannelTakenError(str(error)) from error
        await self._note(by, "channel.added", channel_id, "")

    async def change(self, channel_id: str, settings: dict[str, Any], by: str) -> None:
        _refuse_references(settings)
        await self._channels.change(channel_id, settings)
        await self._note(by, "channel.changed", channel_id, ", ".join(sorted(settings)))

    async def _note(self, by: str, action: str, channel_id: str, detail: str) -> None:
        await self._database.write(
            audit,
            entry_id=self._ids.new("aud"),
            at=self._clock.now_ms(),
            who=by,
            action=action,
            subject=channel_id,
            detail=detail,
        )

    async def check(self, channel_id: str) -> Sequence[ProbeResult]:
        adapter = self._channels.adapters().get(channel_id)
        if adapter is None:
            raise LookupError(f"there is no channel {channel_id}")
        try:
            async with asyncio.timeout(CHECK_SECONDS_MAX):
                return await adapter.probe()
        except TimeoutError:
            return [ProbeResult(Capability.SIGN_IN, ok=False, detail="The platform did not answer in time.")]


def _refuse_references(settings: dict[str, Any]) -> None:
    """Who may connect a channel need not be who may read this machine's files and variables: a secret that
    points to one would be sent to whatever address the same settings name.
    """
    for name, value in settings.items():
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and text.startswith(REFERENCES) for text in texts):
            raise ValueError(f"`{name}` is given by its value here; env: and file: work in files only")


class Shelf:
    """The playbook from outside; implements the web's ``PlaybookShelf``."""

    def __init__(self, playbook: PlaybookFile, database: Database, clock: Clock, ids: IdSource) -> None:
        self._playbook = playbook
        self._database = database
        self._clock = clock
        self._ids = ids

    async def get(self) -> PlaybookText:
        text, source = await asyncio.to_thread(self._playbook.text)
        return PlaybookText(text, "edited" if source == "edited" else "built-in")

    async def put(self, text: str, by: str) -> None:
        await asyncio.to_thread(self._playbook.save, text)
        await self._database.write(
            audit,
            entry_id=self._ids.new("aud"),
            at=self._clock.now_ms(),
            who=by,
            action="playbook.saved",
            subject="playbook",
            detail="",
        )
