"""What the pages and the API may do to channels and to the playbook."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from holdfast.app.channel_set import ChannelExistsError, ChannelSet
from holdfast.app.checking import CHECK_SECONDS_MAX, check_channel
from holdfast.channels.contract import Adapter
from holdfast.conversations.store import audit
from holdfast.inbox import Finding, channel_counts
from holdfast.inbox.model import ChannelCounts
from holdfast.kernel import Clock, IdSource
from holdfast.playbooks import PlaybookFile
from holdfast.settings import REFERENCES
from holdfast.storage import Database
from holdfast.web.services import ChannelTakenError, KeptSettings, PlaybookText

ADDRESSES: Final = ("base_url", "smtp_host", "smtp_security", "imap_host", "imap_security")
"""Settings that say where secrets are sent, and whether the way is encrypted."""


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
        await self._refuse_to_carry_away(channel_id, settings)
        await self._channels.change(channel_id, settings)
        await self._note(by, "channel.changed", channel_id, ", ".join(sorted(settings)))

    async def _refuse_to_carry_away(self, channel_id: str, settings: dict[str, Any]) -> None:
        """Secrets are never shown again: so they do not go to another address either, just because it was changed."""
        kept = await self._channels.kept(channel_id)
        moved = [name for name in ADDRESSES if name in settings and settings[name] != kept.settings.get(name)]
        left = [name for name in kept.secrets if name not in settings]
        if moved and left:
            raise ValueError(
                f"`{left[0]}` has to be entered again, because `{moved[0]}` changes to where it goes"
            )

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

    async def kept(self, channel_id: str) -> KeptSettings:
        return await self._channels.kept(channel_id)

    async def remove(self, channel_id: str, by: str) -> None:
        counts = (await self._database.read(channel_counts)).get(channel_id, ChannelCounts())
        under_way = counts.waiting + counts.held + counts.in_doubt
        if under_way:
            raise ValueError(
                f"{under_way} messages still wait to leave there; cancel them, or let them go out first"
            )
        await self._channels.remove(channel_id)
        await self._note(by, "channel.removed", channel_id, "")

    async def subscribe(self, channel_id: str, by: str) -> bool:
        adapter = self._adapter(channel_id)
        async with asyncio.timeout(CHECK_SECONDS_MAX):
            agreed = await adapter.resubscribe()
        await self._note(by, "channel.subscribed", channel_id, "" if agreed else "the platform refused")
        return agreed

    async def check(self, channel_id: str) -> Sequence[Finding]:
        return await check_channel(self._channels, self._database, channel_id)

    def _adapter(self, channel_id: str) -> Adapter:
        adapter = self._channels.adapters().get(channel_id)
        if adapter is None:
            raise LookupError(f"there is no channel {channel_id}")
        return adapter


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
