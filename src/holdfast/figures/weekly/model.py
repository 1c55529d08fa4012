"""Records of the weekly summary. Times are ms since the epoch."""

import msgspec

from holdfast.figures.model import OutageCost, Totals


class BusyHour(msgspec.Struct, frozen=True):
    """``day``: 0 for Monday; ``hour``: when it begins, by the business's clocks."""

    day: int
    hour: int
    messages: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A week's figures beside those of the week before; ``outages`` are the latest ones, ``outages_more`` those left
    out.
    """

    since: int
    until: int
    zone: str
    totals: Totals
    before: Totals
    busiest: BusyHour | None = None
    outages: tuple[OutageCost, ...] = ()
    outages_more: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all happened, in this week and the one before."""
        counts = (self.totals, self.before)
        return not self.outages and not any(each.received or each.sent or each.automatic for each in counts)


class Letter(msgspec.Struct, frozen=True):
    subject: str
    text: str
    html: str


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A letter on its way to one person."""

    week: int
    agent_id: str
    address: str
    made_at: int
    attempts: int
    summary: Summary


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Whether somebody gets it, and what became of their last one: ``outcome`` is sent, failed, withdrawn, empty while
    it is on its way, null where there was none.
    """

    wanted: bool
    outcome: str | None = None
    at: int | None = None
    problem: str = ""
