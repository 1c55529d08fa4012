"""Every statement of this unit."""

from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.storage import Row, Tx
from holdfast.widget.model import Answer, Consent, Setup

_SETUP: Final = "SELECT setup FROM widget WHERE channel = :channel"
_SET_UP: Final = """
INSERT INTO widget (channel, setup, updated_at, updated_by) VALUES (:channel, :setup, :at, :by)
ON CONFLICT (channel) DO UPDATE SET setup = excluded.setup, updated_at = excluded.updated_at,
    updated_by = excluded.updated_by
"""
_PUT_ANSWER: Final = """
INSERT INTO lead_answer (member_id, question_id, kind, question, answer, at)
VALUES (:member_id, :question_id, :kind, :question, :answer, :at)
ON CONFLICT (member_id, question_id) DO UPDATE
SET kind = excluded.kind, question = excluded.question, answer = excluded.answer, at = excluded.at
"""
_ANSWERS: Final = "SELECT * FROM lead_answer WHERE member_id IN :member_ids ORDER BY at, question_id"
_PUT_CONSENT: Final = """
INSERT INTO lead_consent (member_id, kind, address, text, site, at)
VALUES (:member_id, :kind, :address, :text, :site, :at)
ON CONFLICT (member_id, kind) DO UPDATE
SET address = excluded.address, text = excluded.text, site = excluded.site, at = excluded.at, withdrawn_at = NULL,
    proven_at = NULL, address_id = NULL
WHERE lead_consent.address <> excluded.address OR lead_consent.text <> excluded.text
    OR lead_consent.withdrawn_at IS NOT NULL
"""
_CONSENTS: Final = "SELECT * FROM lead_consent WHERE member_id IN :member_ids ORDER BY at, kind"
_WITHDRAW: Final = """
UPDATE lead_consent SET withdrawn_at = :at WHERE member_id = :member_id AND withdrawn_at IS NULL
RETURNING address_id
"""
_PROVE: Final = """
UPDATE lead_consent SET proven_at = :at, address_id = :address_id WHERE member_id = :member_id AND kind = :kind
"""
_DROP_OLDER: Final = """
DELETE FROM {table} WHERE member_id = :to AND EXISTS
    (SELECT 1 FROM {table} g WHERE g.member_id = :by AND g.{key} = {table}.{key} AND g.at >= {table}.at)
"""
_TAKE: Final = """
UPDATE {table} SET member_id = :to WHERE member_id = :by AND NOT EXISTS
    (SELECT 1 FROM {table} k WHERE k.member_id = :to AND k.{key} = {table}.{key})
"""
_HAND_OVER: Final = tuple(
    statement.format(table=table, key=key)
    for table, key in (("lead_answer", "question_id"), ("lead_consent", "kind"))
    for statement in (_DROP_OLDER, _TAKE)
)
_DELETE_ANSWERS: Final = "DELETE FROM lead_answer WHERE member_id = :member_id"
_DELETE_CONSENTS: Final = "DELETE FROM lead_consent WHERE member_id = :member_id"
_PROVEN: Final = """
SELECT c.*, m.id AS prover, d.contact_id, NULL AS proven_address FROM lead_consent c
JOIN address d ON d.value = c.member_id AND d.channel LIKE 'direct:%'
JOIN address e ON e.contact_id = d.contact_id AND e.channel LIKE 'direct:%'
JOIN member m ON m.id = e.value AND m.email = c.address
WHERE c.proven_at IS NULL AND c.withdrawn_at IS NULL AND c.at > :since AND c.kind = 'email'
UNION ALL
SELECT c.*, c.member_id AS prover, a.contact_id, a.id AS proven_address FROM lead_consent c
JOIN member_address p ON p.member_id = c.member_id
JOIN address a ON a.id = p.address_id AND a.value = c.address
WHERE c.proven_at IS NULL AND c.withdrawn_at IS NULL AND c.at > :since
LIMIT :limit
"""
_CONTACT_OF: Final = """
SELECT contact_id FROM address WHERE value = :member_id AND channel LIKE 'direct:%' ORDER BY id LIMIT 1
"""
_MEMBERS_OF: Final = """
SELECT value AS member_id FROM address WHERE contact_id = :contact_id AND channel LIKE 'direct:%' ORDER BY id
"""


async def setup(tx: Tx, channel: str) -> Setup:
    row = await tx.one(_SETUP, channel=channel)
    return msgspec.json.decode(row["setup"], type=Setup) if row else Setup()


async def set_up(tx: Tx, channel: str, wanted: Setup, *, at: int, by: str) -> None:
    await tx.run(_SET_UP, channel=channel, setup=msgspec.json.encode(wanted).decode(), at=at, by=by)


async def put_answers(tx: Tx, member_id: str, answers: Sequence[Answer]) -> None:
    rows = [{"member_id": member_id, **msgspec.structs.asdict(answer)} for answer in answers]
    if rows:
        await tx.many(_PUT_ANSWER, rows)


async def answers(tx: Tx, member_ids: Sequence[str]) -> list[Answer]:
    rows = await tx.all(_ANSWERS, member_ids=list(member_ids))
    return [
        Answer(**{name: row[name] for name in ("question_id", "kind", "question", "answer", "at")})
        for row in rows
    ]


async def put_consent(tx: Tx, member_id: str, consent: Consent) -> bool:
    """Whether it is news: the same words for the same address again change nothing."""
    changed = await tx.run(
        _PUT_CONSENT,
        member_id=member_id,
        kind=consent.kind,
        address=consent.address,
        text=consent.text,
        site=consent.site,
        at=consent.at,
    )
    return changed > 0


async def consents(tx: Tx, member_ids: Sequence[str]) -> list[Consent]:
    rows = await tx.all(_CONSENTS, member_ids=list(member_ids))
    names = ("kind", "address", "text", "site", "at", "withdrawn_at", "proven_at")
    return [Consent(**{name: row[name] for name in names}) for row in rows]


async def withdraw(tx: Tx, member_id: str, at: int) -> list[str]:
    """The addresses that were proven under what is withdrawn now."""
    rows = await tx.all(_WITHDRAW, member_id=member_id, at=at)
    return [str(row["address_id"]) for row in rows if row["address_id"]]


async def prove(tx: Tx, member_id: str, kind: str, address_id: str, at: int) -> None:
    await tx.run(_PROVE, member_id=member_id, kind=kind, address_id=address_id, at=at)


async def hand_over(tx: Tx, by: str, to: str) -> None:
    """What one told is another's; of the same question the latest answer holds."""
    for statement in _HAND_OVER:
        await tx.run(statement, by=by, to=to)
    await delete(tx, by)


async def delete(tx: Tx, member_id: str) -> None:
    await tx.run(_DELETE_ANSWERS, member_id=member_id)
    await tx.run(_DELETE_CONSENTS, member_id=member_id)


async def proven_consents(tx: Tx, since: int, limit: int) -> list[Row]:
    """Consents for addresses that have been shown to be their person's: by the ``prover``, who is the member or whom
    their guest has become. ``proven_address`` where it is known.
    """
    return await tx.all(_PROVEN, since=since, limit=limit)


async def contact_of(tx: Tx, member_id: str) -> str | None:
    row = await tx.one(_CONTACT_OF, member_id=member_id)
    return str(row["contact_id"]) if row else None


async def members_of(tx: Tx, contact_id: str) -> list[Row]:
    return await tx.all(_MEMBERS_OF, contact_id=contact_id)
