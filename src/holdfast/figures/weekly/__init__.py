"""The week in one letter, by email: whom it goes to, when, and that it goes once."""

from holdfast.figures.weekly.model import Choice, Letter, Summary
from holdfast.figures.weekly.weekly import Weekly

__all__ = ["Choice", "Letter", "Summary", "Weekly"]
