"""What a message in doubt says: what is known, what is being done, and what a person may do. Pure."""

from typing import Final

LOST: Final = "It left, and no answer came."
NOT_ON_RECORD: Final = (
    "The platform's record does not show it. Until the platform can no longer take it, that is no proof; "
    "then it goes out again."
)
PROVEN_ABSENT: Final = "The platform's record shows it was not sent."
SAME_IDENTITY: Final = "No proof came. A repeat has the same identity, by which receivers know it."
NO_PROOF: Final = "No proof came, and this channel is set to repeat then. It may arrive twice."
AGAIN_NOW: Final = "It goes out again now."
AGAIN_LATER: Final = "It goes out again when the channel accepts messages."
ABSENT_BUT_OVERTAKEN: Final = (
    "The platform's record shows it was not sent. What was written after it has gone out meanwhile: "
    "send it again, or leave it."
)
WRITTEN_ELSEWHERE: Final = (
    "The same words stand there as if written in the platform's own app; they may be these."
)
INTERRUPTED: Final = "Holdfast stopped while sending this. Looking for proof before sending again."
UNKNOWN: Final = "It is not known whether this arrived."
NEVER: Final = f"{UNKNOWN} This channel is set never to repeat."
NOT_FOR_A_MACHINE: Final = f"{UNKNOWN} Automatic messages are not repeated."
NOBODY_SAID: Final = f"{UNKNOWN} Nobody has said so in seven days."
ARRIVED_LATE: Final = "It had been given up, and was sent after all."
ARRIVED_HERE_TOO: Final = "It was sent this way, too, as was learnt later."
ARRIVED_TWICE: Final = "The platform took it twice: the answer to the first call was lost."
_MINUTE_MS: Final = 60_000


def lost(reason: str) -> str:
    """A send whose answer has just been lost."""
    return f"{LOST} {sentence(reason)} Looking for proof before anything is sent again."


def unsettled(reason: str, policy: str, *, resend_after_ms: int, holds_ms: int, aside: bool) -> str:
    """A doubt that the platform's record cannot settle, and what comes of it."""
    return f"{LOST} {sentence(reason)} {_what_next(policy, resend_after_ms, holds_ms, aside=aside)}"


def _what_next(policy: str, resend_after_ms: int, holds_ms: int, *, aside: bool) -> str:
    match policy:
        case "resend":
            return f"Without proof it is sent again after {_minutes(resend_after_ms)}."
        case "never":
            return "It will not be repeated."
        case _ if aside:
            return "A person has to say whether to send it again; what was written after it has gone on."
        case _:
            return (
                "If no proof comes, a person has to say whether to send it again; what is written after it "
                f"waits {_minutes(holds_ms)} at most."
            )


def given_up(policy: str, *, klass: str) -> str:
    """Why a doubt is left as it is."""
    if policy != "never":
        return NOBODY_SAID
    return NOT_FOR_A_MACHINE if klass == "bot" else NEVER


def part_stopped(part: int, parts: int) -> str:
    """Why a later part of a message is not sent."""
    return f"Part {part} of {parts} could not be sent, so this part was not sent either."


def sentence(reason: str) -> str:
    text = reason.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _minutes(ms: int) -> str:
    if ms < 2 * _MINUTE_MS:
        return f"{max(1, round(ms / 1000))} seconds"
    return f"{round(ms / _MINUTE_MS)} minutes"
