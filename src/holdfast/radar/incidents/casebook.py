"""All present incidents as one value: what happens to channels is entered here, and what is to be told comes out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from holdfast.radar.incidents.course import Face, Step, continues, next_step
from holdfast.radar.incidents.grouping import home_of, long_well, strays, to_merge
from holdfast.radar.incidents.shape import begun, shaped
from holdfast.radar.model import Component, Incident, IncidentState, UpdateKind, Verdict

TIDIED_MAX: Final = 20
"""How many merges and how many splits one evaluation makes at most; the next one goes on."""


class Line(msgspec.Struct, frozen=True):
    """A line of an incident's story."""

    kind: UpdateKind
    text: str
    at: int


class Change(msgspec.Struct, frozen=True):
    """An incident as it shall be, the lines that tell of it, and the event's kind."""

    incident: Incident
    lines: tuple[Line, ...]
    event: str


class Casebook:
    """Takes in what happens; ``changes`` tells what has become of it. ``new_id`` names a new incident."""

    def __init__(self, incidents: Iterable[Incident], *, now: int, new_id: Callable[[], str]) -> None:
        self._before = {each.id: each for each in incidents}
        self._after = dict(self._before)
        self._lines: dict[str, list[Line]] = {}
        self._now = now
        self._new_id = new_id

    def enter(self, channel: str, verdicts: Sequence[Verdict], face: Face) -> None:
        """What the verdicts of one channel do to its incident, if anything."""
        incident, current = self._newest(channel)
        if incident is not None and current is not None and _is_dismissed(incident, current):
            verdicts = [each for each in verdicts if each.since > (current.closed_at or 0)]
            incident = current = None
        step = next_step(current, verdicts, now=self._now, face=face)
        if step is None:
            return
        if incident is None or (not incident.kept_by and _is_fresh(step, current, self._now)):
            self._open(step)
        else:
            self._move_on(incident, step)

    def tidy(self) -> None:
        """Make one of what has turned out to be one failure, and two of what has turned out to be two."""
        for _ in range(TIDIED_MAX):
            pair = to_merge(list(self._after.values()))
            if pair is None:
                break
            self.merge(*pair, why="they fail of one cause")
        for incident in list(self._after.values()):
            for component in strays(incident, self._now)[:TIDIED_MAX]:
                self._leave(incident.id, component)
            for component in long_well(self._after[incident.id], self._now)[:TIDIED_MAX]:
                self._rest(incident.id, component)

    def changes(self) -> list[Change]:
        """Incidents that lose something come before those that gain it."""
        changed = [each for name, each in self._after.items() if each != self._before.get(name)]
        return [
            Change(each, tuple(self._lines.get(each.id, ())), _event(self._before.get(each.id), each))
            for each in sorted(changed, key=lambda each: (not each.merged_into, each.opened_at, each.id))
        ]

    # --- entries ----------------------------------------------------------------------------------

    def _newest(self, channel: str) -> tuple[Incident, Component] | tuple[None, None]:
        known = [
            (each, component)
            for each in self._after.values()
            for component in each.components
            if component.channel == channel
        ]
        if not known:
            return None, None
        return max(
            known, key=lambda pair: (pair[1].closed_at is None, pair[1].closed_at or 0, pair[0].opened_at)
        )

    def _open(self, step: Step) -> None:
        home = home_of(step.component, self._after.values())
        if home is None:
            incident = begun(step.component, incident_id=self._new_id(), opened_at=self._now)
            self._tell(incident, step.kind, step.text)
            return
        text = f"{_place(step.component)} is failing as well. {step.text}"
        self._tell(_with(home, step.component), UpdateKind.NOTE, text)

    def _move_on(self, incident: Incident, step: Step) -> None:
        after = _with(incident, step.component)
        if len(after.components) == 1 and after.state is step.component.state:
            self._tell(after, step.kind, step.text)
        elif step.kind is UpdateKind.NOTE or after.state is incident.state:
            self._tell(after, UpdateKind.NOTE, f"{_place(step.component)}: {step.text}")
        else:
            self._tell(after, step.kind, step.text)

    def merge(self, home: Incident, other: Incident, *, why: str, by: str = "") -> None:
        """Put everything of the other incident into the one that goes on; ``by`` is the person who says so."""
        moved = [_placed(each, by) for each in other.components]
        text = f"This goes on as part of another incident: {home.title}."
        over = msgspec.structs.replace(
            other,
            components=(),
            state=IncidentState.CLOSED,
            recovered_at=other.recovered_at,
            closed_at=self._now,
            merged_into=home.id,
            kept_by="",
        )
        self._tell(over, UpdateKind.CLOSED, text)
        title = other.title
        self._tell(_with(home, *moved), UpdateKind.NOTE, f"Joined with “{title}”: {why}.")

    def split(self, incident: Incident, channels: Sequence[str], *, by: str) -> str:
        """Give some channels of an incident one of their own; its identifier. At least one must stay."""
        leaving = [_placed(each, by) for each in incident.components if each.channel in channels]
        places = " and ".join(_place(each) for each in leaving)
        stays = [each for each in incident.components if each.channel not in channels]
        self._tell(
            shaped(incident, [_placed(each, by) for each in stays]),
            UpdateKind.NOTE,
            f"{places} told apart by hand, as an incident of its own.",
        )
        first = begun(leaving[0], incident_id=self._new_id(), opened_at=self._now)
        own = shaped(first, leaving)
        self._tell(own, UpdateKind.OPENED, f"{own.title}. Told apart from “{incident.title}”.")
        return own.id

    def put(self, incident: Incident, kind: UpdateKind, text: str) -> None:
        """An incident as a person wants it, and the line that says so."""
        self._tell(incident, kind, text)

    # --- tidying ----------------------------------------------------------------------------------

    def _leave(self, incident_id: str, component: Component) -> None:
        text = f"{_place(component)} has another cause, so that it is told apart from now on."
        self._without(incident_id, component, text)
        self._open(Step(component, UpdateKind.OPENED, " ".join([f"{component.title}.", *component.evidence])))

    def _rest(self, incident_id: str, component: Component) -> None:
        text = f"{_place(component)} has been well for a while, so that its part is told as over."
        self._without(incident_id, component, text)
        own = begun(component, incident_id=self._new_id(), opened_at=component.joined_at)
        self._tell(own, UpdateKind.OPENED, f"{component.title}.", at=component.joined_at)
        self._tell(own, UpdateKind.CLOSED, "It works again.", at=component.closed_at)

    def _without(self, incident_id: str, component: Component, text: str) -> None:
        incident = self._after[incident_id]
        stays = [each for each in incident.components if each.channel != component.channel]
        self._tell(shaped(incident, stays), UpdateKind.NOTE, text)

    def _tell(self, incident: Incident, kind: UpdateKind, text: str, at: int | None = None) -> None:
        self._after[incident.id] = incident
        line = Line(kind, text, self._now if at is None else at)
        self._lines.setdefault(incident.id, []).append(line)


def enter_all(casebook: Casebook, verdicts: Sequence[Verdict], faces: Mapping[str, Face]) -> Sequence[Change]:
    """One evaluation: the verdicts of every channel, and what has become of all incidents."""
    for channel, face in faces.items():
        casebook.enter(channel, [each for each in verdicts if each.channel == channel], face)
    casebook.tidy()
    return casebook.changes()


def _is_dismissed(incident: Incident, component: Component) -> bool:
    """Whether a person closed it: the failure that they knew of opens nothing again."""
    return bool(incident.closed_by) and component.state is IncidentState.CLOSED


def _is_fresh(step: Step, current: Component | None, now: int) -> bool:
    """Whether this failure has nothing to do with the one before."""
    if step.kind is not UpdateKind.OPENED or current is None:
        return current is None
    return current.state is IncidentState.CLOSED and not continues(current, now)


def _with(incident: Incident, *fresh: Component) -> Incident:
    names = {each.channel for each in fresh}
    kept = [each for each in incident.components if each.channel not in names]
    known = {each.channel: each for each in incident.components}
    return shaped(incident, [*kept, *(_continued(known.get(each.channel), each) for each in fresh)])


def _continued(before: Component | None, now: Component) -> Component:
    """A channel that is in both incidents, or fails again in the same one, has one part with one onset."""
    if before is None:
        return now
    return msgspec.structs.replace(
        now,
        onset_at=min(before.onset_at, now.onset_at),
        joined_at=min(before.joined_at, now.joined_at),
        placed_by=now.placed_by or before.placed_by,
    )


def _placed(component: Component, by: str) -> Component:
    return msgspec.structs.replace(component, placed_by=by or component.placed_by)


def _place(component: Component) -> str:
    place = component.place or component.channel
    return place[:1].upper() + place[1:]


def _event(before: Incident | None, after: Incident) -> str:
    was_open = before is not None and before.state is not IncidentState.CLOSED
    is_open = after.state is not IncidentState.CLOSED
    if is_open and not was_open:
        return "incident.opened"
    return "incident.closed" if not is_open and (was_open or before is None) else "incident.updated"
