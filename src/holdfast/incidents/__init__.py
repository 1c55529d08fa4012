"""What people do about incidents: decide, tell the public, and give an account afterwards."""

from holdfast.incidents.desk import IncidentDesk
from holdfast.incidents.drafting import Drafter, DraftGoneError, Rule
from holdfast.incidents.markdown import as_markdown
from holdfast.incidents.post_mortem import PostMortem, post_mortem
from holdfast.incidents.store import drafts_of

__all__ = [
    "DraftGoneError",
    "Drafter",
    "IncidentDesk",
    "PostMortem",
    "Rule",
    "as_markdown",
    "drafts_of",
    "post_mortem",
]
