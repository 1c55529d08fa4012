"""Counts against what is usual: silence, floods, and anomalies in anyone's series."""

from holdfast.radar.rhythm.detector import Detector, Reading, SeriesSettings

__all__ = ["Detector", "Reading", "SeriesSettings"]
