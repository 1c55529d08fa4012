"""The words of the weekly letter, as text and as HTML. Pure."""

from datetime import UTC, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from holdfast.figures.model import DAY_MS, OutageCost, Times
from holdfast.figures.table import DAYS
from holdfast.figures.weekly.model import Letter, Summary

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
HOURS: Final = 24
NOTHING: Final = "none"
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class Line(NamedTuple):
    name: str
    value: str
    more: str = ""


class Places(NamedTuple):
    """Who writes, and where the hub is: an address without a closing slash."""

    business: str
    hub_url: str


def letter_of(summary: Summary, places: Places, leave_url: str) -> Letter:
    zone = ZoneInfo(summary.zone)
    facts = {
        "business": places.business,
        "title": _week(summary, zone),
        "lines": _lines(summary),
        "outages": [_outage(each, zone) for each in summary.outages],
        "outages_more": summary.outages_more,
        "zone": summary.zone,
        "figures_url": f"{places.hub_url}/console/#/figures",
        "leave_url": leave_url,
    }
    templates = _templates()
    return Letter(
        subject=f"{places.business}: the week of {_week(summary, zone)}",
        text=templates.get_template("weekly.txt").render(facts),
        html=templates.get_template("weekly.html").render(facts),
    )


def length(ms: int) -> str:
    """In words: "2 days 3 h", "4 h 10 min", "12 min", "40 s"."""
    if ms < MINUTE_MS:
        return f"{round(ms / 1000)} s"
    if ms < HOUR_MS:
        return f"{ms // MINUTE_MS} min"
    if ms < DAY_MS:
        return _two(ms // HOUR_MS, "h", ms % HOUR_MS // MINUTE_MS, "min")
    days = ms // DAY_MS
    return _two(days, "day" if days == 1 else "days", ms % DAY_MS // HOUR_MS, "h")


def _two(many: int, unit: str, rest: int, rest_unit: str) -> str:
    return f"{many} {unit} {rest} {rest_unit}" if rest else f"{many} {unit}"


def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("holdfast.figures.weekly", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _week(summary: Summary, zone: ZoneInfo) -> str:
    first, last = (_local(at, zone) for at in (summary.since, summary.until - 1))
    end = f"{last.day} {_MONTHS[last.month - 1]} {last.year}"
    begin = str(first.day) if first.month == last.month else f"{first.day} {_MONTHS[first.month - 1]}"
    return f"{begin} to {end}"


def _lines(summary: Summary) -> list[Line]:
    now, before = summary.totals, summary.before
    return [
        _count("Received", now.received, before.received),
        _count("Sent by the team", now.sent, before.sent),
        _count("Automatic", now.automatic, before.automatic),
        _time("First reply, half within", now.first_reply, before.first_reply),
        _time("Resolved, half within", now.resolution, before.resolution),
        _busiest(summary),
    ]


def _count(name: str, now: int, before: int) -> Line:
    return Line(name, f"{now:,}", f"{before:,} the week before{_change(now, before)}")


def _change(now: int, before: int) -> str:
    return f" ({round(100 * (now - before) / before):+} %)" if before else ""


def _time(name: str, now: Times, before: Times) -> Line:
    earlier = f"{length(before.median_ms)} the week before" if before.median_ms is not None else ""
    if now.median_ms is None:
        return Line(name, NOTHING, earlier)
    ninety = f"nine in ten within {length(now.ninety_ms)}" if now.ninety_ms is not None else ""
    return Line(name, length(now.median_ms), "; ".join(filter(None, (ninety, earlier))))


def _busiest(summary: Summary) -> Line:
    busiest = summary.busiest
    if busiest is None:
        return Line("Busiest hour", NOTHING)
    value = f"{DAYS[busiest.day]}, {busiest.hour:02}:00 to {(busiest.hour + 1) % HOURS:02}:00"
    return Line("Busiest hour", value, _many(busiest.messages, "message"))


def _outage(cost: OutageCost, zone: ZoneInfo) -> Line:
    began = _local(cost.onset_at, zone)
    value = f"{DAYS[began.weekday()]} {began:%H:%M}, {length(cost.lasted_ms)}"
    if cost.ended_at is None:
        value += " so far"
    found = [f"{_many(cost.at_risk, 'conversation')} at risk", f"{cost.saved} saved", f"{cost.lost} lost"]
    if cost.open:
        found.append(f"{cost.open} not known yet")
    found.append(f"{_many(cost.messages_lost, 'message')} lost")
    if leads := sum(each.at_risk for each in cost.leads):
        lost = sum(each.lost for each in cost.leads)
        found.append(f"{_many(leads, 'lead')} at risk, {lost} lost")
    return Line(cost.title, value, ", ".join(found))


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
