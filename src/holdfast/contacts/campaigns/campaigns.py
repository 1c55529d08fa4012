"""Campaigns as the rest of Holdfast sees them: every method is one committed unit of work, or one read."""

from collections.abc import Callable, Mapping

import msgspec

from holdfast.contacts.campaigns import store
from holdfast.contacts.campaigns.model import Campaign, NewCampaign, Results, checked
from holdfast.conversations.store import audit
from holdfast.kernel import Clock, IdSource
from holdfast.outbox import ChannelFact
from holdfast.storage import Database, Row, Tx
from holdfast.work import TakenError, UnknownError, WorkRefusedError


class Campaigns:
    """``direct`` names the channel of our own to which the links lead; "" for none."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        facts: Callable[[], Mapping[str, ChannelFact]],
        direct: Callable[[], str],
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._facts = facts
        self._direct = direct

    async def all(self) -> list[Campaign]:
        """The newest first, with their results."""
        return await self._database.read(_all)

    async def get(self, campaign_id: str) -> Campaign:
        """Raises UnknownError."""
        return await self._database.read(_get, campaign_id)

    async def make(self, wanted: NewCampaign, by: str) -> Campaign:
        """A draft; nobody is asked before it is started. Raises WorkRefusedError."""
        wanted = checked(wanted)
        facts = self._facts()
        unknown = next((each for each in wanted.channels if each not in facts), None)
        if unknown is not None:
            raise WorkRefusedError(f"There is no channel {unknown[:80]}.", "channels")
        campaign_id = self._ids.new("cam")
        await self._database.write(store.insert, campaign_id, wanted, at=self._clock.now_ms(), by=by)
        return await self.get(campaign_id)

    async def start(self, campaign_id: str, by: str) -> Campaign:
        """Let it ask, from now or again. Raises UnknownError, TakenError, WorkRefusedError."""
        if not self._direct():
            raise WorkRefusedError("There is no chat of your own to lead people to; connect one first.")
        await self._database.write(self._start, campaign_id, by)
        return await self.get(campaign_id)

    async def stop(self, campaign_id: str, by: str) -> Campaign:
        """Ask nobody more; what was asked is on its way. Raises UnknownError, TakenError."""
        await self._database.write(self._stop, campaign_id, by)
        return await self.get(campaign_id)

    async def delete(self, campaign_id: str, by: str) -> None:
        """Raises UnknownError; TakenError for one that has asked anybody, or runs."""
        await self._database.write(self._delete, campaign_id, by)

    async def _start(self, tx: Tx, campaign_id: str, by: str) -> None:
        await _get(tx, campaign_id)
        if not await store.start(tx, campaign_id, self._clock.now_ms()):
            raise TakenError("It is running already.")
        await self._note(tx, campaign_id, "campaign.started", by)

    async def _stop(self, tx: Tx, campaign_id: str, by: str) -> None:
        await _get(tx, campaign_id)
        if not await store.end(tx, campaign_id, "stopped", "", self._clock.now_ms()):
            raise TakenError("It is not running.")
        await self._note(tx, campaign_id, "campaign.stopped", by)

    async def _delete(self, tx: Tx, campaign_id: str, by: str) -> None:
        await _get(tx, campaign_id)
        if not await store.delete(tx, campaign_id):
            raise TakenError("It has asked people, or runs; it stays, so that nobody is asked twice.")
        await self._note(tx, campaign_id, "campaign.deleted", by)

    async def _note(self, tx: Tx, campaign_id: str, action: str, by: str) -> None:
        await audit(
            tx,
            entry_id=self._ids.new("aud"),
            at=self._clock.now_ms(),
            who=by,
            action=action,
            subject=campaign_id,
            detail="",
        )


async def _all(tx: Tx) -> list[Campaign]:
    return [await _view(tx, row) for row in await store.campaigns(tx)]


async def _get(tx: Tx, campaign_id: str) -> Campaign:
    row = await store.campaign(tx, campaign_id)
    if row is None:
        raise UnknownError(f"There is no campaign {campaign_id[:80]}.")
    return await _view(tx, row)


async def _view(tx: Tx, row: Row) -> Campaign:
    counts = await store.results(tx, row["id"])
    asked, sent, failed = counts["asked"], counts["sent"], counts["failed"]
    return Campaign(
        id=row["id"],
        name=row["name"],
        text=row["text"],
        channels=msgspec.json.decode(row["channels"], type=list[str]),
        days=row["days"],
        per_minute=row["per_minute"],
        state=row["state"],
        reason=row["reason"],
        made_at=row["made_at"],
        made_by=row["made_by"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        results=Results(
            asked=asked,
            sent=sent,
            failed=failed,
            waiting=asked - sent - failed,
            added=counts["added"],
            opted_out=counts["opted_out"],
        ),
    )
