"""Everything that happened with a person, in one order of time."""

from holdfast.contacts.timeline.timeline import PARTS, Moment, Part, timeline_page

__all__ = ["PARTS", "Moment", "Part", "timeline_page"]
