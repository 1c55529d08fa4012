"""Configuration: one TOML file and environment variables, checked whole before anything starts."""

from holdfast.settings.load import (
    CHANNEL_ID,
    Problem,
    SettingsError,
    decode_secret,
    line_of,
    load_settings,
    nearest,
)
from holdfast.settings.model import Direct, Hub, Outbox, Playbook, Radar, Settings, Status
from holdfast.settings.secret import REFERENCES, Secret, resolve_secret

__all__ = [
    "CHANNEL_ID",
    "REFERENCES",
    "Direct",
    "Hub",
    "Outbox",
    "Playbook",
    "Problem",
    "Radar",
    "Secret",
    "Settings",
    "SettingsError",
    "Status",
    "decode_secret",
    "line_of",
    "load_settings",
    "nearest",
    "resolve_secret",
]
