"""The chat on other people's websites: how it looks, what it asks, and what people agreed to there."""

from holdfast.widget.consenting import Consenting
from holdfast.widget.leads import Leads
from holdfast.widget.model import Given, Look, Question, Setup, Told, WidgetRefusedError
from holdfast.widget.setups import Setups

__all__ = [
    "Consenting",
    "Given",
    "Leads",
    "Look",
    "Question",
    "Setup",
    "Setups",
    "Told",
    "WidgetRefusedError",
]
