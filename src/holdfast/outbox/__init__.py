"""The road out: what we want a person to receive, routed, leased, attempted, settled, reconciled."""

from holdfast.outbox.candidates import ChannelFact, Facts
from holdfast.outbox.ledger import OUTCOMES, incident_ledger, ledger_page, ledger_since
from holdfast.outbox.model import Enqueued, NewReply, OpenDoubt, ReplyRefusedError
from holdfast.outbox.outbox import Outbox, waiting_counts
from holdfast.outbox.reroute import FailoverRule
from holdfast.outbox.routing import Route

__all__ = [
    "OUTCOMES",
    "ChannelFact",
    "Enqueued",
    "Facts",
    "FailoverRule",
    "NewReply",
    "OpenDoubt",
    "Outbox",
    "ReplyRefusedError",
    "Route",
    "incident_ledger",
    "ledger_page",
    "ledger_since",
    "waiting_counts",
]
