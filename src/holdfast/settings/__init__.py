"""Configuration: one TOML file and environment variables, checked whole before anything starts."""

from holdfast.settings.model import Direct, Hub, Outbox, Playbook, Radar, Settings, Status
from holdfast.settings.secret import Secret, resolve_secret

__all__ = [
    "Direct",
    "Hub",
    "Outbox",
    "Playbook",
    "Radar",
    "Secret",
    "Settings",
    "Status",
    "resolve_secret",
]
