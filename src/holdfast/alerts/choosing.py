"""Which events the team is told of, and in which words. Pure."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

INCIDENT_EVENTS: Final = frozenset({"incident.opened", "incident.updated", "incident.closed"})
TEXT_CHARACTERS_MAX: Final = 1_500
_TITLES: Final = {
    "opened": "{title}",
    "worse": "Worse: {title}",
    "recovering": "Recovering: {title}",
    "closed": "Over: {title}",
}


class Alert(msgspec.Struct, frozen=True):
    """``name`` is the same whenever the same is to be told again. A ``known`` one is not told: it only keeps
    what an opening says already from being told as a worsening.
    """

    name: str
    incident_id: str
    kind: str
    title: str
    text: str
    known: bool = False


def choose_alerts(kind: str, body: Mapping[str, Any], *, business: str, url: str) -> list[Alert]:
    """What an event of the log gives to tell. ``url`` is where the console is."""
    incident = body.get("incident")
    if kind not in INCIDENT_EVENTS or not isinstance(incident, dict) or incident.get("merged_into"):
        return []
    rounds = sum(line["kind"] == "recovering" for line in incident["updates"])
    openings = sum(line["kind"] == "opened" for line in incident["updates"])
    state = incident["state"]
    if state == "closed":
        return [_alert("closed", f"closed:{incident['closed_at']}", incident, business, url)]
    if state == "recovering":
        return [_alert("recovering", f"recovering:{rounds}", incident, business, url)]
    extent = f"fails:{openings}:{rounds}:{_extent(incident)}"
    if kind == "incident.opened":
        opening = _alert("opened", f"opened:{openings}", incident, business, url)
        baseline = _alert("worse", extent, incident, business, url)
        return [opening, msgspec.structs.replace(baseline, known=True)]
    return [_alert("worse", extent, incident, business, url)]


def _extent(incident: Mapping[str, Any]) -> str:
    """Every channel that still fails, and what of it."""
    return ";".join(
        f"{part['channel']}={','.join(part['capabilities'])}"
        for part in incident.get("components", ())
        if part["state"] != "closed"
    )


def _alert(kind: str, mark: str, incident: Mapping[str, Any], business: str, url: str) -> Alert:
    line = incident["updates"][-1]["text"] if incident["updates"] else ""
    if kind == "opened":
        line = " ".join([line, *(each for each in incident.get("evidence", ()) if each not in line)])
    text = f"{line}\n{url}/#/incidents/{incident['id']}".strip()
    return Alert(
        name=f"{incident['id']}:{mark}",
        incident_id=incident["id"],
        kind=kind,
        title=f"{business}: {_TITLES[kind].format(title=incident['title'])}",
        text=text[:TEXT_CHARACTERS_MAX],
    )
