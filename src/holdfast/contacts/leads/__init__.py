"""Leads: people to whom something may be sold, by stage, with what it is worth."""

from holdfast.contacts.leads.leads import (
    Column,
    Lead,
    LeadCard,
    NewStage,
    Stage,
    StageKind,
    cards_page,
    columns,
    lead_of,
    leads_of,
    put_stages,
    set_lead,
    stages,
)
from holdfast.contacts.leads.store import drop_lead, put_lead

__all__ = [
    "Column",
    "Lead",
    "LeadCard",
    "NewStage",
    "Stage",
    "StageKind",
    "cards_page",
    "columns",
    "drop_lead",
    "lead_of",
    "leads_of",
    "put_lead",
    "put_stages",
    "set_lead",
    "stages",
]
