"""Incidents: which failures are one, how they go on, and what is told of them."""

from holdfast.radar.incidents.casebook import Casebook, Change, Line, enter_all
from holdfast.radar.incidents.course import Face
from holdfast.radar.incidents.hands import UnfitError, close, merge, rename, reopen, split, write_account
from holdfast.radar.incidents.store import (
    OutdatedError,
    add_incident_update,
    load_incident,
    load_incidents,
    load_present,
    save_incident,
    write_changes,
)

__all__ = [
    "Casebook",
    "Change",
    "Face",
    "Line",
    "OutdatedError",
    "UnfitError",
    "add_incident_update",
    "close",
    "enter_all",
    "load_incident",
    "load_incidents",
    "load_present",
    "merge",
    "rename",
    "reopen",
    "save_incident",
    "split",
    "write_account",
    "write_changes",
]
