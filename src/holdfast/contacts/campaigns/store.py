"""Every statement about campaigns."""

from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.contacts.campaigns.model import NewCampaign
from holdfast.storage import Row, Tx

CAMPAIGNS_MAX: Final = 200

_INSERT: Final = """
INSERT INTO campaign (id, name, text, channels, days, per_minute, state, made_at, made_by)
VALUES (:id, :name, :text, :channels, :days, :per_minute, 'draft', :at, :by)
"""
_CAMPAIGNS: Final = "SELECT * FROM campaign ORDER BY made_at DESC, id DESC LIMIT :limit"
_CAMPAIGN: Final = "SELECT * FROM campaign WHERE id = :id"
_DUE: Final = (
    "SELECT * FROM campaign WHERE state = 'running' AND next_at <= :now ORDER BY next_at LIMIT :limit"
)
_START: Final = """
UPDATE campaign SET state = 'running', reason = '', started_at = COALESCE(started_at, :now), ended_at = NULL,
    after_at = NULL, after_id = '', asked_in_pass = 0, next_at = :now
WHERE id = :id AND state <> 'running'
"""
_STOP: Final = """
UPDATE campaign SET state = :state, reason = :reason, ended_at = :now WHERE id = :id AND state = 'running'
"""
_DELETE: Final = """
DELETE FROM campaign WHERE id = :id AND state <> 'running'
    AND NOT EXISTS (SELECT 1 FROM campaign_person WHERE campaign_id = :id)
"""
_WALKED: Final = "UPDATE campaign SET after_at = :at, after_id = :after WHERE id = :id AND state = 'running'"
_AGAIN: Final = """
UPDATE campaign SET after_at = NULL, after_id = '', asked_in_pass = 0, next_at = :next_at
WHERE id = :id AND state = 'running'
"""
_ASKED: Final = """
UPDATE campaign SET asked_in_pass = asked_in_pass + 1, next_at = :next_at WHERE id = :id AND state = 'running'
"""
_ASK: Final = """
INSERT INTO campaign_person (contact_id, campaign_id, message_id, channel, at)
VALUES (:contact_id, :campaign_id, '', :channel, :at) ON CONFLICT DO NOTHING
"""
_WITH_MESSAGE: Final = "UPDATE campaign_person SET message_id = :message_id WHERE contact_id = :contact_id"
_ASKED_BEFORE: Final = "SELECT contact_id FROM campaign_person WHERE contact_id IN :ids"
_RESULTS: Final = """
SELECT COUNT(*) AS asked,
    COUNT(CASE WHEN message.state IN ('sent', 'delivered', 'read') THEN 1 END) AS sent,
    COUNT(CASE WHEN message.state IN ('failed', 'expired', 'cancelled') THEN 1 END) AS failed,
    COUNT(CASE WHEN EXISTS (SELECT 1 FROM address WHERE address.contact_id = campaign_person.contact_id
        AND address.channel <> campaign_person.channel AND address.consent = 'failover'
        AND address.proof IS NOT NULL AND address.consent_at > campaign_person.at) THEN 1 END) AS added,
    COUNT(CASE WHEN EXISTS (SELECT 1 FROM address WHERE address.contact_id = campaign_person.contact_id
        AND address.channel = campaign_person.channel AND address.consent = 'opted_out'
        AND address.consent_at > campaign_person.at) THEN 1 END) AS opted_out
FROM campaign_person LEFT JOIN message ON message.id = campaign_person.message_id
WHERE campaign_person.campaign_id = :id
"""


async def insert(tx: Tx, campaign_id: str, wanted: NewCampaign, *, at: int, by: str) -> None:
    await tx.run(
        _INSERT,
        id=campaign_id,
        name=wanted.name,
        text=wanted.text,
        channels=msgspec.json.encode(wanted.channels).decode(),
        days=wanted.days,
        per_minute=wanted.per_minute,
        at=at,
        by=by,
    )


async def campaigns(tx: Tx) -> list[Row]:
    """The newest first."""
    return await tx.all(_CAMPAIGNS, limit=CAMPAIGNS_MAX)


async def campaign(tx: Tx, campaign_id: str) -> Row | None:
    return await tx.one(_CAMPAIGN, id=campaign_id)


async def due(tx: Tx, now: int) -> list[Row]:
    return await tx.all(_DUE, now=now, limit=CAMPAIGNS_MAX)


async def start(tx: Tx, campaign_id: str, now: int) -> bool:
    return await tx.run(_START, id=campaign_id, now=now) == 1


async def end(tx: Tx, campaign_id: str, state: str, reason: str, now: int) -> bool:
    """Whether it was running until now."""
    return await tx.run(_STOP, id=campaign_id, state=state, reason=reason, now=now) == 1


async def delete(tx: Tx, campaign_id: str) -> bool:
    """Whether it is gone: one that has asked anybody stays."""
    return await tx.run(_DELETE, id=campaign_id) == 1


async def walked(tx: Tx, campaign_id: str, at: int, after: str) -> None:
    """How far the walk over people has come."""
    await tx.run(_WALKED, id=campaign_id, at=at, after=after)


async def again(tx: Tx, campaign_id: str, next_at: int) -> None:
    """Begin the walk anew."""
    await tx.run(_AGAIN, id=campaign_id, next_at=next_at)


async def claim(tx: Tx, *, campaign_id: str, contact_id: str, channel: str, at: int) -> bool:
    """Whether nobody has asked this person yet."""
    return await tx.run(_ASK, campaign_id=campaign_id, contact_id=contact_id, channel=channel, at=at) == 1


async def asked(tx: Tx, *, campaign_id: str, contact_id: str, message_id: str, next_at: int) -> None:
    await tx.run(_WITH_MESSAGE, contact_id=contact_id, message_id=message_id)
    await tx.run(_ASKED, id=campaign_id, next_at=next_at)


async def asked_before(tx: Tx, contact_ids: Sequence[str]) -> set[str]:
    rows = await tx.all(_ASKED_BEFORE, ids=list(contact_ids)) if contact_ids else []
    return {str(row["contact_id"]) for row in rows}


async def results(tx: Tx, campaign_id: str) -> Row:
    row = await tx.one(_RESULTS, id=campaign_id)
    if row is None:
        raise RuntimeError("counting answers a row")
    return row
