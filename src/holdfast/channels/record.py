"""What a platform's list of messages says about one send whose answer was lost. Pure.

Clocks are not trusted: a list is in the platform's own order, and an id that we had before the send began
marks how far back it must reach. Only where no such id exists do times decide.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.channels.contract import CannotTell, Evidence, FoundSent, NotSent, SentQuery
from holdfast.channels.text import same_words

CLOCK_DIFFERENCE_MS: Final = 5_000
"""How far the platform's clock, and its whole seconds, may stand before ours where clocks must decide."""
CLOCK_WRONG_MS: Final = 3_600_000
"""Words like ours from this long before the send may be ours, if a clock is wrong: they prove nothing."""
SAME_MOMENT_MS: Final = 2_000
"""Two messages of a list this close may stand in either order: platforms keep whole seconds."""


class Listed(msgspec.Struct, frozen=True):
    """One line of a record; ``text`` is None where the platform hides it, ``at`` (ms) where it says no time.

    ``ours`` is None where the line does not tell who wrote it.
    """

    id: str
    at: int | None = None
    ours: bool | None = None
    text: str | None = None


def judge(listed: Sequence[Listed], query: SentQuery, *, anchors: frozenset[str], complete: bool) -> Evidence:
    """The evidence in a list, newest first.

    ``anchors`` are ids from before the send that such a list would show; ``complete`` says that nothing is
    missing behind its last line.
    """
    since, reaches_back = _since(listed, query, anchors, complete=complete)
    unknown = [line for line in since if line.id not in query.known]
    found = [line for line in unknown if line.ours is not False and _fits(line, query)]
    if found:
        # The oldest: later ones of the same words belong to later deliveries.
        return FoundSent(found[-1].id)
    hidden = sum(1 for line in unknown if _tells_nothing(line))
    if hidden:
        return CannotTell(f"newer messages there hide their text ({hidden}), and one of them may be this one")
    if not reaches_back:
        return CannotTell("the list does not reach back to what was there before this message")
    if not anchors and _maybe_ours(listed, query):
        return CannotTell("the same words stand there, but from before this message by the clocks")
    return NotSent()


def _since(
    listed: Sequence[Listed], query: SentQuery, anchors: frozenset[str], *, complete: bool
) -> tuple[Sequence[Listed], bool]:
    """The lines that may be as young as the send, and whether nothing older could be it."""
    place = next((index for index, line in enumerate(listed) if line.id in anchors), None)
    if place is None:
        difference = CLOCK_WRONG_MS if anchors else CLOCK_DIFFERENCE_MS
        young = [line for line in listed if line.at is None or line.at >= query.started_at - difference]
        return young, not anchors and (complete or len(young) < len(listed))
    moment = listed[place].at
    younger = [
        line
        for index, line in enumerate(listed)
        if index < place or (moment is not None and (line.at or 0) >= moment - SAME_MOMENT_MS)
    ]
    return [line for line in younger if line.id not in anchors], True


def _fits(line: Listed, query: SentQuery) -> bool:
    return line.text is not None and same_words(line.text, query.text)


def _tells_nothing(line: Listed) -> bool:
    return line.ours is None or (line.ours and line.text is None)


def _maybe_ours(listed: Sequence[Listed], query: SentQuery) -> bool:
    return any(
        line.ours is not False
        and line.id not in query.known
        and _fits(line, query)
        and (line.at or 0) >= query.started_at - CLOCK_WRONG_MS
        for line in listed
    )
