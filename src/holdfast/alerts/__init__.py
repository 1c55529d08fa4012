"""Telling the team of incidents, by whatever they use."""

from holdfast.alerts.apprise_out import AppriseOut
from holdfast.alerts.teller import AlertTeller, Target, Way, targets_of
from holdfast.alerts.trying import tell_all

__all__ = ["AlertTeller", "AppriseOut", "Target", "Way", "targets_of", "tell_all"]
