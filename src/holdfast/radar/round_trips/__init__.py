"""A message from one account of ours to another, now and then: proof where no customer writes."""

from holdfast.radar.round_trips.mark import Marks
from holdfast.radar.round_trips.model import Trip, TripState, Way
from holdfast.radar.round_trips.runner import RoundTrips
from holdfast.radar.round_trips.store import latest

__all__ = ["Marks", "RoundTrips", "Trip", "TripState", "Way", "latest"]
