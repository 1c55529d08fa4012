"""What is known of people beside what they say: merges, fields, leads, their story, and how they can be reached."""

from holdfast.contacts.book import ContactBook, ContactDetails
from holdfast.contacts.fields import Field
from holdfast.contacts.leads import Column, Lead, LeadCard, NewStage, Stage
from holdfast.contacts.lists import ContactFilter, ContactLine
from holdfast.contacts.merging import ContactJoining, MergePreview, MergeView
from holdfast.contacts.timeline import Moment

__all__ = [
    "Column",
    "ContactBook",
    "ContactDetails",
    "ContactFilter",
    "ContactJoining",
    "ContactLine",
    "Field",
    "Lead",
    "LeadCard",
    "MergePreview",
    "MergeView",
    "Moment",
    "NewStage",
    "Stage",
]
