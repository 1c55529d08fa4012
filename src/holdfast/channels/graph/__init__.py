"""What Instagram and WhatsApp share: the Graph API's signature, calls, answers and errors."""

from holdfast.channels.graph.answer import GraphAnswer, GraphError, read_answer
from holdfast.channels.graph.client import CallFailedError, GraphClient
from holdfast.channels.graph.errors import Rule, defer, doubt, outcome_of, reject
from holdfast.channels.graph.probe import look, look_at_subscription
from holdfast.channels.graph.verify import verify_meta

__all__ = [
    "CallFailedError",
    "GraphAnswer",
    "GraphClient",
    "GraphError",
    "Rule",
    "defer",
    "doubt",
    "look",
    "look_at_subscription",
    "outcome_of",
    "read_answer",
    "reject",
    "verify_meta",
]
