"""Observations, verdicts and incidents: the outage is known, with its cause and its evidence."""

from holdfast.radar.conversations import conversation_key
from holdfast.radar.incidents import (
    OutdatedError,
    add_incident_update,
    load_incident,
    load_incidents,
)
from holdfast.radar.model import (
    Cause,
    Component,
    Incident,
    IncidentState,
    IncidentUpdate,
    Kind,
    Observation,
    Result,
    State,
    UpdateKind,
    Verdict,
)
from holdfast.radar.radar import Radar
from holdfast.radar.store import (
    UptimeDay,
    load_sends,
    load_uptime,
    load_verdicts,
    record_observation,
    record_observations,
)
from holdfast.radar.uptime import utc_day

__all__ = [
    "Cause",
    "Component",
    "Incident",
    "IncidentState",
    "IncidentUpdate",
    "Kind",
    "Observation",
    "OutdatedError",
    "Radar",
    "Result",
    "State",
    "UpdateKind",
    "UptimeDay",
    "Verdict",
    "add_incident_update",
    "conversation_key",
    "load_incident",
    "load_incidents",
    "load_sends",
    "load_uptime",
    "load_verdicts",
    "record_observation",
    "record_observations",
    "utc_day",
]
