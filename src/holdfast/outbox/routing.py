"""Which way a message goes. Pure: facts in, a choice with its reason out."""

from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.outbox.model import ONLY

PLATFORM_ORDER: Final = ("whatsapp", "sms", "email", "direct", "telegram", "messenger", "instagram")
"""Among equals, what people tend to notice first."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One address of the person on one channel, with what is known of both.

    ``window_closes_at`` (ms) is None where the platform has no reply window; 0 where the person has never
    written there. ``health`` is the verdict on sending.
    """

    channel: str
    platform: str
    name: str
    domain: str
    address_id: str
    address: str
    proof: str | None
    consent: str
    last_in_at: int
    has_window: bool
    window_closes_at: int | None
    first_contact: bool
    health: str
    text_max: int = 0
    text_unit: str = "characters"
    files: bool = False
    reactions: bool = False
    quotes: bool = False
    edit_ms: int = 0


class Route(msgspec.Struct, frozen=True, kw_only=True):
    channel: str
    platform: str
    name: str
    address_id: str
    address: str
    usable: bool
    recommended: bool
    why: str
    window_closes_at: int | None
    consent: str
    text_max: int
    text_unit: str
    files: bool
    reactions: bool
    quotes: bool
    edit_ms: int


def usable(candidate: Candidate, now: int) -> str:
    """An empty text where the address may be written to, else the reason why not, in plain words."""
    if candidate.consent == "opted_out":
        return "asked not to be written to here"
    if candidate.proof is None:
        return "not proven to be theirs"
    if candidate.has_window:
        return _window_problem(candidate, now)
    if not candidate.last_in_at and candidate.consent != "failover":
        return "did not agree to be reached here"
    return ""


def _window_problem(candidate: Candidate, now: int) -> str:
    if not candidate.window_closes_at:
        return "the person has to write here first"
    return "the reply window has closed" if candidate.window_closes_at <= now else ""


def healthy(candidate: Candidate) -> bool:
    return candidate.health in {"up", "unknown", "suspected", "recovering"}


def choose_preferred(candidates: Sequence[Candidate], route: str, now: int) -> Candidate | None:
    """The address a message is meant for: the chosen channel, else where the person wrote last."""
    chosen = route.removeprefix(ONLY)
    if chosen != "auto":
        return next((candidate for candidate in candidates if candidate.channel == chosen), None)
    open_now = [candidate for candidate in candidates if not usable(candidate, now)]
    if not open_now:
        return None
    return max(open_now, key=lambda candidate: (candidate.last_in_at, candidate.consent == "failover"))


def choose_failover(
    candidates: Sequence[Candidate],
    failing: Candidate | None,
    now: int,
    order: Sequence[str] = PLATFORM_ORDER,
) -> Candidate | None:
    """Another way to a person whose channel fails: agreed to, proven, healthy, in another failure domain
    first. None where there is none, and the message is held.
    """
    others = [
        candidate
        for candidate in candidates
        if (failing is None or candidate.channel != failing.channel)
        and candidate.consent == "failover"
        and not usable(candidate, now)
        and candidate.health in {"up", "unknown"}
    ]
    if not others:
        return None
    domain = failing.domain if failing else ""
    return min(others, key=lambda candidate: (candidate.domain == domain, _rank(candidate, order)))


def _rank(candidate: Candidate, order: Sequence[str]) -> int:
    return order.index(candidate.platform) if candidate.platform in order else len(order)


def routes(candidates: Sequence[Candidate], now: int) -> list[Route]:
    """Every way to a person, the recommended one first."""
    preferred = choose_preferred(candidates, "auto", now)
    best = preferred
    if preferred is not None and not healthy(preferred):
        best = choose_failover(candidates, preferred, now) or preferred
    shown = [_route(candidate, best, preferred, now) for candidate in candidates]
    return sorted(shown, key=lambda route: (not route.recommended, not route.usable))


def _route(candidate: Candidate, best: Candidate | None, preferred: Candidate | None, now: int) -> Route:
    problem = usable(candidate, now)
    return Route(
        channel=candidate.channel,
        platform=candidate.platform,
        name=candidate.name,
        address_id=candidate.address_id,
        address=candidate.address,
        usable=not problem,
        recommended=candidate is best,
        why=problem or _why(candidate, best, preferred),
        window_closes_at=candidate.window_closes_at or None,
        consent=candidate.consent,
        text_max=candidate.text_max,
        text_unit=candidate.text_unit,
        files=candidate.files,
        reactions=candidate.reactions,
        quotes=candidate.quotes,
        edit_ms=candidate.edit_ms,
    )


def _why(candidate: Candidate, best: Candidate | None, preferred: Candidate | None) -> str:
    if not healthy(candidate):
        return f"{candidate.name} is not accepting messages now; yours would be held"
    if candidate is best and candidate is preferred:
        return "the person wrote here last"
    if candidate is best and preferred is not None:
        return f"agreed to be reached here; {preferred.name} is failing"
    if candidate.consent == "failover":
        return "agreed to be reached here when another channel fails"
    return "wrote here before"
