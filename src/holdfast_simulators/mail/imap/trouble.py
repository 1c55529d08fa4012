"""How a fault looks to an IMAP client. Pure: the session carries it out."""

from dataclasses import dataclass
from enum import Enum, auto

from holdfast_simulators.faults import Fault

COMMAND_KINDS = frozenset({"server_error", "throttle", "slow", "accept_then_reset"})
SIGN_IN_KINDS = COMMAND_KINDS | {"token_error"}
BACKOFF_MS = 5_000

UNAVAILABLE = "[UNAVAILABLE] The mail store is temporarily unavailable"


class Step(Enum):
    REFUSE = auto()
    """Answer NO; the connection stays."""
    BYE = auto()
    """Say BYE and close."""
    WAIT = auto()
    """Answer late, then as always."""
    CUT = auto()
    """Drop the connection without an answer."""


@dataclass(frozen=True)
class Trouble:
    step: Step
    text: str = ""


def trouble_of(fault: Fault, *, coin: bool) -> Trouble:
    """Choose what the client sees. The codes are those of RFC 5530; `coin` chooses among habits."""
    if fault.kind == "server_error":
        return Trouble(Step.BYE if coin else Step.REFUSE, UNAVAILABLE)
    if fault.kind == "throttle":
        # The wording is Microsoft's; clients read the number.
        backoff = f"Request is throttled. Suggested Backoff Time: {BACKOFF_MS} milliseconds"
        return Trouble(Step.REFUSE, f"[LIMIT] {backoff}")
    if fault.kind == "token_error":
        return Trouble(Step.REFUSE, "[AUTHENTICATIONFAILED] Invalid credentials")
    if fault.kind == "slow":
        return Trouble(Step.WAIT)
    return Trouble(Step.CUT)
