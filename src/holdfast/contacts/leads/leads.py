"""How far a sale to a person is, and what it is worth. Units of work."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from holdfast.contacts.leads import store
from holdfast.inbox.cursor import decode_cursor, encode_cursor
from holdfast.inbox.model import Page
from holdfast.kernel import IdSource
from holdfast.storage import Row, Tx
from holdfast.work import UnknownError, WorkRefusedError

STAGES_MAX: Final = 20
NAME_CHARACTERS_MAX: Final = 60
VALUE_MAX: Final = 10**15
"""In the smallest unit of a currency."""
_CURRENCY: Final = re.compile(r"[A-Z]{3}")

StageKind = Literal["open", "won", "lost"]


class Stage(msgspec.Struct, frozen=True):
    id: str
    name: str
    kind: StageKind


class NewStage(msgspec.Struct, frozen=True):
    """A stage as it is to be; without an id a new one."""

    name: str
    kind: StageKind = "open"
    id: str = ""


class Lead(msgspec.Struct, frozen=True):
    """``value`` is in the smallest unit of the currency, such as cents; ``since`` is when the stage was reached."""

    stage: str
    value: int
    currency: str
    since: int


class LeadCard(msgspec.Struct, frozen=True, kw_only=True):
    """A lead as the board shows it."""

    contact_id: str
    name: str
    conversation_id: str | None
    channel: str | None
    lead: Lead


class Sum(msgspec.Struct, frozen=True):
    currency: str
    people: int
    value: int


class Column(msgspec.Struct, frozen=True):
    """A stage with what is in it, by currency."""

    stage: Stage
    people: int
    sums: list[Sum]


async def stages(tx: Tx) -> list[Stage]:
    return [Stage(row["id"], row["name"], row["kind"]) for row in await store.stages(tx)]


async def put_stages(tx: Tx, ids: IdSource, wanted: Sequence[NewStage], *, now: int) -> list[Stage]:
    """The stages are these from now on, in this order. One that people are in stays. Raises WorkRefusedError."""
    if not 0 < len(wanted) <= STAGES_MAX:
        raise WorkRefusedError(f"There are 1 to {STAGES_MAX} stages.", "stages")
    known = {stage.id: stage for stage in await stages(tx)}
    kept = [_checked(each, known, ids) for each in wanted]
    if len({stage.id for stage in kept}) < len(kept):
        raise WorkRefusedError("A stage is named twice.", "stages")
    if not any(stage.kind == "open" for stage in kept):
        raise WorkRefusedError("At least one stage is open.", "stages")
    for stage in known.values():
        if stage.id in {each.id for each in kept}:
            continue
        if await store.is_used(tx, stage.id):
            raise WorkRefusedError(f"There are people in {stage.name}; move them first.", "stages")
        await store.remove_stage(tx, stage.id, now)
    rows = [{**msgspec.structs.asdict(stage), "position": place} for place, stage in enumerate(kept)]
    await store.put_stages(tx, rows)
    return kept


def _checked(given: NewStage, known: dict[str, Stage], ids: IdSource) -> Stage:
    name = " ".join(given.name.replace("\0", "").split())
    if not 0 < len(name) <= NAME_CHARACTERS_MAX:
        raise WorkRefusedError(f"A stage's name has 1 to {NAME_CHARACTERS_MAX} characters.", "stages")
    if given.id and given.id not in known:
        raise WorkRefusedError(f"There is no stage {given.id[:80]}.", "stages")
    return Stage(given.id or ids.new("stg"), name, given.kind)


async def lead_of(tx: Tx, contact_id: str) -> Lead | None:
    return (await leads_of(tx, [contact_id])).get(contact_id)


async def leads_of(tx: Tx, contact_ids: Sequence[str]) -> dict[str, Lead]:
    rows = await store.leads_of(tx, contact_ids)
    return {contact_id: _lead(row) for contact_id, row in rows.items()}


def _lead(row: Row) -> Lead:
    return Lead(row["stage_id"], row["value"], row["currency"], row["since"])


async def set_lead(
    tx: Tx, contact_id: str, stage_id: str, value: int, currency: str, *, now: int
) -> tuple[Lead, str]:
    """Let a person be in a stage; the lead, and what changed in words. Raises UnknownError, WorkRefusedError."""
    named = {stage.id: stage.name for stage in await stages(tx)}
    if stage_id not in named:
        raise UnknownError(f"There is no stage {stage_id[:80]}.")
    check_value(value, currency)
    earlier = await lead_of(tx, contact_id)
    moved = earlier is None or earlier.stage != stage_id
    since = now if earlier is None or moved else earlier.since
    await store.put_lead(
        tx,
        contact_id=contact_id,
        stage_id=stage_id,
        value=value,
        currency=currency,
        since=since,
        updated_at=now,
    )
    before = named.get(earlier.stage, "") if earlier and moved else ""
    told = f"{before} → {named[stage_id]}" if before else named[stage_id]
    return Lead(stage_id, value, currency, since), told


def check_value(value: int, currency: str) -> None:
    """Raises WorkRefusedError."""
    if not 0 <= value <= VALUE_MAX:
        raise WorkRefusedError("A value is not below zero, and not that large.", "value")
    if (value or currency) and not _CURRENCY.fullmatch(currency):
        raise WorkRefusedError("A currency is named by three letters, such as EUR.", "currency")


async def columns(tx: Tx) -> list[Column]:
    """Every stage with its sums."""
    sums: dict[str, list[Sum]] = defaultdict(list)
    for row in await store.sums(tx):
        sums[row["stage_id"]].append(Sum(row["currency"], row["people"], int(row["value"])))
    found = []
    for stage in await stages(tx):
        own = sorted(sums[stage.id], key=lambda each: each.currency)
        found.append(Column(stage, sum(each.people for each in own), own))
    return found


async def cards_page(tx: Tx, stage_id: str, before: str | None, limit: int) -> Page[LeadCard]:
    """Who is in a stage, who came last first. Raises BadCursorError."""
    at, identifier = decode_cursor(before)
    rows = await store.of_stage(tx, stage_id, at=at, identifier=identifier, limit=limit + 1)
    shown = rows[:limit]
    following = encode_cursor(shown[-1]["since"], shown[-1]["contact_id"]) if len(rows) > limit else None
    cards = [
        LeadCard(
            contact_id=row["contact_id"],
            name=row["name"],
            conversation_id=row["conversation_id"],
            channel=row["last_channel"],
            lead=_lead(row),
        )
        for row in shown
    ]
    return Page(cards, following)
