"""The same figures as tables: for spreadsheets, and for the command line."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from holdfast.figures.model import Breakdown, Busy, LeadsCost, OutageCost, Overview, Times
from holdfast.figures.promises import Kept, Promises

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Spreadsheets take what begins so for a formula, and run it."""
_TIME_COLUMNS: Final = (
    "first replies",
    "first reply median s",
    "first reply 90 % s",
    "replies",
    "reply median s",
    "reply 90 % s",
    "resolutions",
    "resolution median s",
    "resolution 90 % s",
)

Cell = str | int | None
Table = tuple[Sequence[str], Sequence[Sequence[Cell]]]
"""(columns, rows)."""


def volume_table(overview: Overview) -> Table:
    zone = ZoneInfo(overview.zone)
    rows: list[list[Cell]] = [
        [_local(each.at, zone), each.received, each.sent, each.automatic] for each in overview.points
    ]
    return ("from", "received", "sent", "automatic"), rows


def breakdown_table(found: Breakdown) -> Table:
    rows = [
        [
            each.name or "nobody",
            each.received,
            each.sent,
            each.automatic,
            *_times(each.first_reply),
            *_times(each.reply),
            *_times(each.resolution),
        ]
        for each in found.parts
    ]
    return (found.by, "received", "sent", "automatic", *_TIME_COLUMNS), rows


def promises_table(found: Promises) -> Table:
    kinds = ("first_reply", "next_reply", "resolution", "total")
    rows: list[list[Cell]] = [
        [each.name or "nobody", *(cell for kind in kinds for cell in _kept(getattr(each, kind)))]
        for each in found.parts
    ]
    named = ("first replies", "next replies", "resolutions", "all")
    return (found.by, *(f"{name} {what}" for name in named for what in ("met", "missed", "met %"))), rows


def _kept(kept: Kept) -> list[Cell]:
    return [kept.met, kept.missed, None if kept.share is None else round(kept.share * 100)]


def busy_table(found: Busy) -> Table:
    rows: list[list[Cell]] = [[day, *hours] for day, hours in zip(DAYS, found.hours, strict=True)]
    return ("day", *(f"{hour:02}:00" for hour in range(24))), rows


def outage_table(found: Iterable[OutageCost], zone: ZoneInfo) -> Table:
    rows = [
        [
            each.title,
            _local(each.onset_at, zone),
            _seconds(each.lasted_ms),
            each.at_risk,
            each.saved,
            each.lost,
            each.open,
            each.messages_lost,
            sum(leads.at_risk for leads in each.leads),
            sum(leads.saved for leads in each.leads),
            sum(leads.lost for leads in each.leads),
            _worth(each.leads, "value_at_risk"),
            _worth(each.leads, "value_lost"),
        ]
        for each in found
    ]
    columns = (
        "incident",
        "from",
        "lasted s",
        "conversations at risk",
        "saved",
        "lost",
        "open",
        "messages lost",
        "leads at risk",
        "leads saved",
        "leads lost",
        "value at risk",
        "value lost",
    )
    return columns, rows


def _worth(leads: Iterable[LeadsCost], figure: str) -> str:
    """In the smallest units, each currency by itself: ``12000 EUR; 500 USD``."""
    return "; ".join(f"{worth} {each.currency}" for each in leads if (worth := getattr(each, figure)))


def as_csv(table: Table) -> str:
    """RFC 4180, with nothing in it that a spreadsheet would run."""
    columns, rows = table
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([[_safe(cell) for cell in row] for row in rows])
    return text.getvalue()


def as_text(table: Table, told: Callable[[str], str] = str) -> str:
    """Columns under one another; ``told`` shortens names of columns."""
    columns, rows = table
    lines = [
        [told(each) for each in columns],
        *(["" if cell is None else str(cell) for cell in row] for row in rows),
    ]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    return "\n".join(
        "  ".join(
            _set(cell, width, first=index == 0)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _set(cell: str, width: int, *, first: bool) -> str:
    return cell.ljust(width) if first else cell.rjust(width)


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(_DANGEROUS):
        return f"'{cell}"
    return cell


def _times(times: Times) -> list[Cell]:
    return [times.count, _seconds(times.median_ms), _seconds(times.ninety_ms)]


def _seconds(ms: int | None) -> int | None:
    return None if ms is None else round(ms / 1000)


def _local(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).isoformat(timespec="minutes")
