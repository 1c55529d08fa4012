"""Counts against what is usual: silence, floods, and anomalies in anyone's series."""

from holdfast.radar.rhythm.baseline import Baseline, learnt_from
from holdfast.radar.rhythm.channel import Arrival, ChannelRhythm
from holdfast.radar.rhythm.day import Bucket, Day, judge_day
from holdfast.radar.rhythm.detector import Detector, Reading, SeriesSettings
from holdfast.radar.rhythm.silence import Silence, look_for_silence
from holdfast.radar.rhythm.watch import ROUND_SECONDS, Past, RhythmWatch, no_past

__all__ = [
    "ROUND_SECONDS",
    "Arrival",
    "Baseline",
    "Bucket",
    "ChannelRhythm",
    "Day",
    "Detector",
    "Past",
    "Reading",
    "RhythmWatch",
    "SeriesSettings",
    "Silence",
    "judge_day",
    "learnt_from",
    "look_for_silence",
    "no_past",
]
