"""The shapes in which status feeds come, told apart by what they hold; another shape is unknown, never fine.

Statuspage: ``/api/v2/summary.json`` of Atlassian's pages and of those that follow them, ours too. Google:
``incidents.json`` of Google's dashboards, a list in which an incident without an end goes on. Health: a JSON object
with one word, as in ``application/health+json``. ``part`` narrows a feed down to what it calls by that name.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

WORD_CHARACTERS_MAX: Final = 80
META_FINE: Final = frozenset({"no known issues", "resolved"})
PAGE_WORDS: Final = {"none": True, "minor": False, "major": False, "critical": False, "maintenance": False}
PART_WORDS: Final = {
    "operational": True,
    "degraded_performance": False,
    "partial_outage": False,
    "major_outage": False,
    "under_maintenance": False,
}
HEALTH_WORDS: Final = {
    **dict.fromkeys(("pass", "ok", "up", "healthy", "operational"), True),
    **dict.fromkeys(("fail", "error", "down", "unhealthy", "warn", "degraded", "outage"), False),
}


class Reading(msgspec.Struct, frozen=True):
    """What a feed says of a platform: ok None where it cannot be told; ``word`` is the feed's own."""

    ok: bool | None
    word: str = ""


UNREADABLE: Final = Reading(None)


def read_meta(orgs: frozenset[str], data: Any) -> Reading:
    if not isinstance(data, list):
        return UNREADABLE
    ours = [org for org in data if isinstance(org, dict) and org.get("id") in orgs]
    listed = [org.get("services") for org in ours]
    services = [service for each in listed if isinstance(each, list) for service in each]
    words = [word for service in services if isinstance(word := _status_word(service), str)]
    if not words or len(words) < len(services):
        return UNREADABLE
    troubles = [word for word in words if word.strip().lower() not in META_FINE]
    return Reading(not troubles, (troubles or words)[0][:WORD_CHARACTERS_MAX])


def read_any(data: Any, part: str = "") -> Reading:
    """A feed whose shape is not known beforehand."""
    if isinstance(data, list):
        return _read_google(data, part)
    status = data.get("status") if isinstance(data, dict) else None
    if isinstance(status, str) and not part:
        return _worded(HEALTH_WORDS.get(status.strip().lower()), status)
    if isinstance(status, dict):
        return _read_part(data.get("components"), part) if part else _read_page(status)
    return UNREADABLE


def _status_word(service: Any) -> Any:
    return service.get("status") if isinstance(service, dict) else None


def _read_page(status: dict[str, Any]) -> Reading:
    indicator, described = status.get("indicator"), status.get("description")
    if not isinstance(indicator, str):
        return UNREADABLE
    return _worded(PAGE_WORDS.get(indicator), described if isinstance(described, str) else indicator)


def _read_part(components: Any, part: str) -> Reading:
    if not isinstance(components, list):
        return UNREADABLE
    named = [each for each in components if isinstance(each, dict) and _is_called(each, ("name", "id"), part)]
    words = [word for each in named if isinstance(word := each.get("status"), str)]
    known = [PART_WORDS.get(word) for word in words]
    if not words or len(words) < len(named) or None in known:
        return UNREADABLE
    trouble = next((word for word in words if not PART_WORDS[word]), words[0])
    return Reading(all(known), trouble.replace("_", " "))


def _read_google(incidents: Sequence[Any], part: str) -> Reading:
    if not incidents or not all(
        isinstance(each, dict) and isinstance(each.get("begin"), str) for each in incidents
    ):
        return UNREADABLE
    going = [each for each in incidents if not each.get("end") and (not part or _concerns(each, part))]
    if not going:
        return Reading(ok=True, word="no open incident")
    described = going[0].get("external_desc") or going[0].get("service_name") or "an open incident"
    return _worded(is_fine=False, word=described if isinstance(described, str) else "an open incident")


def _concerns(incident: dict[str, Any], part: str) -> bool:
    products = incident.get("affected_products")
    named = [each for each in products if isinstance(each, dict)] if isinstance(products, list) else []
    return _is_called(incident, ("service_name", "service_key"), part) or any(
        _is_called(each, ("title", "id"), part) for each in named
    )


def _is_called(thing: dict[str, Any], names: Sequence[str], part: str) -> bool:
    return any(str(thing.get(name, "")).strip().casefold() == part.strip().casefold() for name in names)


def _worded(is_fine: bool | None, word: str) -> Reading:  # noqa: FBT001 - a value, not a switch
    return Reading(is_fine, word[:WORD_CHARACTERS_MAX]) if is_fine is not None else UNREADABLE
