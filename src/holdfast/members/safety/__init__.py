"""Keeping members safe from one another: rules, complaints, and what agents decide."""

from holdfast.members.safety.model import (
    Complaint,
    ComplaintPage,
    MemberPage,
    MemberView,
    Rule,
    RuleKind,
    SafetySettings,
    view_of,
)
from holdfast.members.safety.safety import Report, Safety, Verdict

__all__ = [
    "Complaint",
    "ComplaintPage",
    "MemberPage",
    "MemberView",
    "Report",
    "Rule",
    "RuleKind",
    "Safety",
    "SafetySettings",
    "Verdict",
    "view_of",
]
