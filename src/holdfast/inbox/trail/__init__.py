"""The audit trail: who did what, when; looked through and exported. Entries are only ever added."""

from holdfast.inbox.trail.trail import AuditView, TrailFilter, audit_page, trail_as_csv

__all__ = ["AuditView", "TrailFilter", "audit_page", "trail_as_csv"]
