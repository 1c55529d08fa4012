"""The same facts in the shape that status page readers commonly understand (``/api/v2``).

Source of the shape: the public API that Atlassian Statuspage sites offer. It knows no "not known"; such a
component is ``degraded_performance``, and ``holdfast_state`` carries the truth beside it.
"""

from typing import Any, Final

from holdfast.status.snapshot import (
    Component,
    IncidentUpdate,
    PublicIncident,
    PublicMaintenance,
    Snapshot,
    State,
)
from holdfast.status.wording import View, as_known, coming, going_on, headline, iso, open_incidents, plain

Json = dict[str, Any]

_COMPONENT_STATUS: Final = {
    State.UP: "operational",
    State.SUSPECTED: "degraded_performance",
    State.RECOVERING: "degraded_performance",
    State.UNKNOWN: "degraded_performance",
    State.PARTIAL: "partial_outage",
    State.DOWN: "major_outage",
    State.MAINTENANCE: "under_maintenance",
}
_WORST_FIRST: Final = (
    "major_outage",
    "partial_outage",
    "degraded_performance",
    "under_maintenance",
    "operational",
)
_INCIDENT_STATUS: Final = {"open": "identified", "recovering": "monitoring", "closed": "resolved"}
_UPDATE_STATUS: Final = {
    "opened": "identified",
    "note": "identified",
    "step": "identified",
    "recovering": "monitoring",
    "closed": "resolved",
}


def documents(view: View, base_url: str) -> dict[str, Json]:
    """Every document by its path."""
    snapshot = as_known(view)
    page = _page(view, base_url)
    components = [_component(item, place, snapshot) for place, item in enumerate(snapshot.components, 1)]
    components += _groups(snapshot)
    status = {"indicator": _indicator(view, snapshot), "description": plain(headline(view).title)}
    every = [_incident(item, snapshot, base_url) for item in snapshot.incidents]
    unresolved = [_incident(item, snapshot, base_url) for item in open_incidents(snapshot)]
    works = {
        "upcoming": [_work(item, view, base_url) for item in coming(view)],
        "active": [_work(item, view, base_url) for item in going_on(view)],
    }
    all_works = [_work(item, view, base_url) for item in snapshot.maintenances if item.cancelled_at is None]
    return {
        "/api/v2/summary.json": {
            "page": page,
            "components": components,
            "incidents": unresolved,
            "scheduled_maintenances": [*works["active"], *works["upcoming"]],
            "status": status,
        },
        "/api/v2/status.json": {"page": page, "status": status},
        "/api/v2/components.json": {"page": page, "components": components},
        "/api/v2/incidents.json": {"page": page, "incidents": every},
        "/api/v2/incidents/unresolved.json": {"page": page, "incidents": unresolved},
        "/api/v2/scheduled-maintenances.json": {"page": page, "scheduled_maintenances": all_works},
        **{
            f"/api/v2/scheduled-maintenances/{which}.json": {"page": page, "scheduled_maintenances": found}
            for which, found in works.items()
        },
    }


def _page(view: View, base_url: str) -> Json:
    return {
        "id": "holdfast",
        "name": view.snapshot.business,
        "url": base_url,
        "time_zone": "Etc/UTC",
        "updated_at": iso(view.snapshot.written_at),
        "holdfast_hub_silent_since": iso(view.silent_since) if view.silent_since is not None else None,
    }


def _indicator(view: View, snapshot: Snapshot) -> str:
    """``none``, ``maintenance``, ``minor``, ``major`` or ``critical``: the last when every channel fails."""
    states = [component.state for component in snapshot.components]
    if states and all(state is State.DOWN for state in states):
        return "critical"
    if view.silent_since is not None or State.DOWN in states:
        return "major"
    worked_on = [state for state in states if state is not State.UP]
    if worked_on and all(state is State.MAINTENANCE for state in worked_on):
        return "maintenance"
    return "minor" if worked_on else "none"


def _component(component: Component, place: int, snapshot: Snapshot) -> Json:
    began = iso(snapshot.watched_since)
    return {
        "id": component.id,
        "name": component.label,
        "status": _COMPONENT_STATUS[component.state],
        "holdfast_state": component.state.value,
        "description": component.sentence,
        "created_at": began,
        "updated_at": iso(component.since or snapshot.watched_since),
        "start_date": began[:10],
        "position": place,
        "showcase": True,
        "group": False,
        "group_id": _group_id(component.group) if component.group else None,
        "only_show_if_degraded": False,
        "page_id": "holdfast",
    }


def _groups(snapshot: Snapshot) -> list[Json]:
    """The headings, each as bad as the worst below it."""
    names = dict.fromkeys(item.group for item in snapshot.components if item.group)
    return [_group(name, place, snapshot) for place, name in enumerate(names, len(snapshot.components) + 1)]


def _group(name: str, place: int, snapshot: Snapshot) -> Json:
    members = [item for item in snapshot.components if item.group == name]
    worst = min(members, key=lambda item: _WORST_FIRST.index(_COMPONENT_STATUS[item.state]))
    heading = {"id": _group_id(name), "name": name, "description": "", "holdfast_state": worst.state.value}
    return {
        **_component(worst, place, snapshot),
        **heading,
        "group": True,
        "group_id": None,
        "components": [item.id for item in members],
    }


def _group_id(name: str) -> str:
    return f"group:{name}"


def _incident(incident: PublicIncident, snapshot: Snapshot, base_url: str) -> Json:
    place = {component.id: (number, component) for number, component in enumerate(snapshot.components, 1)}
    channels = [part.id for part in incident.parts] or [incident.component]
    touched = [place[channel] for channel in channels if channel in place]
    return {
        "id": incident.id,
        "name": incident.title,
        "status": _INCIDENT_STATUS.get(incident.state, "investigating"),
        "impact": "minor" if incident.partial else "major",
        "created_at": iso(incident.opened_at),
        "started_at": iso(incident.onset_at),
        "updated_at": iso(incident.updates[-1].at if incident.updates else incident.opened_at),
        "monitoring_at": iso(incident.recovered_at) if incident.recovered_at else None,
        "resolved_at": iso(incident.closed_at) if incident.closed_at else None,
        "shortlink": f"{base_url}/incidents/{incident.id}",
        "page_id": "holdfast",
        "incident_updates": [_update(item, incident) for item in reversed(incident.updates)],
        "components": [_component(component, number, snapshot) for number, component in touched],
    }


def _work(work: PublicMaintenance, view: View, base_url: str) -> Json:
    status = _work_status(work, view.now)
    at = iso(work.announced_at)
    places = [
        (number, item)
        for number, item in enumerate(view.snapshot.components, 1)
        if item.id in work.components
    ]
    updates = _work_updates(work, view.now)
    return {
        "id": work.id,
        "name": work.title,
        "status": status,
        "impact": "maintenance",
        "created_at": at,
        "started_at": iso(work.starts_at),
        "updated_at": updates[0]["updated_at"],
        "monitoring_at": None,
        "resolved_at": iso(work.ends_at) if status == "completed" else None,
        "scheduled_for": iso(work.starts_at),
        "scheduled_until": iso(work.ends_at),
        "shortlink": f"{base_url}/maintenance/{work.id}",
        "page_id": "holdfast",
        "incident_updates": updates,
        "components": [_component(item, number, view.snapshot) for number, item in places],
    }


def _work_updates(work: PublicMaintenance, now: int) -> list[Json]:
    """A line for each state that it has come to, the newest first: readers go by the time of the newest."""
    steps = [("scheduled", work.announced_at), ("in_progress", work.starts_at), ("completed", work.ends_at)]
    told = [(status, max(at, work.announced_at)) for status, at in steps if at <= now] or steps[:1]
    body = work.text or work.title
    return [
        _line(f"{work.id}_{number}", status, body, subject=work.id, at=iso(at))
        for number, (status, at) in reversed(list(enumerate(told, 1)))
    ]


def _work_status(work: PublicMaintenance, now: int) -> str:
    if now < work.starts_at:
        return "scheduled"
    return "in_progress" if now < work.ends_at else "completed"


def _update(update: IncidentUpdate, incident: PublicIncident) -> Json:
    status = _UPDATE_STATUS.get(update.kind, "identified")
    return _line(update.id, status, update.text, subject=incident.id, at=iso(update.at))


def _line(line_id: str, status: str, body: str, *, subject: str, at: str) -> Json:
    return {
        "id": line_id,
        "status": status,
        "body": body,
        "incident_id": subject,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
        "affected_components": None,
    }
