"""What is known of two people when they become one, before it is done and after."""

from holdfast.contacts.merging.joining import LEAD, ContactJoining, field_key
from holdfast.contacts.merging.preview import Conflict, MergePreview, MergeView, Side, merges_of, preview

__all__ = [
    "LEAD",
    "Conflict",
    "ContactJoining",
    "MergePreview",
    "MergeView",
    "Side",
    "field_key",
    "merges_of",
    "preview",
]
