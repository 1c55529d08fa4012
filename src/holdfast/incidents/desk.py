"""What people do with incidents, each with its entry in the audit trail, in one transaction."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from holdfast.channels.contract import Capability
from holdfast.conversations.store import audit
from holdfast.incidents.drafting import change_draft, discard_draft, publish_draft
from holdfast.incidents.trouble import press_button
from holdfast.kernel import Clock, IdSource
from holdfast.radar import Incident, incidents
from holdfast.storage import Database, EventLog, Tx

DETAIL_CHARACTERS_MAX: Final = 500


class IncidentDesk:
    """Raises LookupError for what is not there, UnfitError and DraftGoneError with a sentence, OutdatedError.

    ``by`` names the person; how each thing is meant is told in ``holdfast.radar.incidents.hands``.
    """

    def __init__(self, *, database: Database, events: EventLog, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids

    async def rename(self, incident_id: str, title: str, by: str) -> None:
        await self._do(by, "incident.renamed", incident_id, title, _rename, title)

    async def close(self, incident_id: str, by: str) -> None:
        await self._do(by, "incident.closed", incident_id, "", _close)

    async def reopen(self, incident_id: str, by: str) -> None:
        await self._do(by, "incident.reopened", incident_id, "", _reopen)

    async def merge(self, incident_id: str, other_id: str, by: str) -> None:
        await self._do(by, "incident.merged", incident_id, other_id, _merge, other_id, self._ids)

    async def split(self, incident_id: str, channels: Sequence[str], by: str) -> str:
        """The new incident's identifier."""
        detail = ", ".join(channels)
        own = await self._do(by, "incident.split", incident_id, detail, _split, channels, self._ids)
        return str(own)

    async def write_account(
        self, incident_id: str, by: str, *, summary: str | None, will_change: str | None
    ) -> None:
        await self._do(by, "incident.account", incident_id, "", _write_account, summary, will_change)

    async def edit_draft(self, incident_id: str, stage: str, round_: int, text: str, by: str) -> None:
        key = {"incident_id": incident_id, "stage": stage, "round": round_}
        await self._do(by, "draft.edited", incident_id, stage, _edit_draft, key, text)

    async def publish_draft(self, incident_id: str, stage: str, round_: int, by: str) -> None:
        key = {"incident_id": incident_id, "stage": stage, "round": round_}
        await self._do(by, "draft.published", incident_id, stage, _publish_draft, key)

    async def discard_draft(self, incident_id: str, stage: str, round_: int, by: str) -> None:
        key = {"incident_id": incident_id, "stage": stage, "round": round_}
        await self._do(by, "draft.discarded", incident_id, stage, _discard_draft, key)

    async def tell_trouble(self, channel: str, capability: Capability, text: str, by: str) -> str:
        """An agent's word that something is wrong; the open incident that tells of it, or nothing."""
        told = await self._database.write(
            press_button,
            channel,
            capability,
            text,
            by=by,
            now=self._clock.now_ms(),
            entry_id=self._ids.new("aud"),
        )
        self._events.wake()
        return told

    async def _do(
        self,
        by: str,
        action: str,
        incident_id: str,
        detail: str,
        work: Callable[..., Awaitable[object]],
        *values: Any,
    ) -> object:
        now = self._clock.now_ms()
        entry = {
            "entry_id": self._ids.new("aud"),
            "at": now,
            "who": by,
            "action": action,
            "subject": incident_id,
            "detail": detail[:DETAIL_CHARACTERS_MAX],
        }
        done = await self._database.write(_noted, entry, work, incident_id, by, now, values)
        self._events.wake()
        return done


async def _noted(
    tx: Tx,
    entry: dict[str, Any],
    work: Callable[..., Awaitable[object]],
    incident_id: str,
    by: str,
    now: int,
    values: Sequence[Any],
) -> object:
    done = await work(tx, incident_id, by, now, *values)
    await audit(tx, **entry)
    return done


async def _rename(tx: Tx, incident_id: str, by: str, now: int, title: str) -> Incident:
    return await incidents.rename(tx, incident_id, title, by=by, now=now)


async def _close(tx: Tx, incident_id: str, by: str, now: int) -> Incident:
    return await incidents.close(tx, incident_id, by=by, now=now)


async def _reopen(tx: Tx, incident_id: str, by: str, now: int) -> Incident:
    return await incidents.reopen(tx, incident_id, by=by, now=now)


async def _merge(tx: Tx, incident_id: str, by: str, now: int, other: str, ids: IdSource) -> Incident:
    return await incidents.merge(tx, incident_id, other, by=by, now=now, ids=ids)


async def _split(tx: Tx, incident_id: str, by: str, now: int, channels: Sequence[str], ids: IdSource) -> str:
    _, own = await incidents.split(tx, incident_id, channels, by=by, now=now, ids=ids)
    return own.id


async def _write_account(
    tx: Tx, incident_id: str, by: str, now: int, summary: str | None, will_change: str | None
) -> Incident:
    del by
    return await incidents.write_account(tx, incident_id, summary=summary, will_change=will_change, now=now)


async def _edit_draft(tx: Tx, incident_id: str, by: str, now: int, key: dict[str, Any], text: str) -> None:
    del incident_id, now
    await change_draft(tx, key, text, by=by)


async def _publish_draft(tx: Tx, incident_id: str, by: str, now: int, key: dict[str, Any]) -> Incident:
    del incident_id
    return await publish_draft(tx, key, by=by, now=now)


async def _discard_draft(tx: Tx, incident_id: str, by: str, now: int, key: dict[str, Any]) -> None:
    del incident_id
    await discard_draft(tx, key, by=by, now=now)
