"""The first sentence of the tracker: what reports and our own evidence say together. Pure."""

from typing import Final

from holdfast.status.snapshot import State
from holdfast.status.tracker.snapshot import Concluded

STRONG_TIMES: Final = 3
"""So many times the bound of the unusual leaves no doubt, though our own messages go through."""

_FAILING: Final = frozenset({State.DOWN, State.PARTIAL})


def conclude(
    label: str,
    *,
    recent: int,
    usual: float,
    high: float,
    region: str,
    ours: State,
    ours_alone: bool,
    is_narrow: bool = False,
) -> Concluded:
    """``region`` is the country that stands alone with its reports, or empty. ``ours``: how our own messages
    fare there; ``ours_alone``: they fail for a reason of our own. ``is_narrow``: nearly all reports come from one
    network. Our own evidence weighs more than reports.
    """
    people = _people(recent, usual)
    is_unusual = recent >= high and not is_narrow
    if ours in _FAILING and not ours_alone:
        told = f"{people}, and our own messages fail too." if is_unusual else _few(people)
        return Concluded(kind="problem", title=f"Most likely a problem at {label}", lead=told)
    fare = _fare(ours, ours_alone=ours_alone)
    if is_unusual and region:
        title = f"Probably your connection, if you are in {region}"
        lead = f"{people}, nearly all of them in {region}. Elsewhere {label} is as usual. {fare}"
        return Concluded(kind="connection", title=title, lead=lead)
    if is_unusual and (recent >= high * STRONG_TIMES or ours is not State.UP):
        return Concluded(kind="problem", title=f"Most likely a problem at {label}", lead=f"{people}. {fare}")
    if is_unusual:
        return Concluded(kind="perhaps", title=f"Perhaps a problem at {label}", lead=f"{people}. {fare}")
    if is_narrow:
        lead = f"{people}, nearly all from one network, which says more about that network. {fare}"
        return Concluded(kind="usual", title=f"Nothing unusual at {label}", lead=lead)
    lead = f"{people}. {fare} If it fails for you, it is probably your connection or your device."
    return Concluded(kind="usual", title=f"Nothing unusual at {label}", lead=lead)


def answer_to(label: str, concluded: Concluded, recent: int) -> Concluded:
    """What is told to a person who has just reported, whose own report is one of ``recent``."""
    if concluded.kind != "usual":
        return concluded
    others = max(0, recent - 1)
    said = "Nobody else has reported" if not others else f"{_number(others, 'other report')} arrived"
    return Concluded(
        kind="connection",
        title="Probably your connection",
        lead=f"{said} in the last quarter of an hour, which is nothing unusual for {label}. "
        "Try another network, or the app again in a while.",
    )


def _few(people: str) -> str:
    return f"Our own messages fail there, though few people have reported it so far. {people}."


def _people(recent: int, usual: float) -> str:
    told = _number(recent, "report") if recent else "No report"
    return f"{told} in the last quarter of an hour, where {_about(usual)} usual"


def _about(usual: float) -> str:
    return f"about {usual:,.0f} are" if usual >= 1 else "hardly any is"


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _fare(ours: State, *, ours_alone: bool) -> str:
    if ours_alone and ours in _FAILING:
        return "Our own messages fail for a reason of our own."
    return {
        State.UP: "Our own messages go through.",
        State.RECOVERING: "Our own messages go through again.",
        State.SUSPECTED: "We saw signs of trouble ourselves and are checking.",
    }.get(ours, "How our own messages fare there is not known yet.")
