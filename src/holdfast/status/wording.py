"""Times, ages and sentences of the public page, in UTC: a page made ahead cannot know its reader's zone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from holdfast.status.snapshot import Component, PublicIncident, PublicMaintenance, Snapshot, State

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
_HOURS_IN_MINUTES_UNTIL: Final = 2 * HOUR_MS
_DAYS_IN_HOURS_UNTIL: Final = 2 * DAY_MS
HEADLINE_INCIDENTS_MAX: Final = 3
"""More failures than these are counted in the first sentence, not named."""

STATE_WORDS: Final = {
    State.UP: "Working",
    State.SUSPECTED: "Checking",
    State.PARTIAL: "Partly failing",
    State.DOWN: "Failing",
    State.RECOVERING: "Recovering",
    State.MAINTENANCE: "Under maintenance",
    State.UNKNOWN: "Not known",
}
INCIDENT_WORDS: Final = {"open": "Failing", "recovering": "Recovering", "closed": "Over"}
UPDATE_WORDS: Final = {
    "opened": "Noticed",
    "note": "Note",
    "step": "What we do",
    "recovering": "Recovering",
    "closed": "Over",
    "identified": "Identified",
    "monitoring": "Making sure",
    "resolved": "Resolved",
}


class Moment(msgspec.Struct, frozen=True):
    """A point in time with its reading: ``8:37 UTC``, with the date when it is not today."""

    at: int
    text: str

    @property
    def iso(self) -> str:
        return iso(self.at)


Sentence = tuple[str | Moment, ...]
"""Words with the moments left as values, so that a page can mark them up."""


class Headline(msgspec.Struct, frozen=True):
    """The first thing anyone reads: how it is, and what that means for them."""

    state: State
    title: Sentence
    lead: str


class View(msgspec.Struct, frozen=True):
    """What is known at a moment: ``silent_since`` is set while the hub does not answer."""

    snapshot: Snapshot
    silent_since: int | None
    now: int


def iso(at: int) -> str:
    return _utc(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(at: int, now: int) -> Moment:
    then, today = _utc(at), _utc(now)
    text = f"{then.hour}:{then.minute:02} UTC"
    if then.date() != today.date():
        year = f" {then.year}" if then.year != today.year else ""
        text = f"{then.day} {_MONTHS[then.month - 1]}{year}, {text}"
    return Moment(at, text)


def day_text(day: str) -> str:
    """``2026-01-31`` as ``31 Jan 2026``."""
    year, month, number = day.split("-")
    return f"{int(number)} {_MONTHS[int(month) - 1]} {year}"


def age(span_ms: int) -> str:
    if span_ms < MINUTE_MS:
        return "less than a minute"
    if span_ms < _HOURS_IN_MINUTES_UNTIL:
        return _count(span_ms // MINUTE_MS, "minute")
    if span_ms < _DAYS_IN_HOURS_UNTIL:
        return _count(span_ms // HOUR_MS, "hour")
    return _count(span_ms // DAY_MS, "day")


def within(platform: str, label: str) -> str:
    """A label as it stands inside a sentence."""
    if platform == "direct":
        return f"our {label[:1].lower()}{label[1:]}"
    return f"{label[:1].lower()}{label[1:]}" if platform == "email" else label


def plain(sentence: Sentence) -> str:
    return "".join(part if isinstance(part, str) else part.text for part in sentence)


def joined(names: Sequence[str], last: str = "and") -> str:
    if len(names) < 2:  # noqa: PLR2004 - one name needs no joining
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def open_incidents(snapshot: Snapshot) -> list[PublicIncident]:
    return [incident for incident in snapshot.incidents if incident.state != "closed"]


def coming(view: View) -> list[PublicMaintenance]:
    """Announced work that is still to come, the next one first."""
    works = [work for work in view.snapshot.maintenances if work.cancelled_at is None]
    return sorted((work for work in works if work.starts_at > view.now), key=lambda work: work.starts_at)


def going_on(view: View) -> list[PublicMaintenance]:
    """Announced work that is being done now."""
    works = [work for work in view.snapshot.maintenances if work.cancelled_at is None]
    return [work for work in works if work.starts_at <= view.now < work.ends_at]


def finished(view: View) -> list[PublicMaintenance]:
    works = view.snapshot.maintenances
    return [work for work in works if work.cancelled_at is None and work.ends_at <= view.now]


def ways(view: View) -> list[Component]:
    """The channels by which the business can be reached now, as far as anyone knows."""
    return [component for component in view.snapshot.components if _is_way(component, view)]


def _is_way(component: Component, view: View) -> bool:
    if not (component.address or component.link):
        return False
    if view.silent_since is not None:
        return component.platform != "direct"
    return component.state is State.UP


def as_known(view: View) -> Snapshot:
    """While the hub is silent its last verdicts are history, not news: every channel reads as not known."""
    if view.silent_since is None:
        return view.snapshot
    since = view.silent_since
    sentence = f"Not known since {moment(since, view.now).text}."
    components = tuple(
        msgspec.structs.replace(
            component,
            state=State.UNKNOWN,
            since=since,
            sentence=sentence + (" It needs our hub." if component.platform == "direct" else ""),
        )
        for component in view.snapshot.components
    )
    return msgspec.structs.replace(view.snapshot, components=components)


def headline(view: View) -> Headline:
    incidents = open_incidents(view.snapshot)
    if view.silent_since is not None:
        return _hub_silent(view, view.silent_since)
    if incidents:
        return _failing(view, incidents)
    return _no_incident(view)


def _hub_silent(view: View, since: int) -> Headline:
    title = ("Our message hub has not answered since ", *_since(since, view.now), ".")
    labels = [within(c.platform, c.label) for c in view.snapshot.components if c.platform != "direct"]
    kept = f"What you send on {joined(labels, 'or')} is kept there" if labels else "What you send is kept"
    lead = (
        f"{kept}, and we read it when the hub returns. What we had already accepted is safe. "
        "How the channels are now is not known."
    )
    return Headline(State.UNKNOWN, title, lead)


def _failing(view: View, incidents: list[PublicIncident]) -> Headline:
    distinct = _distinct(incidents)
    title: Sentence = ()
    for number, incident in enumerate(distinct[:HEADLINE_INCIDENTS_MAX]):
        title += (" ",) if number else ()
        title += _incident_sentence(incident, view.now)
    if len(distinct) > HEADLINE_INCIDENTS_MAX:
        title += (f" And {len(distinct) - HEADLINE_INCIDENTS_MAX} more.",)
    state = _incident_state(incidents)
    answers = (
        "waited are going out" if state is State.RECOVERING else "cannot go out now are kept until they can"
    )
    return Headline(state, title, f"Nothing that reached us is lost. Answers that {answers}.")


def _distinct(incidents: list[PublicIncident]) -> list[PublicIncident]:
    """Oldest first; when our own connection fails every channel has an incident, and one sentence is enough."""
    oldest_first = sorted(incidents, key=lambda incident: incident.onset_at)
    by_words: dict[tuple[str, str], PublicIncident] = {}
    for incident in oldest_first:
        words = incident.label if incident.state == "recovering" else incident.title
        by_words.setdefault((incident.state, words), incident)
    return list(by_words.values())


def _incident_sentence(incident: PublicIncident, now: int) -> Sentence:
    if incident.state == "recovering":
        returned = incident.recovered_at or now
        lasted = age(returned - incident.onset_at)
        return (
            f"{incident.label} {'are' if len(incident.parts) > 1 else 'is'} working again since ",
            *_since(returned, now),
            f", after {lasted}. We are making sure.",
        )
    return (f"{incident.title.rstrip('.')} since ", *_since(incident.onset_at, now), ".")


def _incident_state(incidents: list[PublicIncident]) -> State:
    failing = [incident for incident in incidents if incident.state == "open"]
    if not failing:
        return State.RECOVERING
    return State.PARTIAL if all(incident.partial for incident in failing) else State.DOWN


def _no_incident(view: View) -> Headline:
    by_state = {state: _labels(view.snapshot, state) for state in State}
    troubled = by_state[State.DOWN] + by_state[State.PARTIAL] + by_state[State.SUSPECTED]
    if troubled:
        title = f"We may have trouble with {joined(troubled)}. We are checking."
        return Headline(State.SUSPECTED, (title,), "Nothing is confirmed yet. What you send us is kept.")
    if by_state[State.RECOVERING]:
        title = f"Working again: {joined(by_state[State.RECOVERING])}. We are making sure."
        return Headline(State.RECOVERING, (title,), "You can write to us on any channel below.")
    works = going_on(view)
    if works:
        return _under_maintenance(works, view.now)
    if _outside_is_well(view.snapshot):
        return _all_well(by_state[State.UNKNOWN])
    title = "We do not know yet how our channels are."
    return Headline(State.UNKNOWN, (title,), _first_signs(view.snapshot))


def _under_maintenance(works: list[PublicMaintenance], now: int) -> Headline:
    first = min(works, key=lambda work: work.ends_at)
    title = (f"{first.title.rstrip('.')}: we are working on it until ", moment(first.ends_at, now), ".")
    return Headline(State.MAINTENANCE, title, "This was announced. What you send us is kept meanwhile.")


def _first_signs(snapshot: Snapshot) -> str:
    if not snapshot.business:
        return "Our message hub has not been started here yet."
    return "The first signs come in within a minute." if snapshot.components else "None is connected yet."


def _outside_is_well(snapshot: Snapshot) -> bool:
    """Our own chat works whenever the hub does, so it says nothing about the others."""
    outside = [component for component in snapshot.components if component.platform != "direct"]
    return any(component.state is State.UP for component in outside or snapshot.components)


def _all_well(unknown: list[str]) -> Headline:
    if unknown:
        lead = f"We do not know yet how {joined(unknown)} is."
        return Headline(State.UP, ("No failure is known.",), lead)
    return Headline(State.UP, ("All our channels are working.",), "Write to us wherever you like.")


def _labels(snapshot: Snapshot, state: State) -> list[str]:
    return [
        within(component.platform, component.label)
        for component in snapshot.components
        if component.state is state
    ]


def _since(at: int, now: int) -> Sentence:
    return (moment(at, now), f" ({age(now - at)})")


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _utc(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, tz=UTC)
