"""How a fault looks to a client that submits mail. Pure: the submission server carries it out."""

from dataclasses import dataclass
from enum import Enum, auto

from holdfast_simulators.faults import Fault

TRANSACTION_KINDS = frozenset(
    {
        "server_error",
        "throttle",
        "greylist",
        "slow",
        "accept_then_reset",
        "accept_then_timeout",
        "accept_then_cut",
        "lose_then_reset",
        "bounce",
        "false_success",
    }
)

WRONG_CREDENTIALS = "535 5.7.8 Error: authentication failed"
SIGN_IN_DOWN = "454 4.7.0 Temporary authentication failure"
GREYLISTED = "450 4.7.1 Recipient address rejected: Greylisted, try again later"


class Stage(Enum):
    """Where in the transaction the fault shows."""

    SENDER = auto()
    RECIPIENT = auto()
    FIRST_TRY = auto()
    """At the recipient, the first time that this client, sender and recipient meet."""
    CONTENT = auto()
    """After the dot: the content is refused."""
    ANSWER_LATE = auto()
    """After the dot: accepted, and said so late."""
    CUT = auto()
    """After the dot: accepted, and the connection dropped without a word."""
    GARBLED = auto()
    """After the dot: accepted, and an answer that nobody can read."""
    CUT_UNREAD = auto()
    """After the dot: the connection dropped without a word, and nothing accepted."""
    SILENT = auto()
    """After the dot: accepted, and never said so."""
    BOUNCE = auto()
    """After the dot: accepted, and returned later."""
    LOSE = auto()
    """After the dot: accepted, and lost."""


@dataclass(frozen=True)
class Trouble:
    stage: Stage
    reply: str = ""


AFTER_ACCEPTING = {
    "slow": Trouble(Stage.ANSWER_LATE),
    "accept_then_reset": Trouble(Stage.CUT),
    "accept_then_cut": Trouble(Stage.GARBLED, "25"),
    "lose_then_reset": Trouble(Stage.CUT_UNREAD),
    "accept_then_timeout": Trouble(Stage.SILENT),
    "bounce": Trouble(Stage.BOUNCE),
    "false_success": Trouble(Stage.LOSE),
}


def trouble_of(fault: Fault, *, coin: bool) -> Trouble:
    """Choose what the client sees; `coin` chooses between two habits of providers."""
    if fault.kind == "server_error":
        if coin:
            return Trouble(Stage.SENDER, "421 4.3.2 Service not available, closing the connection")
        return Trouble(Stage.CONTENT, "451 4.3.0 Temporary system problem, try again later")
    if fault.kind == "throttle":
        if coin:
            return Trouble(Stage.SENDER, "421 4.7.0 Too many messages, try again later")
        return Trouble(Stage.RECIPIENT, "452 4.5.3 Too many recipients at present, try again later")
    if fault.kind == "greylist":
        return Trouble(Stage.FIRST_TRY, GREYLISTED)
    return AFTER_ACCEPTING[fault.kind]
