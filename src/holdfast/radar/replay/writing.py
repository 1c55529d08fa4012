"""What a replay has found, as lines of JSON."""

from datetime import UTC, datetime
from typing import Any

from holdfast.radar.incidents import Change
from holdfast.radar.model import Verdict


def verdict_line(verdict: Verdict, before: Verdict, now: int, *, iso: bool) -> dict[str, Any]:
    """A change of a verdict; times as the observations had them: milliseconds, or ISO 8601."""
    return {
        "time": shown(now, iso=iso),
        "channel": verdict.channel,
        "capability": verdict.capability.value,
        "state": verdict.state.value,
        "before": before.state.value,
        "cause": verdict.cause.value,
        "confidence": verdict.confidence,
        "share": verdict.share,
        "since": shown(verdict.since, iso=iso),
        "evidence": list(verdict.evidence),
    }


def incident_line(change: Change, now: int, *, iso: bool) -> dict[str, Any]:
    incident = change.incident
    return {
        "time": shown(now, iso=iso),
        "incident": change.event.removeprefix("incident."),
        "id": incident.id,
        "channel": incident.channel,
        "channels": [each.channel for each in incident.components] or [incident.channel],
        "capabilities": [each.value for each in incident.capabilities],
        "cause": incident.cause.value,
        "title": incident.title,
        "state": incident.state.value,
        "onset": shown(incident.onset_at, iso=iso),
        "opened": shown(incident.opened_at, iso=iso),
        "recovered": shown(incident.recovered_at, iso=iso),
        "closed": shown(incident.closed_at, iso=iso),
        "evidence": list(incident.evidence),
        "text": " ".join(line.text for line in change.lines),
    }


def shown(at: int | None, *, iso: bool) -> int | str | None:
    if at is None or not iso:
        return at
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
