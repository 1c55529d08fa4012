"""Looking through the audit trail, and taking it along as a table."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

import msgspec

from holdfast.inbox.model import Page
from holdfast.inbox.trail import store
from holdfast.storage import Database, Row, Tx

EXPORT_PAGE: Final = 500
TIME_MAX: Final = 2**53 - 1
COLUMNS: Final = ("at", "who", "who_name", "action", "subject", "subject_name", "detail")
_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """``who`` is an author, such as ``agent:agt_1`` or ``api:reports``; names are empty where it is no agent's."""

    id: str
    at: int
    who: str
    who_name: str
    action: str
    subject: str
    subject_name: str
    detail: str


class TrailFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``action``: a whole one, or the beginning of several with its dot (``agent.``). Times in ms."""

    who: str = ""
    action: str = ""
    subject: str = ""
    since: int = 0
    until: int = TIME_MAX


async def audit_page(tx: Tx, wanted: TrailFilter, before: str, limit: int) -> Page[AuditView]:
    rows = await store.entries(tx, **msgspec.structs.asdict(wanted), before=before, limit=limit + 1)
    named = [_agent_id(row["who"]) for row in rows] + [str(row["subject"]) for row in rows]
    names = await store.agent_names(tx, filter(None, named))
    views = [_view(row, names) for row in rows[:limit]]
    return Page(views, views[-1].id if len(rows) > limit else None)


async def trail_as_csv(database: Database, wanted: TrailFilter) -> AsyncIterator[bytes]:
    """The newest first; times as a table reads them (UTC)."""
    yield _line(COLUMNS)
    before: str | None = ""
    while before is not None:
        page = await database.read(audit_page, wanted, before, EXPORT_PAGE)
        for entry in page.items:
            moment = datetime.fromtimestamp(entry.at / 1000, UTC).isoformat(sep=" ", timespec="seconds")
            yield _line((moment, *(str(getattr(entry, name)) for name in COLUMNS[1:])))
        before = page.next


def _view(row: Row, names: dict[str, str]) -> AuditView:
    return AuditView(
        id=row["id"],
        at=row["at"],
        who=row["who"],
        who_name=names.get(_agent_id(row["who"]), ""),
        action=row["action"],
        subject=row["subject"],
        subject_name=names.get(str(row["subject"]), ""),
        detail=row["detail"],
    )


def _agent_id(author: str) -> str:
    return author.removeprefix("agent:") if author.startswith("agent:") else ""


def _line(cells: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([_inert(cell) for cell in cells])
    return text.getvalue().encode("utf-8", "replace")


def _inert(cell: str) -> str:
    """No program that opens the table may take a cell for a formula."""
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell
