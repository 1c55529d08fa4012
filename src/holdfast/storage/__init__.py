"""Where things are made durable: the database, the spool, the event log, migrations."""

from holdfast.storage.database import Database, Row, StoreMisaddressedError, StoreUnavailableError, Tx
from holdfast.storage.dialect import AskedWords
from holdfast.storage.event_log import (
    Event,
    EventLog,
    NewEvent,
    append_event,
    append_events,
    last_event_seq,
    read_events,
)
from holdfast.storage.migrations import MigrationError, migrate
from holdfast.storage.opening import open_database
from holdfast.storage.postgres import PostgresDatabase
from holdfast.storage.spool import Envelope, NewEnvelope, Spool, SpoolUnavailableError
from holdfast.storage.sqlite import SqliteDatabase

__all__ = [
    "AskedWords",
    "Database",
    "Envelope",
    "Event",
    "EventLog",
    "MigrationError",
    "NewEnvelope",
    "NewEvent",
    "PostgresDatabase",
    "Row",
    "Spool",
    "SpoolUnavailableError",
    "SqliteDatabase",
    "StoreMisaddressedError",
    "StoreUnavailableError",
    "Tx",
    "append_event",
    "append_events",
    "last_event_seq",
    "migrate",
    "open_database",
    "read_events",
]
