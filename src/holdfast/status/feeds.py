"""What programs read beside the pages: feed entries, a JSON feed, a calendar, the history in numbers."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from holdfast.status.snapshot import Component, PublicIncident, PublicMaintenance, Snapshot
from holdfast.status.strip import strip
from holdfast.status.wording import DAY_MS, View, as_known, iso, moment

ENTRIES_MAX: Final = 50
ICS_LINE_BYTES_MAX: Final = 75


class Entry(msgspec.Struct, frozen=True):
    """An incident or announced work, as feeds show it; ``lines`` newest first."""

    path: str
    title: str
    published: int
    updated: int
    lines: tuple[str, ...]


def entries(view: View) -> list[Entry]:
    """The newest first."""
    found = [_of_incident(incident) for incident in view.snapshot.incidents]
    found += [_of_work(work, view.now) for work in view.snapshot.maintenances]
    return sorted(found, key=lambda entry: entry.published, reverse=True)[:ENTRIES_MAX]


def _of_incident(incident: PublicIncident) -> Entry:
    return Entry(
        f"/incidents/{incident.id}",
        incident.title,
        incident.opened_at,
        incident.updates[-1].at if incident.updates else incident.opened_at,
        tuple(f"{iso(update.at)} {update.text}" for update in reversed(incident.updates)),
    )


def _of_work(work: PublicMaintenance, now: int) -> Entry:
    span = f"From {iso(work.starts_at)} to {iso(work.ends_at)}."
    state = "Cancelled. " if work.cancelled_at is not None else ""
    turns = (work.announced_at, work.cancelled_at or 0, work.starts_at, work.ends_at)
    updated = max(at for at in turns if at <= now or at == work.announced_at)
    return Entry(
        f"/maintenance/{work.id}",
        f"Maintenance: {work.title}",
        work.announced_at,
        updated,
        (f"{state}{span} {work.text}".strip(),),
    )


def json_feed(view: View, base_url: str) -> dict[str, Any]:
    """JSON Feed 1.1 (jsonfeed.org)."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{view.snapshot.business}: incidents and maintenance",
        "home_page_url": f"{base_url}/",
        "feed_url": f"{base_url}/feed.json",
        "items": [
            {
                "id": f"{base_url}{entry.path}",
                "url": f"{base_url}{entry.path}",
                "title": entry.title,
                "content_text": "\n".join(entry.lines),
                "date_published": iso(entry.published),
                "date_modified": iso(entry.updated),
            }
            for entry in entries(view)
        ],
    }


def history(view: View) -> dict[str, Any]:
    """Ninety days of each channel: what failed, in ms, and the state that the bar shows."""
    snapshot = view.snapshot
    return {
        "updated_at": iso(snapshot.written_at),
        "components": [
            _history(known, before, snapshot, view.now)
            for known, before in zip(as_known(view).components, snapshot.components, strict=True)
        ],
    }


def _history(known: Component, component: Component, snapshot: Snapshot, now: int) -> dict[str, Any]:
    found = strip(component, watched_since=snapshot.watched_since, now=now)
    return {
        "id": component.id,
        "name": component.label,
        "state": known.state.value,
        "uptime_percent": float(found.percent.removesuffix(" %")) if found.percent else None,
        "days": [
            {"date": day.day, "state": day.kind, "down_ms": day.down_ms, "partial_ms": day.partial_ms}
            for day in found.days
        ],
    }


def calendar(view: View, base_url: str) -> str:
    """Announced work as iCalendar (RFC 5545)."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Holdfast//status//EN",
        f"X-WR-CALNAME:{ics_text(view.snapshot.business)}: maintenance",
        *(line for work in view.snapshot.maintenances for line in _event(work, base_url)),
        "END:VCALENDAR",
    ]
    return ics_document(lines)


def _event(work: PublicMaintenance, base_url: str) -> Sequence[str]:
    return (
        "BEGIN:VEVENT",
        f"UID:{work.id}@holdfast",
        f"DTSTAMP:{ics_time(work.cancelled_at or work.announced_at)}",
        f"DTSTART:{ics_time(work.starts_at)}",
        f"DTEND:{ics_time(work.ends_at)}",
        f"SUMMARY:{ics_text(work.title)}",
        f"DESCRIPTION:{ics_text(work.text)}",
        f"URL:{base_url}/maintenance/{work.id}",
        f"SEQUENCE:{0 if work.cancelled_at is None else 1}",
        f"STATUS:{'CONFIRMED' if work.cancelled_at is None else 'CANCELLED'}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    )


def ics_document(lines: Iterable[str]) -> str:
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def ics_time(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, tz=UTC).strftime("%Y%m%dT%H%M%SZ")


def ics_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """No line over 75 bytes, and no character cut in two."""
    parts, part = [], ""
    for character in line:
        if len((part + character).encode()) > ICS_LINE_BYTES_MAX - 1:
            parts.append(part)
            part = ""
        part += character
    return "\r\n ".join([*parts, part])


def span_of(work: PublicMaintenance, now: int) -> str:
    """``31 Jan, 8:00 UTC to 9:00 UTC``: the end with its date where it is another day than the start."""
    is_one_day = work.starts_at // DAY_MS == work.ends_at // DAY_MS
    end = moment(work.ends_at, work.starts_at if is_one_day else now)
    return f"{moment(work.starts_at, now).text} to {end.text}"
